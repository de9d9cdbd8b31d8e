// Looks a page over as a careful person would: overflow, contrast, names of controls, size of touch targets.
(isPhone) => {
  const faults = [];
  const visible = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  const called = (node) => `${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className} “${(node.textContent || node.name || "").trim().slice(0, 30)}”`;

  if (document.documentElement.scrollWidth > window.screen.width) faults.push(`overflows to ${document.documentElement.scrollWidth}`);

  const channels = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const own = channels(getComputedStyle(at).backgroundColor);
      if (own.length === 3 || own[3] > 0.5) return own;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.textContent.trim() || !visible(node) || ["SCRIPT", "OPTION"].includes(node.tagName) || node.closest("[disabled], .vh")) continue;
    const [a, b] = [light(channels(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${called(node)}`);
  }

  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary")) {
    if (!visible(control)) continue;
    const named = control.labels?.length || control.getAttribute("aria-label") || control.getAttribute("aria-labelledby") || control.textContent.trim();
    if (!named) faults.push(`no name: ${called(control)}`);
    if (!isPhone || control.closest("p, dd, .vh, .crumb") || control.matches(".vh, .skip")) continue;
    const target = control.matches("input[type=checkbox], input[type=radio]") ? control.closest("label") || control : control;
    const box = target.getBoundingClientRect();
    const after = getComputedStyle(control, "::after");
    const reach = after.position === "absolute" && after.content !== "none" ? Math.max(parseFloat(after.height) || 0, box.height) : box.height;
    if (box.width > 0 && reach < 43.5) faults.push(`touch target of ${Math.round(reach)} px: ${called(control)}`);
  }
  return faults;
}
