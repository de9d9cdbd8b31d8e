// The rows of an order being taken: another one by button or by Enter in the last price, any of them removed. The server reads
// them by number, so they are numbered anew after each change; the form's `change` lets the total follow.
for (const area of document.querySelectorAll("[data-rows]")) enhance(area);

function enhance(area) {
  const { rows: prefix } = area.dataset;
  const list = area.querySelector("[data-list]");
  const blank = area.querySelector("template");
  const total = area.querySelector(`input[name="${prefix}-TOTAL_FORMS"]`);
  const most = Number(area.querySelector(`input[name="${prefix}-MAX_NUM_FORMS"]`).value);
  const adder = area.querySelector("[data-add]");
  const numbered = new RegExp(`${prefix}-(\\d+|__prefix__)-`);

  adder.addEventListener("click", () => add());
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (button) remove(button.closest("[data-item]"));
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const fields = [...list.querySelectorAll("input:not([type=hidden])")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus();
    else if (event.target.value) add();
  });
  number();

  function add() {
    if (list.children.length >= most) return;
    list.append(blank.content.cloneNode(true));
    number();
    list.lastElementChild.querySelector("input").focus();
    list.lastElementChild.querySelector("input").select();
  }

  function remove(row) {
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    if (near) number();
    else add();
    (near?.querySelector("[data-remove]") || adder).focus();
    area.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function number() {
    [...list.children].forEach((row, place) => {
      for (const node of row.querySelectorAll("[name], [id], [for], [aria-describedby]"))
        for (const name of ["name", "id", "for", "aria-describedby"])
          if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(numbered, `${prefix}-${place}-`));
      row.querySelector("[data-remove]").hidden = false;
    });
    total.value = String(list.children.length);
    adder.hidden = list.children.length >= most;
  }
}
