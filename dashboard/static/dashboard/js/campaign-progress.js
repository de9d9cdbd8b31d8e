// Follows a campaign that is being sent: the bar and the counts every second, the page anew when it is over, waits or goes on.
import { call, Unreachable } from "./api.js";
import { locale, text } from "./texts.js";

const EVERY = 1000;
const card = document.querySelector("[data-campaign]");
const number = new Intl.NumberFormat(locale);

async function look() {
  try {
    const { data } = await call(`campaigns/${card.dataset.campaign}/`);
    if (data.status !== "sending" || retryOf(data) !== card.dataset.retry) return location.reload();
    show(data);
  } catch (error) {
    if (!(error instanceof Unreachable)) return location.reload();
  }
  setTimeout(look, EVERY);
}

// As the page has it: whole seconds, empty while it is at work.
function retryOf({ retry_at: at }) {
  return at ? String(Math.floor(Date.parse(at) / 1000)) : "";
}

function show({ progress, results }) {
  const bar = card.querySelector("progress");
  bar.max = Math.max(progress.total, 1);
  bar.value = progress.done;
  card.querySelector("[data-said]").textContent = text("addresses_done", { done: number.format(progress.done), total: number.format(progress.total) });
  const excluded = Object.values(results.excluded).reduce((sum, count) => sum + count, 0);
  for (const [kind, count] of Object.entries({ ...results, excluded })) {
    const place = card.querySelector(`[data-count="${kind}"]`);
    if (place) place.textContent = number.format(count);
  }
}

if (card) setTimeout(look, EVERY);
