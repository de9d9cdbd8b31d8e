// Short notices at the foot of the page; an undo button instead of a question beforehand.
import { text } from "./texts.js";

const shelf = document.getElementById("toasts");

export function toast(message, { undo, bad = false, stay = 7000 } = {}) {
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  const said = document.createElement("span");
  said.textContent = message;
  box.append(said);
  if (undo) box.append(button(text("undo"), () => { box.remove(); undo(); }));
  shelf.replaceChildren(box);
  setTimeout(() => box.remove(), stay);
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn s";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
