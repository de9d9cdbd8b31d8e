// Looks contacts up while somebody types and tells namesakes apart (R-ID-8): tags, visits, last visit, no-show rate,
// allergy mark, nickname, the phone's last digits.
import { call } from "./api.js";
import { knows, locale, text } from "./texts.js";

const PAUSE = 180;
let running = null;
let timer = 0;

export function look(words, show) {
  clearTimeout(timer);
  running?.abort();
  const needle = words.trim();
  if (needle.length < 2) return show(null);
  timer = setTimeout(() => ask(needle, show), PAUSE);
}

async function ask(needle, show) {
  running = new AbortController();
  try {
    const { data } = await call(`contacts/?limit=8&q=${encodeURIComponent(needle)}`, { signal: running.signal });
    show(data.results);
  } catch (error) {
    if (error.name !== "AbortError") show([], error.message);
  }
}

export function nameOf(contact) {
  return [contact.first_name, contact.last_name].filter(Boolean).join(" ") || contact.email || contact.phone || contact.code || "–";
}

export function describe(contact) {
  const first = element("div", "first", element("span", "who", nameOf(contact)));
  if (contact.nickname) first.append(element("span", "muted", `(${contact.nickname})`));
  if (contact.has_allergies) first.append(element("span", "tag allergy", text("allergy")));
  for (const key of contact.tags || []) if (knows(`tag_${key}`)) first.append(element("span", "tag", text(`tag_${key}`)));
  const facts = element("div", "facts");
  for (const fact of factsOf(contact)) facts.append(element("span", "", fact));
  return [first, facts];
}

function factsOf(contact) {
  const stats = contact.stats || {};
  const visits = (stats.visit_count || 0) + (stats.imported_visit_count || 0);
  const rate = stats.no_show_rate_180d;
  return [
    contact.phone && text("phone_ends", { digits: contact.phone.slice(-4) }),
    contact.email,
    text("visits", { count: visits }),
    stats.last_visit_on && text("last_visit", { date: dayOf(stats.last_visit_on) }),
    rate ? text("no_show_rate", { percent: new Intl.NumberFormat(locale, { style: "percent" }).format(rate) }) : "",
  ].filter(Boolean);
}

function dayOf(date) {
  const style = { day: "numeric", month: "short" };
  if (date.slice(0, 4) !== String(new Date().getFullYear())) style.year = "numeric";
  return new Intl.DateTimeFormat(locale, { ...style, timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));
}

export function element(name, className, ...inside) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}
