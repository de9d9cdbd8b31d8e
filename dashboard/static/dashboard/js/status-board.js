// A board of rows with a status each: the day's bookings, the orders (R-SERVICE-1). Taps go through the outbox, the page is
// refreshed within ten seconds, and a row that somebody else changed says who did what.
//
// `#board` says where its regions come from (data-url), which resource of the API its rows are (data-resource) and which
// texts name their statuses (data-words). A row has data-row, data-version, data-state and data-name.
import { call } from "./api.js";
import { flush, put, waiting } from "./outbox.js";
import { patch, remember } from "./patch.js";
import { locale, text } from "./texts.js";
import { toast } from "./toast.js";

const EVERY = 8000;
const board = document.getElementById("board");
const { resource, words } = board.dataset;
const said = new Map();
let timer = 0;

board.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-status]");
  if (button) tap(button.closest("[data-row]"), button.dataset.status, button.dataset.done);
});

function tap(row, status, done) {
  said.delete(row.dataset.row);
  send(row, { path: "status/", method: "POST", before: row.dataset.state, done, body: { status, at: new Date().toISOString() } });
}

export function edit(row, body, done) {
  send(row, { path: "", method: "PATCH", body, done });
}

function send(row, { path, ...entry }) {
  const { row: id, version, name } = row.dataset;
  closeMenus(row);
  put({ path: `${resource}/${id}/${path}`, etag: version, resource, row: id, name, ...entry });
  dress();
}

document.addEventListener("outbox:done", async ({ detail: { entry } }) => {
  if (entry.resource !== resource) return;
  await refresh();
  toast(entry.done || text("saved"), { undo: undoOf(entry) });
});

document.addEventListener("outbox:refused", async ({ detail: { entry, problem } }) => {
  if (entry.resource !== resource) return;
  const note = problem.status === 412 ? await whoDidWhat(entry) : `${entry.name}: ${problem.message}`;
  if (note) {
    said.set(entry.row, note);
    toast(note, { bad: true, stay: 12000 });
  }
  await refresh();
});

document.addEventListener("outbox:changed", dress);

// A repeated tap that had arrived before its answer was lost is no conflict: the row already is as wished.
async function whoDidWhat(entry) {
  const { data } = await call(`${resource}/${entry.row}/`);
  if (Object.entries(entry.body).every(([name, value]) => name === "at" || data[name] === value)) return "";
  const at = new Date(data.status_at);
  const time = at.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const who = data.status_by || text("somebody");
  return text("changed_elsewhere", { name: entry.name, who, status: text(`${words}_${data.status}`), time });
}

function undoOf(entry) {
  if (!entry.before || entry.before === entry.body.status) return undefined;
  return () => {
    const row = board.querySelector(`[data-row="${entry.row}"]`);
    if (row) tap(row, entry.before, text("undone", { name: entry.name }));
  };
}

async function refresh() {
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
  const held = new Map(waiting().filter((entry) => entry.resource === resource).map((entry) => [entry.row, entry]));
  for (const row of board.querySelectorAll("[data-row]")) {
    const entry = held.get(row.dataset.row);
    row.classList.toggle("unsaved", Boolean(entry?.tries));
    row.classList.toggle("sending", Boolean(entry));
    const line = row.querySelector("[data-note]");
    line.textContent = entry ? text(entry.tries ? "not_saved" : "saving") : said.get(row.dataset.row) || "";
    line.hidden = !line.textContent;
    for (const button of row.querySelectorAll(".acts button[data-status]")) button.disabled = Boolean(entry);
  }
  const behind = document.getElementById("behind");
  if (behind) behind.hidden = !board.classList.contains("behind");
}

export function closeMenus(row) {
  for (const menu of row.querySelectorAll("details[open]")) menu.open = false;
}

remember(board);
dress();
flush();
timer = setTimeout(refresh, EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.querySelector(".marked")?.scrollIntoView({ block: "center" });
