// Keys: what the list under ? says is what happens, for its lines are read here. Single letters never act while typing.
"use strict";

(() => {
const keysList = document.getElementById("keys");
const lines = keysList ? [...keysList.querySelectorAll("[data-keys]")] : [];
const isOff = () => document.body.dataset.singleKeys === "off";
const typesIn = "textarea, select, [contenteditable], [role=combobox], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
const PAIR_MS = 1500;

const rowsOfList = () => [...document.querySelectorAll("main table.list tbody tr")].filter((row) => row.querySelector("a") && row.offsetParent);
const rowHere = () => document.querySelector("table.list tr.keyboard");
const boxOf = (row) => row?.querySelector("td.choose input:not(:disabled)");

function stand(row) {
  if (!row) return;
  rowHere()?.classList.remove("keyboard");
  row.classList.add("keyboard");
  row.querySelector("a").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const rows = rowsOfList();
  const at = rows.indexOf(rowHere() || document.activeElement?.closest("table.list tbody tr"));
  stand(rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]);
}

function choose(isRange) {
  const box = boxOf(rowHere());
  if (!box) return;
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: isRange }));
}

// Every `data-does` of the list is one of these.
const does = {
  keys: openKeys,
  palette: null, // js/palette.js, which also opens it from the bar
  next: () => step(1),
  previous: () => step(-1),
  open: () => rowHere()?.querySelector("a").click(),
  choose: () => choose(false),
  range: () => choose(true),
  approve: () => document.querySelector("#deeds button[value=approve]")?.click(),
  search: () => {
    const field = document.querySelector("main input[type=search]:not([disabled]), main [data-ticks] input");
    field?.focus();
    field?.select();
  },
  reveal: () => {
    const place = document.activeElement?.closest(".reveal, tr, dd, .table-frame");
    const button = place?.matches(".reveal") ? place : place?.querySelector(".reveal:not([hidden])");
    button?.click();
  },
  submit: null, // each form's own script, which knows what has to be saved before
};

const holds = (line) => !line.dataset.when || Boolean(document.querySelector(line.dataset.when));
const keyed = () => [...document.querySelectorAll("[data-key]")].filter((one) => one.dataset.key.length === 1 && !one.closest("dialog"));

function nameOf(one) {
  const shown = (one.labels?.[0] ?? one).cloneNode(true);
  for (const key of shown.querySelectorAll("kbd")) key.remove();
  const icon = one.querySelector?.("[role=img]")?.getAttribute("aria-label");
  return (one.dataset.keySays || one.getAttribute("aria-label") || shown.textContent.trim() || icon || "").replace(/\s+/g, " ").trim();
}

function openKeys() {
  const own = keysList.querySelector("[data-page]");
  for (const old of own.querySelectorAll("[data-added]")) old.remove();
  for (const one of keyed()) {
    const line = document.createElement("div");
    line.dataset.added = "";
    const [term, says, key] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
    key.className = "key";
    key.textContent = one.dataset.key.toUpperCase();
    term.append(key);
    says.textContent = nameOf(one);
    line.append(term, says);
    own.prepend(line);
  }
  for (const added of [...own.querySelectorAll("[data-added]")].reverse()) own.append(added);
  for (const line of lines) line.hidden = !holds(line);
  for (const section of keysList.querySelectorAll("section")) section.hidden = !section.querySelector("dl > div:not([hidden])");
  keysList.querySelector("[data-off]").hidden = !isOff();
  document.getElementById("palette")?.close();
  if (!keysList.open) keysList.showModal();
}

// A, 1 or R of an element: a choice is made, a form's part is opened, a field is entered. A decision asks for a second key.
function reach(one) {
  if (one.matches("summary")) {
    one.parentElement.open = true;
    (one.parentElement.querySelector("textarea, select, input:not([type=hidden])") || one).focus();
  } else if (one.matches("textarea, input:not([type=radio], [type=checkbox])")) {
    one.focus();
    one.setSelectionRange?.(one.value.length, one.value.length);
  } else {
    one.focus();
    if (!one.hasAttribute("data-second-key")) one.click();
  }
}

let first = null;
let firstAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.key === "Escape") {
    if (target.matches(typesIn) && !target.closest("dialog")) target.blur();
    return;
  }
  if (isOff() || target.closest(typesIn) || document.querySelector("dialog[open]")) return;
  // Enter opens what has the focus; a row is opened by it only where nothing else would act.
  if (event.key === "Enter") {
    if (rowHere() && !target.closest("a, button, summary, input, label")) does.open();
    return;
  }
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : "";
  if (!pressed || pressed === " ") return;
  const isPair = first !== null && event.timeStamp - firstAt < PAIR_MS;
  const wanted = isPair ? `${first} ${pressed}` : event.shiftKey && /[a-z]/.test(pressed) ? `shift+${pressed}` : pressed;
  first = null;
  const one = isPair || event.shiftKey ? null : keyed().find((each) => each.dataset.key === pressed);
  if (one) {
    event.preventDefault();
    reach(one);
    return;
  }
  const line = lines.find((each) => each.dataset.keys === wanted && holds(each));
  if (line) {
    event.preventDefault();
    if (line.dataset.goes) location.assign(line.dataset.goes);
    else does[line.dataset.does]?.();
  } else if (!isPair && lines.some((each) => each.dataset.keys.startsWith(`${wanted} `))) {
    first = wanted;
    firstAt = event.timeStamp;
  }
});

if (keysList) {
  keysList.addEventListener("click", (event) => {
    if (event.target === keysList || event.target.closest("[data-close]")) keysList.close();
  });
  for (const opens of document.querySelectorAll("[data-keys-list]")) opens.addEventListener("click", openKeys);
}
})();
