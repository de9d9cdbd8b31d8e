// Follows work that goes on elsewhere: the bar and the counts every second, the page anew when the work is over.
import { call, Unreachable } from "./api.js";
import { locale, text } from "./texts.js";

const EVERY = 1000;
const number = new Intl.NumberFormat(locale);

// `path` in the API says where the work is, `said` names the text beside the bar; `isOver` and `counts` read its answer.
export function follow(card, { path, said, isOver, counts = () => ({}) }) {
  async function look() {
    try {
      const { data } = await call(path);
      if (isOver(data)) return location.reload();
      show(card, said, data.progress, counts(data));
    } catch (error) {
      if (!(error instanceof Unreachable)) return location.reload();
    }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY);
}

function show(card, said, { done, total }, counts) {
  const bar = card.querySelector("progress");
  bar.max = Math.max(total, 1);
  bar.value = done;
  card.querySelector("[data-said]").textContent = text(said, { done: number.format(done), total: number.format(total) });
  for (const [kind, count] of Object.entries(counts)) {
    const place = card.querySelector(`[data-count="${kind}"]`);
    if (place) place.textContent = number.format(count);
  }
}
