// The desk: Ctrl-Enter submits, number keys open favourites, words narrow a list; a subject's key leaves no trace in the page.
"use strict";

const ask = document.getElementById("ask");
const isTyping = (target) => target instanceof Element && Boolean(target.closest("input, textarea, select, dialog"));

document.addEventListener("keydown", (event) => {
  if (ask && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); ask.requestSubmit(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (/^[1-9]$/.test(event.key)) document.querySelector(`a[data-key="${event.key}"]`)?.click();
  if (event.key === "/" && words) { event.preventDefault(); words.focus(); }
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

  // The check digit is said while typing, so that a wrong number is mended before it costs a page.
  const spoken = document.getElementById("desk-words").dataset;
  const number = document.querySelector('[data-key="national_id"]');
  const says = document.querySelector("[data-checked]");
  const judge = (isLeft) => {
    const text = number.value.normalize("NFKC").trim().toUpperCase();
    const is = checks(text);
    const isBad = !is && isLeft && /^[A-Z][0-9]{9}$/.test(text);
    says.textContent = is ? spoken.good : isBad ? spoken.bad : "";
    says.className = `checked ${is ? "is-ok" : isBad ? "is-bad" : ""}`;
  };
  if (number) {
    number.addEventListener("input", () => judge(false));
    number.addEventListener("blur", () => judge(true));
  }

  // A form is sent once; a key is in no history, no cache and no page that is gone back to.
  ask.addEventListener("submit", () => { document.querySelector('button[form="ask"]').disabled = true; });
  addEventListener("pagehide", () => { for (const input of ask.querySelectorAll("[data-key], [data-narrowing]")) input.value = ""; });
  addEventListener("pageshow", () => { document.querySelector('button[form="ask"]').disabled = false; });
}

// The weights of the national ID number (RULES.md): the letter's two digits, then 8 to 1, then the check digit.
function checks(text) {
  if (!/^[A-Z][1289][0-9]{8}$/.test(text)) return false;
  const letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(text[0]) + 10;
  const digits = [Math.floor(letter / 10), letter % 10, ...[...text.slice(1)].map(Number)];
  const weights = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1];
  return digits.reduce((sum, digit, place) => sum + digit * weights[place], 0) % 10 === 0;
}
