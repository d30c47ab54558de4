// A case item's life: words narrow the boxes, the preview follows the choice, keys lead to the decision. All works without.
"use strict";

const draftForm = document.getElementById("draft");

document.addEventListener("keydown", (event) => {
  if (draftForm && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); draftForm.requestSubmit(); }
});

// What was typed is not lost by leaving the page without saving.
if (draftForm) {
  const asItWas = new URLSearchParams(new FormData(draftForm)).toString();
  let isSent = false;
  draftForm.addEventListener("submit", () => { isSent = true; });
  document.addEventListener("govern:leaving", () => { isSent = true; }); // it is kept, and the log-in leads back
  addEventListener("beforeunload", (event) => {
    if (!isSent && new URLSearchParams(new FormData(draftForm)).toString() !== asItWas) event.preventDefault();
  });
}

// A picker: a word narrows what is shown, never what is chosen.
const bar = document.querySelector(".picker-bar");
if (bar) {
  const words = bar.querySelector("[data-narrows]"); // none where a picker finds what is ticked here
  const only = bar.querySelector("[data-only-chosen]");
  const count = bar.querySelector("[data-count]");
  const none = document.querySelector("[data-no-match]");
  const groups = [...document.querySelectorAll("[data-group]")];
  const alike = (text) => text.normalize("NFKC").toLowerCase().replaceAll("台", "臺");
  only.hidden = false;
  if (words) words.hidden = false;
  const narrow = () => {
    const wanted = alike(words?.querySelector("input").value || "").split(/\s+/).filter(Boolean);
    const onlyChosen = only.querySelector("input").checked;
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      const name = alike(group.querySelector("legend").textContent);
      for (const row of group.querySelectorAll("li")) {
        const text = name + alike(row.textContent);
        row.hidden = !wanted.every((word) => text.includes(word)) || (onlyChosen && !row.querySelector("input").checked);
        if (!row.hidden) here += 1;
      }
      group.hidden = here === 0;
      shown += here;
    }
    none.hidden = shown > 0;
  };
  const tally = () => {
    count.textContent = count.dataset.words.replace("{n}", draftForm.querySelectorAll("li input:checked").length);
    for (const group of groups) {
      const all = group.querySelector("[data-all]");
      if (!all) continue;
      const boxes = [...group.querySelectorAll("input")];
      all.dataset.word ||= all.textContent;
      all.hidden = false;
      all.textContent = boxes.every((box) => box.checked) ? all.dataset.none : all.dataset.word;
    }
  };
  words?.querySelector("input").addEventListener("input", narrow);
  words?.querySelector("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); document.querySelector("[data-group]:not([hidden]) li:not([hidden]) input")?.focus(); }
    if (event.key === "Escape") { event.target.value = ""; narrow(); }
  });
  only.addEventListener("change", narrow);
  draftForm.addEventListener("change", tally);
  draftForm.addEventListener("click", (event) => {
    const all = event.target.closest?.("[data-all]");
    if (!all) return;
    const boxes = [...all.closest("[data-group]").querySelectorAll("li:not([hidden]) input:not(:disabled)")];
    const isOn = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = isOn;
    tally();
  });
  tally();
}

// The preview shows what the clerk would see, as the choice stands.
const preview = document.querySelector("[data-preview]");
if (preview) {
  const left = document.querySelector("[data-left]");
  document.querySelector("[data-live]").hidden = false;
  const follow = () => {
    let fetched = 0;
    const fields = [...document.querySelectorAll("[data-field]")];
    for (const field of fields) {
      const chosen = field.querySelector(".ways input:checked");
      const way = chosen ? chosen.value : "absent";
      const row = preview.querySelector(`[data-for="${field.dataset.field}"]`);
      row.hidden = way === "absent";
      field.querySelector("[data-why]").hidden = way === "absent";
      if (row.hidden) continue;
      fetched += 1;
      const place = row.querySelector("dd");
      const opens = place.querySelector(".opens");
      opens.hidden = way !== "revealable";
      const sample = [...chosen.closest(".way").querySelector(".sample").cloneNode(true).childNodes];
      place.replaceChildren(...sample, opens);
    }
    left.textContent = left.dataset.words.replace("{n}", fetched).replace("{rest}", fields.length - fetched);
  };
  draftForm.addEventListener("change", follow);
  follow();
}

// The weekly or monthly rhythm belongs to scheduled case items alone.
const rhythm = document.getElementById("schedule");
if (rhythm) {
  const follow = () => { rhythm.hidden = document.querySelector('input[name="urgency"]:checked')?.value !== "scheduled"; };
  document.addEventListener("change", follow);
  follow();
}
