// Follows a running export: the bar every second, the page anew when the file is there.
import { call, Unreachable } from "./api.js";
import { locale, text } from "./texts.js";

const EVERY = 1000;
const BUSY = ["queued", "running"];
const card = document.querySelector("[data-export]");
const number = new Intl.NumberFormat(locale);

async function look() {
  try {
    const { data } = await call(`exports/${card.dataset.export}/`);
    if (!BUSY.includes(data.status)) return location.reload();
    show(data.progress);
  } catch (error) {
    if (!(error instanceof Unreachable)) return location.reload();
  }
  setTimeout(look, EVERY);
}

function show({ done, total }) {
  const bar = card.querySelector("progress");
  bar.max = Math.max(total, 1);
  bar.value = done;
  card.querySelector("[data-said]").textContent = text("contacts_done", { done: number.format(done), total: number.format(total) });
}

if (card) setTimeout(look, EVERY);
