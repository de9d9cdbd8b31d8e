// What every page needs: menus that close, dialogs that open, a copy button, fields that send their form at once.
import { waiting } from "./outbox.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";
import "./search.js";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.tagName === "DIALOG") event.target.close();
  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard.writeText(copier.dataset.copy).then(() => toast(text("copied")));
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

// A form is sent once, however often the button is touched.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});

function showOutbox() {
  const state = document.getElementById("outbox-state");
  if (!state) return;
  const count = waiting().filter((entry) => entry.tries).length;
  state.hidden = count === 0;
  state.querySelector("span").textContent = text("outbox", { count });
}

document.addEventListener("outbox:changed", showOutbox);
document.addEventListener("htmx:responseError", () => toast(text("failed"), { bad: true }));
document.addEventListener("htmx:sendError", () => toast(text("offline"), { bad: true }));
showOutbox();
