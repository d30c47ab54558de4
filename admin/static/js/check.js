// Check a record: a file dropped anywhere on the page is sent as if it had been chosen; the record's number is shown, never sent.
"use strict";

const drop = document.getElementById("drop");
if (drop) {
  const input = drop.querySelector("input[type=file]");
  let inside = 0;
  const over = (is) => drop.classList.toggle("is-over", is);
  drop.querySelector("[data-drop-words]").hidden = false;

  document.addEventListener("dragenter", (event) => { event.preventDefault(); inside += 1; over(true); });
  document.addEventListener("dragleave", () => { inside -= 1; if (inside <= 0) { inside = 0; over(false); } });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    inside = 0;
    over(false);
    if (!event.dataTransfer?.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    drop.requestSubmit();
  });
  drop.addEventListener("submit", () => {
    const says = drop.querySelector("[data-busy]");
    says.textContent = says.dataset.busy;
  });

  const number = decodeURIComponent(location.hash.slice(1));
  if (/^[0-9A-Z][0-9A-Z-]{5,29}$/.test(number)) {
    const line = document.getElementById("from-number");
    line.querySelector("b").textContent = number;
    line.hidden = false;
  }
}
