// Words of the trade show what they mean on hover, beside themselves; pressing one does the same without this script.
"use strict";

const AFTER_MS = 250;

for (const word of document.querySelectorAll(".word")) {
  const [name, meaning] = word.children;
  let waiting;
  word.addEventListener("pointerenter", (event) => {
    clearTimeout(waiting);
    if (event.pointerType === "mouse") waiting = setTimeout(() => show(meaning, name), AFTER_MS);
  });
  word.addEventListener("pointerleave", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (!meaning.contains(document.activeElement)) meaning.hidePopover?.(); }, AFTER_MS);
  });
}

function show(meaning, name) {
  if (meaning.showPopover && !meaning.matches(":popover-open")) meaning.showPopover({ source: name });
}
