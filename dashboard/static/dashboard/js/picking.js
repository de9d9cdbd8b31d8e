// Contacts ticked in the list: how many, and all of the page at once. What is done with them is a plain form.
import { text } from "./texts.js";

const boxes = () => [...document.querySelectorAll("[data-pick]")];

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-pick], [data-pick-all]")) show();
});

function show() {
  const count = boxes().filter((box) => box.checked).length;
  const said = document.querySelector("[data-picked]");
  const all = document.querySelector("[data-pick-all]");
  if (said) said.textContent = count ? text("picked", { count }) : "";
  if (!all) return;
  all.checked = count > 0 && count === boxes().length;
  all.indeterminate = count > 0 && !all.checked;
}

// A page that comes back from the browser's memory has its boxes still ticked.
window.addEventListener("pageshow", show);
