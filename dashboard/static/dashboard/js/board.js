// What a booking's row can do besides taking a status (R-SERVICE-1): the party size corrected in the tap, and "late".
import { closeMenus, edit } from "./status-board.js";
import { text } from "./texts.js";

document.getElementById("board").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-step], button[data-save-size], button[data-late]");
  if (!button) return;
  const row = button.closest("[data-row]");
  if (button.dataset.late) edit(row, { is_late: button.dataset.late === "true" }, text("saved"));
  else if (button.dataset.step) step(row, Number(button.dataset.step));
  else resize(row);
});

function step(row, by) {
  const output = row.querySelector(".stepper output");
  output.value = String(Math.min(99, Math.max(1, Number(output.value) + by)));
}

function resize(row) {
  const size = Number(row.querySelector(".stepper output").value);
  if (size === Number(row.dataset.size)) return closeMenus(row);
  edit(row, { party_size: size }, text("size_saved", { name: row.dataset.name, size }));
}
