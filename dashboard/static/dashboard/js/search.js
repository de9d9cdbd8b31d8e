// The search on every page: Ctrl K, results while typing, each with Open, Book and Call (R-CRM-4). Enter shows the list.
import { describe, element, look, nameOf } from "./suggest.js";
import { text } from "./texts.js";

const box = document.querySelector("[data-search]");
const input = box?.querySelector("input");
const list = box?.querySelector(".options");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    input?.focus();
    input?.select();
  }
});

if (list) {
  input.addEventListener("input", () => look(input.value, show));
  box.addEventListener("keydown", onKey);
  box.addEventListener("focusout", () => setTimeout(() => box.contains(document.activeElement) || hide(), 150));
}

function show(contacts, failure) {
  if (contacts === null) return hide();
  const items = contacts.map(resultOf);
  if (!items.length) items.push(element("div", "said", failure || text("nobody")));
  list.replaceChildren(...items);
  list.hidden = false;
}

function resultOf(contact) {
  const { contacts, booking } = box.dataset;
  const open = element("a", "", ...describe(contact));
  open.href = contacts.replace("00000000-0000-0000-0000-000000000000", contact.id);
  const acts = element("div", "acts", link(text("open"), open.href), link(text("book"), `${booking}?contact=${contact.id}`));
  if (contact.phone) acts.append(link(text("call"), `tel:${contact.phone}`));
  for (const act of acts.children) act.setAttribute("aria-label", `${act.textContent}: ${nameOf(contact)}`);
  return element("div", "option", open, acts);
}

function link(label, href) {
  const made = element("a", "btn s", label);
  made.href = href;
  return made;
}

function onKey(event) {
  if (event.key === "Escape") { hide(); input.focus(); return; }
  if (list.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const stops = [input, ...list.querySelectorAll(".option > a")];
  const at = stops.findIndex((stop) => stop === document.activeElement || stop.parentElement?.contains(document.activeElement) && stop !== input);
  const next = stops[(Math.max(at, 0) + (event.key === "ArrowDown" ? 1 : -1) + stops.length) % stops.length];
  event.preventDefault();
  next.focus();
}

function hide() {
  list.hidden = true;
}
