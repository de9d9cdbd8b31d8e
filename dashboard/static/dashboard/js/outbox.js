// R-SERVICE-1: a tap that could not be sent is kept on the tablet with its idempotency key and the time of the tap,
// shown as "not saved", and tried again until the server has answered. Nothing leaves the outbox without an answer.
import { call, Problem } from "./api.js";

const LONGEST_PAUSE = 30000;
const place = `coperto.outbox.${document.body.dataset.tenant}.${document.body.dataset.user}`;
let timer = 0;
let pause = 1500;

export function waiting() {
  try {
    return JSON.parse(localStorage.getItem(place)) || [];
  } catch {
    return [];
  }
}

export function put(entry) {
  const kept = { key: crypto.randomUUID(), at: moment(), tries: 0, ...entry };
  save([...waiting(), kept]);
  pause = 1500;
  flush();
  return kept;
}

export async function flush() {
  clearTimeout(timer);
  await navigator.locks.request(place, { ifAvailable: true }, async (lock) => {
    if (lock) await sendAll();
  });
  if (waiting().length) timer = setTimeout(flush, pause);
}

async function sendAll() {
  for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
    const settled = await sendOne(entry);
    if (!settled) {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      return;
    }
    pause = 1500;
  }
}

async function sendOne(entry) {
  try {
    const answer = await call(entry.path, { method: entry.method, body: entry.body, key: entry.key, etag: entry.etag });
    remove(entry);
    tell("outbox:done", { entry, data: answer.data });
    return true;
  } catch (error) {
    if (!isFinal(error)) {
      keep({ ...entry, tries: entry.tries + 1 });
      return false;
    }
    remove(entry);
    tell("outbox:refused", { entry, problem: error });
    return true;
  }
}

// 401 and a lost CSRF token wait for the next sign-in; 409 in progress, 429 and 5xx wait for their turn.
function isFinal(error) {
  if (!(error instanceof Problem)) return false;
  const later = [401, 408, 425, 429].includes(error.status) || error.status >= 500;
  return !later && error.code !== "idempotency_in_progress" && error.code !== "csrf_failed";
}

// The time of the tap with the tablet's own offset: the API refuses instants without one.
function moment() {
  return new Date().toISOString();
}

function save(entries) {
  localStorage.setItem(place, JSON.stringify(entries));
  tell("outbox:changed", { entries });
}

function remove(entry) {
  save(waiting().filter((other) => other.key !== entry.key));
}

function keep(entry) {
  save(waiting().map((other) => (other.key === entry.key ? entry : other)));
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

addEventListener("online", flush);
addEventListener("storage", (event) => event.key === place && tell("outbox:changed", { entries: waiting() }));
if (waiting().length) flush();
