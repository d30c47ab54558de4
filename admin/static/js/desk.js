// The desk: Ctrl-Enter submits, words narrow a list; a subject's key leaves no trace in the page.
"use strict";

const ask = document.getElementById("ask");

document.addEventListener("keydown", (event) => {
  if (ask && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask.requestSubmit(); }
});

// Words narrow a list of case items; nothing is sent, and Enter opens the first that is left.
const words = document.querySelector("[data-filters]");
if (words) {
  const list = document.getElementById(words.dataset.filters);
  const none = document.getElementById(`${words.dataset.filters}-none`);
  const first = Number(list.dataset.first || Infinity);
  words.addEventListener("input", () => {
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    [...list.children].forEach((row, index) => {
      row.hidden = wanted ? !row.textContent.toLowerCase().includes(wanted) : index >= first;
      if (!row.hidden) shown += 1;
    });
    none.hidden = shown > 0;
  });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector(":scope > :not([hidden]) a.first")?.click();
    if (event.key === "Escape") { words.value = ""; words.dispatchEvent(new Event("input")); words.blur(); }
  });
}

if (ask) {
  const rows = document.querySelectorAll("[data-key-row]");
  const narrowing = document.querySelector("[data-narrowing-row]");
  const picked = () => [...document.querySelectorAll('input[name="item"]:checked')];
  const kindOf = (box) => document.getElementById(`key_kind_${box.value}`)?.value || box.dataset.kind;

  // Only the keys that the chosen data items are asked by stand in the form, and each of those must be there.
  const arrange = () => {
    const needed = new Set(picked().map(kindOf));
    for (const row of rows) {
      const input = row.querySelector("input");
      row.hidden = !needed.has(row.dataset.keyRow);
      input.disabled = row.hidden;
      input.required = !row.hidden;
    }
    if (narrowing) narrowing.hidden = !picked().some((box) => box.dataset.narrows);
    for (const box of document.querySelectorAll('input[name="item"]')) box.closest("tr").classList.toggle("left-out", !box.checked);
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches('input[name="item"], [data-chooses]')) arrange();
  });
  arrange();

  // A form is sent once; a key is in no history, no cache and no page that is gone back to.
  ask.addEventListener("submit", (event) => { if (!event.defaultPrevented) document.querySelector('button[form="ask"]').disabled = true; });
  addEventListener("pagehide", () => { for (const input of ask.querySelectorAll("[data-key], [data-narrowing]")) input.value = ""; });
  addEventListener("pageshow", () => { document.querySelector('button[form="ask"]').disabled = false; });
}
