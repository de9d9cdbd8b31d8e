// The translated texts the page carries as JSON (dashboard/texts.py), so that one catalogue serves templates and scripts.
const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");

export function text(key, values = {}) {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function knows(key) {
  return key in texts;
}
