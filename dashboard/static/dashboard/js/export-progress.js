// An export on its way.
import { follow } from "./progress.js";

const BUSY = ["queued", "running"];
const card = document.querySelector("[data-export]");

if (card) {
  follow(card, {
    path: `exports/${card.dataset.export}/`,
    said: "contacts_done",
    isOver: ({ status }) => !BUSY.includes(status),
  });
}
