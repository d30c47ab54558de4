// A sample's page: keys, the note saved as it is typed, conflicts shown and never overwritten, documents opened apart.
"use strict";

const words = document.getElementById("words").dataset;
const form = document.getElementById("judge");
const isEnglish = document.documentElement.lang === "en";

// A verdict is only chosen by its number (js/keys.js); Ctrl-Enter confirms it.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const own = event.target instanceof Element ? event.target.closest(".ask form") : null;
    const sent = own || form;
    if (sent) { event.preventDefault(); sent.requestSubmit(sent.querySelector("button.primary") || sent.querySelector("button:not([type=button])")); }
  }
});

// 待釐清 is no verdict: the clerk is asked.
document.addEventListener("change", (event) => {
  if (event.target.name !== "verdict") return;
  shape();
  if (event.target.value === "to_be_clarified") {
    const ask = document.getElementById("ask");
    ask.open = true;
    ask.querySelector("textarea").focus();
  }
});

function shape() {
  const chosen = form?.querySelector("[name=verdict]:checked")?.value;
  const withFinding = form?.querySelector(".with-finding");
  if (withFinding) withFinding.hidden = !chosen || ["proper", "to_be_clarified"].includes(chosen);
}
shape();

// A file is opened as often as one likes: such a form stays.
for (const opens of document.querySelectorAll("[data-downloads]")) {
  opens.addEventListener("submit", () => setTimeout(() => { delete opens.dataset.sent; }, 500));
}

// The queue shows the sample at hand.
const here = document.querySelector(".queue [aria-current]");
const queue = here?.closest("ol");
if (queue) queue.scrollTop = here.offsetTop - queue.offsetTop - queue.clientHeight / 3;

const note = form?.note;
const status = document.getElementById("note-said");
const conflict = form?.querySelector("[data-conflict]");
const button = form?.querySelector("[data-save]");
let kept = note?.value;
let timer = null;
let under = null;

if (note && button) {
  button.hidden = true;
  note.addEventListener("input", () => {
    if (note.value !== kept) status.textContent = words.unsaved;
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  });
  note.addEventListener("blur", () => { if (note.value !== kept) save(); });
  // The verdict carries the newest edition: it waits for a saving that is under way.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!under) return;
    event.preventDefault();
    event.stopPropagation();
    await under;
    if (conflict.hidden) form.requestSubmit(event.submitter);
  }, true);
}

function save() {
  clearTimeout(timer);
  under = (under || Promise.resolve()).then(send).finally(() => { under = null; });
  return under;
}

async function send() {
  const typed = note.value;
  if (typed === kept || !conflict.hidden) return;
  status.textContent = words.saving;
  const body = new URLSearchParams({ note: typed, edition: form.edition.value });
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  let response;
  try {
    response = await fetch(form.dataset.note, { method: "POST", body, headers });
  } catch {
    status.textContent = words.away;
    timer = setTimeout(save, 5000);
    return;
  }
  if (response.status === 401 || (response.redirected && new URL(response.url).pathname === "/login")) {
    location.replace(document.body.dataset.logIn);
    return;
  }
  const said = await response.json().catch(() => ({}));
  if (response.ok) {
    kept = typed;
    form.edition.value = said.edition;
    status.textContent = words.saved.replace("{time}", said.at);
  } else if (said.error === "note_changed") {
    status.textContent = words.unsaved;
    differ(said);
  } else {
    status.textContent = (isEnglish ? said.en : said.zh) || words.away;
  }
}

function differ(said) {
  conflict.querySelector("[data-says]").textContent = isEnglish ? said.en : said.zh;
  conflict.querySelector("[data-theirs]").textContent = said.note;
  conflict.hidden = false;
  const settle = (text) => {
    form.edition.value = said.edition;
    conflict.hidden = true;
    if (text !== null) { note.value = text; kept = text; status.textContent = ""; }
    note.focus();
    if (text === null) save();
  };
  conflict.querySelector("[data-mine]").onclick = () => settle(null);
  conflict.querySelector("[data-take]").onclick = () => settle(said.note);
}
