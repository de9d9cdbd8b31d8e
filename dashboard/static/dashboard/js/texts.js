// The translated texts the page carries as JSON (dashboard/texts.py), so that one catalogue serves templates and scripts.
const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");

export function text(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// Dates and numbers by locale; English here is written as in Europe, with the day before the month, as the templates do.
export const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

export function knows(key) {
  return key in texts;
}
