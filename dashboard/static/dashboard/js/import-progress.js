// Follows a running import: the bar and the counts every second, the page anew when the run has ended.
import { call, Unreachable } from "./api.js";
import { locale, text } from "./texts.js";

const EVERY = 1000;
const BUSY = ["checking", "running", "undoing"];
const card = document.querySelector("[data-import]");
const number = new Intl.NumberFormat(locale);

async function look() {
  try {
    const { data } = await call(`imports/${card.dataset.import}/`);
    if (!BUSY.includes(data.status)) return location.reload();
    show(data);
  } catch (error) {
    if (!(error instanceof Unreachable)) return location.reload();
  }
  setTimeout(look, EVERY);
}

function show({ progress, counts }) {
  const bar = card.querySelector("progress");
  bar.max = Math.max(progress.total, 1);
  bar.value = progress.done;
  card.querySelector("[data-said]").textContent = text("rows_done", { done: number.format(progress.done), total: number.format(progress.total) });
  for (const [kind, count] of Object.entries(counts || {})) {
    const place = card.querySelector(`[data-count="${kind}"]`);
    if (place) place.textContent = number.format(count);
  }
}

if (card) setTimeout(look, EVERY);
