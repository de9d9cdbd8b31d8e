// A campaign that is being sent: over when it is, and when it waits or goes on.
import { follow } from "./progress.js";

const card = document.querySelector("[data-campaign]");

// As the page has it: whole seconds, empty while it is at work.
function retryOf({ retry_at: at }) {
  return at ? String(Math.floor(Date.parse(at) / 1000)) : "";
}

function counts({ results }) {
  const excluded = Object.values(results.excluded).reduce((sum, count) => sum + count, 0);
  return { ...results, excluded };
}

if (card) {
  follow(card, {
    path: `campaigns/${card.dataset.campaign}/`,
    said: "addresses_done",
    isOver: (data) => data.status !== "sending" || retryOf(data) !== card.dataset.retry,
    counts,
  });
}
