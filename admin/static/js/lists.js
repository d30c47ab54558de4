// Lists: sheets that close, columns moved in place, rows chosen and counted, exports that say how far they are.
"use strict";

const drops = "details.drop";

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(`${drops}[open]`)) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(`${drops}[open]`);
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (deeds && chosen().length) {
    deeds.reset();
    count();
  }
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(drops) && event.target.open) event.target.querySelector("input:not([type=hidden]):not(:disabled)")?.focus();
}, true);

// A file may be fetched again: the form that asks for it is not used up.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-again]")) setTimeout(() => { delete event.target.dataset.sent; }, 1000);
});

// Columns: a step moves the row in the sheet; one button then keeps it all.
for (const list of document.querySelectorAll("[data-columns]")) {
  const settle = () => {
    const rows = [...list.children];
    rows.forEach((row, at) => {
      const up = row.querySelector('[name="up"]');
      const down = row.querySelector('[name="down"]');
      if (up) up.disabled = at <= 1;
      if (down) down.disabled = at === rows.length - 1;
    });
  };
  list.addEventListener("click", (event) => {
    const step = event.target.closest(".step");
    if (!step) return;
    event.preventDefault();
    const row = step.closest("li");
    if (step.name === "up") row.previousElementSibling.before(row);
    else row.nextElementSibling?.after(row);
    settle();
    if (step.disabled) row.querySelector(".step:not(:disabled)")?.focus();
    else step.focus();
  });
}

// Rows chosen: the bar comes over the foot once there are any.
const deeds = document.querySelector("[data-deeds]");
const boxes = () => [...document.querySelectorAll("td.choose input")];
const chosen = () => boxes().filter((box) => box.checked);
let every;

function count() {
  const found = chosen().length;
  const says = deeds.querySelector("[data-count]");
  if (found) says.textContent = says.dataset.says.replace("#", String(found));
  deeds.closest(".foot").classList.toggle("is-idle", found === 0);
  deeds.classList.toggle("is-counting", found > 0);
  for (const box of boxes()) box.closest("tr").classList.toggle("chosen", box.checked);
  if (every) {
    every.checked = found > 0 && found === boxes().length;
    every.indeterminate = found > 0 && found < boxes().length;
  }
}

if (deeds) {
  const head = document.querySelector("th.choose");
  every = document.createElement("input");
  every.type = "checkbox";
  every.autocomplete = "off";
  every.setAttribute("aria-label", head.dataset.every);
  head.replaceChildren(every);
  every.addEventListener("change", () => {
    for (const box of boxes()) box.checked = every.checked;
    count();
  });
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("td.choose input");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
  });
  document.addEventListener("change", (event) => { if (event.target.matches("td.choose input")) count(); });
  deeds.addEventListener("reset", () => setTimeout(count));
  count();
}

// Exports under way: asked every few seconds how far they are; when one is done the page is shown anew.
const watched = document.querySelector("[data-watches]");
if (watched) {
  const look = async () => {
    const answer = await fetch(watched.dataset.watches, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) {
      const lines = await answer.json();
      for (const line of lines) {
        const place = document.querySelector(`[data-rows="${line.id}"]`);
        if (place) place.textContent = line.rows;
      }
      const open = lines.filter((line) => line.open).length;
      if (open < Number(watched.dataset.open)) { location.reload(); return; }
    }
    setTimeout(look, 3000);
  };
  setTimeout(look, 3000);
}

// On a phone a list's rows become field lists: each value stands beside the name of its column (css/lists.css).
for (const table of document.querySelectorAll(".table-frame > table.list:not(.of-answer, .items, .tight)")) {
  if (!table.tHead || !table.querySelector("td .first") || table.closest("[aria-labelledby=recent]")) continue;
  const names = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    let at = 0;
    for (const cell of row.cells) {
      if (names[at] && !cell.matches(".choose, :has(.first)")) cell.dataset.label = names[at];
      at += cell.colSpan;
    }
  }
  table.classList.add("as-fields");
}
for (const table of document.querySelectorAll(".becomes-fields")) table.classList.remove("becomes-fields");
