// The contact picker of the booking forms (R-ID-8): every field in which a guest's name, phone or e-mail is typed offers
// the contacts that match; staff choose one or go on with a new guest. Keyboard, touch and screen readers alike.
import { describe, element, look, nameOf } from "./suggest.js";
import { text } from "./texts.js";

for (const picker of document.querySelectorAll("[data-picker]")) enhance(picker);

function enhance(picker) {
  const list = picker.querySelector("[role=listbox]");
  const hidden = picker.querySelector("input[type=hidden]");
  const chosen = picker.querySelector(".chosen");
  const typed = picker.querySelector("[data-typed]");
  const fields = [...picker.querySelectorAll("input[data-lookup]")];
  let options = [];
  let active = -1;
  let field = null;

  for (const input of fields) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.autocomplete = "off";
    input.addEventListener("input", () => { field = input; look(input.value, show); });
    input.addEventListener("keydown", (event) => onKey(event));
    input.addEventListener("blur", () => setTimeout(() => picker.contains(document.activeElement) || close(), 150));
  }
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(options.indexOf(option));
  });
  chosen.querySelector("button").addEventListener("click", release);

  function show(contacts, failure) {
    if (contacts === null || (!contacts.length && !failure)) return close();
    options = contacts.map((contact, index) => optionOf(contact, index));
    if (options.length) options.push(newGuest(options.length));
    list.replaceChildren(...(failure ? [element("div", "said", failure)] : options));
    field.closest(".field").append(list);
    list.hidden = false;
    mark(-1);
    field.setAttribute("aria-expanded", "true");
  }

  function optionOf(contact, index) {
    const option = element("div", "option", ...describe(contact));
    option.role = "option";
    option.id = `${list.id}-${index}`;
    option.contact = contact;
    return option;
  }

  function newGuest(index) {
    const option = element("div", "option other", text("new_guest"));
    option.role = "option";
    option.id = `${list.id}-${index}`;
    return option;
  }

  function onKey(event) {
    if (list.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) mark((active + moves[event.key] + options.length) % options.length);
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  function mark(index) {
    active = index;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index >= 0) field.setAttribute("aria-activedescendant", options[index].id);
    else field?.removeAttribute("aria-activedescendant");
    options[index]?.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const { contact } = options[index];
    close();
    if (!contact) return;
    choose(contact.id);
    chosen.querySelector("[data-who]").replaceChildren(...describe(contact));
    chosen.setAttribute("aria-label", nameOf(contact));
    chosen.hidden = false;
    typed.hidden = true;
    for (const input of typed.querySelectorAll("input, select")) input.disabled = true;
    chosen.querySelector("button").focus();
  }

  function release() {
    choose("");
    chosen.hidden = true;
    typed.hidden = false;
    for (const input of typed.querySelectorAll("input, select")) input.disabled = false;
    fields[0].focus();
    fields[0].select();
  }

  // Said aloud, for forms that follow what was chosen.
  function choose(id) {
    hidden.value = id;
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function close() {
    list.hidden = true;
    for (const input of fields) input.setAttribute("aria-expanded", "false");
  }
}
