// A check or a run of an import.
import { follow } from "./progress.js";

const BUSY = ["checking", "running", "undoing"];
const card = document.querySelector("[data-import]");

if (card) {
  follow(card, {
    path: `imports/${card.dataset.import}/`,
    said: "rows_done",
    isOver: ({ status }) => !BUSY.includes(status),
    counts: ({ counts }) => counts || {},
  });
}
