// The day's board (R-SERVICE-1): taps go through the outbox, the page is refreshed within ten seconds, and a row that
// somebody else changed says who did what.
import { call } from "./api.js";
import { flush, put, waiting } from "./outbox.js";
import { patch, remember } from "./patch.js";
import { locale, text } from "./texts.js";
import { toast } from "./toast.js";

const EVERY = 8000;
const board = document.getElementById("board");
const said = new Map();
let timer = 0;

board.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-status], button[data-step], button[data-save-size], button[data-late]");
  if (!button) return;
  const row = button.closest("[data-booking]");
  if (button.dataset.status) tap(row, button.dataset.status, button.dataset.done);
  else if (button.dataset.late) edit(row, { is_late: button.dataset.late === "true" }, text("saved"));
  else if (button.dataset.step) step(row, Number(button.dataset.step));
  else resize(row);
});

function tap(row, status, done) {
  const { booking, version, state, name } = row.dataset;
  closeMenus(row);
  said.delete(booking);
  const entry = put({
    path: `bookings/${booking}/status/`, method: "POST", etag: version, booking, name, before: state, done,
    body: { status, at: new Date().toISOString() },
  });
  dress();
  return entry;
}

function step(row, by) {
  const output = row.querySelector(".stepper output");
  output.value = String(Math.min(99, Math.max(1, Number(output.value) + by)));
}

function resize(row) {
  const size = Number(row.querySelector(".stepper output").value);
  if (size === Number(row.dataset.size)) return closeMenus(row);
  edit(row, { party_size: size }, text("size_saved", { name: row.dataset.name, size }));
}

function edit(row, body, done) {
  const { booking, version, name } = row.dataset;
  closeMenus(row);
  put({ path: `bookings/${booking}/`, method: "PATCH", etag: version, booking, name, body, done });
  dress();
}

document.addEventListener("outbox:done", async ({ detail: { entry } }) => {
  if (!entry.booking) return;
  await refresh();
  toast(entry.done || text("saved"), { undo: undoOf(entry) });
});

document.addEventListener("outbox:refused", async ({ detail: { entry, problem } }) => {
  if (!entry.booking) return;
  const words = problem.status === 412 ? await whoDidWhat(entry) : `${entry.name}: ${problem.message}`;
  if (words) {
    said.set(entry.booking, words);
    toast(words, { bad: true, stay: 12000 });
  }
  await refresh();
});

document.addEventListener("outbox:changed", dress);

// A repeated tap that had arrived before its answer was lost is no conflict: the row already is as wished.
async function whoDidWhat(entry) {
  const { data } = await call(`bookings/${entry.booking}/`);
  if (Object.entries(entry.body).every(([name, value]) => name === "at" || data[name] === value)) return "";
  const at = new Date(data.status_at);
  const time = at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const who = data.status_by || text("somebody");
  return text("changed_elsewhere", { name: entry.name, who, status: text(`status_${data.status}`), time });
}

function undoOf(entry) {
  if (!entry.before || entry.before === entry.body.status) return undefined;
  return () => {
    const row = board.querySelector(`[data-booking="${entry.booking}"]`);
    if (row) tap(row, entry.before, text("undone", { name: entry.name }));
  };
}

export async function refresh() {
  clearTimeout(timer);
  timer = setTimeout(refresh, EVERY);
  const html = await ask();
  board.classList.toggle("behind", html === null);
  if (html !== null) patch(board, html);
  dress();
}

// null when nothing came back: the page then says that it may be out of date.
async function ask() {
  try {
    const answer = await fetch(board.dataset.url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(10000) });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

// What the outbox still holds is shown on its row, over whatever the server last said.
function dress() {
  const held = new Map(waiting().filter((entry) => entry.booking).map((entry) => [entry.booking, entry]));
  for (const row of board.querySelectorAll("[data-booking]")) {
    const entry = held.get(row.dataset.booking);
    row.classList.toggle("unsaved", Boolean(entry?.tries));
    row.classList.toggle("sending", Boolean(entry));
    const line = row.querySelector("[data-note]");
    line.textContent = entry ? text(entry.tries ? "not_saved" : "saving") : said.get(row.dataset.booking) || "";
    line.hidden = !line.textContent;
    for (const button of row.querySelectorAll(".acts button[data-status]")) button.disabled = Boolean(entry);
  }
  const behind = document.getElementById("behind");
  if (behind) behind.hidden = !board.classList.contains("behind");
}

function closeMenus(row) {
  for (const menu of row.querySelectorAll("details[open]")) menu.open = false;
}

remember(board);
dress();
flush();
timer = setTimeout(refresh, EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.querySelector(".marked")?.scrollIntoView({ block: "center" });
