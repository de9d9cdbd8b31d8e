// Brings a page region up to date without losing scroll, focus or an open menu: rows are matched by data-key and
// replaced only when the server's text for them has changed.
const known = new WeakMap();

export function remember(root) {
  for (const node of root.querySelectorAll("[data-key]")) known.set(node, node.outerHTML);
}

export function patch(root, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const region of root.querySelectorAll("[data-region]")) {
    const twin = fresh.querySelector(`[data-region="${region.dataset.region}"]`);
    if (twin) reconcile(region, twin);
  }
}

function reconcile(region, twin) {
  const old = new Map([...region.children].map((node) => [node.dataset.key, node]));
  [...twin.children].forEach((node, place) => {
    const kept = take(old, node);
    if (region.children[place] !== kept) region.insertBefore(kept, region.children[place] ?? null);
  });
  for (const gone of old.values()) gone.remove();
}

function take(old, node) {
  const before = old.get(node.dataset.key);
  old.delete(node.dataset.key);
  if (!before) return adopt(node);
  if (known.get(before) === node.outerHTML || isBusy(before)) return before;
  const made = adopt(node);
  const act = before.contains(document.activeElement) && document.activeElement.dataset.act;
  before.replaceWith(made);
  if (act) (made.querySelector(`[data-act="${act}"]`) || made.querySelector("button, a"))?.focus({ preventScroll: true });
  return made;
}

function adopt(node) {
  const html = node.outerHTML;
  const made = document.importNode(node, true);
  known.set(made, html);
  return made;
}

function isBusy(node) {
  return Boolean(node.querySelector("details[open]"));
}
