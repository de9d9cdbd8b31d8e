// What every page needs: menus that close, dialogs that open, a copy button, fields that send their form at once.
import { waiting } from "./outbox.js";
import { text } from "./texts.js";
import { toast } from "./toast.js";
import "./picking.js";
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

document.addEventListener("input", (event) => {
  const { name, form } = event.target;
  if (name === "party_size") form.elements.party_size_other.value = "";
  if (name === "party_size_other" && event.target.value) for (const one of form.elements.party_size) one.checked = false;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

// Empty filters stay out of the address, and the words in the search field go along.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-tidy]")) return;
  const words = document.querySelector(".search input");
  if (words && form.elements.q) form.elements.q.value = words.value;
  for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
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
