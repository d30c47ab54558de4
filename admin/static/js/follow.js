// A look-up's page: live tasks by server-sent events (polling when there is no stream), answers opened when all is done,
// one field revealed with a reason and masked again, the answer's remaining life.
"use strict";

const page = document.getElementById("main");
const words = document.getElementById("words").dataset;
const part = document.getElementById("progress-part");
const answers = document.getElementById("answers");
const opener = document.getElementById("open-answers");
const token = () => document.querySelector('meta[name="csrf-token"]').content;
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
let opened = Boolean(answers.querySelector(".answer"));

const tasks = () => document.getElementById("tasks").dataset;

async function look() {
  const response = await fetch(page.dataset.progress, { headers: { "X-Part": "1" } });
  if (response.redirected || !response.ok) return;
  const before = tasks().open;
  part.innerHTML = await response.text();
  if (opener && !opened) opener.hidden = tasks().answers !== "1";
  if (opener && !opened && tasks().open === "0" && before !== "0") await open();
  showActions();
}

async function open() {
  if (tasks().answers !== "1") { location.reload(); return; }
  const response = await fetch(opener.action, { method: "POST", headers: { "X-CSRFToken": token(), "X-Part": "1" } });
  if (!response.ok) { location.reload(); return; }
  opened = true;
  opener.hidden = true;
  answers.innerHTML = await response.text();
}

opener?.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); open(); }, true);

const isRunning = () => tasks().open !== "0" || tasks().coming === "1";
if (isRunning()) {
  let stream = new EventSource(page.dataset.events);
  stream.addEventListener("changed", async () => { await look(); if (!isRunning()) stream.close(); });
  stream.addEventListener("over", () => stream.close());
  // A stream that falls silent is no reason to stand still: look every few seconds while something runs.
  const beat = setInterval(async () => { if (isRunning()) await look(); else { clearInterval(beat); stream.close(); } }, 4000);
}

// Until when the answers live stands in the head; at the end they leave the page too.
function showActions() {
  const now = document.getElementById("actions-now");
  if (now) document.getElementById("actions").replaceChildren(now.content.cloneNode(true));
  tick();
}

function tick() {
  const life = document.querySelector("[data-until]");
  if (!life) return;
  const seconds = Math.max(0, Math.round((Date.parse(life.dataset.until) - Date.now()) / 1000));
  life.querySelector("[data-left]").textContent = seconds ? fill(words.left, { m: Math.floor(seconds / 60), s: seconds % 60 }) : words.gone;
  if (!seconds) answers.replaceChildren();
}
setInterval(tick, 1000);
tick();

const dialogue = document.getElementById("reveal-dialogue");
const form = dialogue.querySelector("form");
const mistake = dialogue.querySelector("[data-mistake]");
let asked = null;
answers.addEventListener("click", (event) => {
  const button = event.target.closest(".reveal");
  if (!button) return;
  asked = button;
  dialogue.querySelector("[data-what]").textContent = button.dataset.what;
  mistake.hidden = true;
  form.reason.value = "";
  dialogue.showModal();
});
form.addEventListener("submit", async (event) => {
  event.stopPropagation();
  delete form.dataset.sent;
  if (event.submitter?.value !== "reveal") return;
  event.preventDefault();
  const body = new URLSearchParams({ answer: asked.dataset.answer, place: asked.dataset.place, item: asked.dataset.item, reason: form.reason.value });
  const response = await fetch(form.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    mistake.textContent = said.zh || said.message || response.status;
    mistake.hidden = false;
    return;
  }
  dialogue.close();
  const { value, seconds } = await response.json();
  const button = asked;
  const shown = button.previousElementSibling;
  const masked = shown.cloneNode(true);
  const clear = document.createElement("span");
  const countdown = document.createElement("span");
  clear.textContent = value;
  clear.className = "revealed";
  countdown.className = "revealed-left";
  shown.replaceWith(clear);
  button.hidden = true;
  clear.after(countdown);
  let leftSeconds = seconds;
  const timer = setInterval(() => {
    countdown.textContent = fill(words.masks, { s: leftSeconds });
    if (leftSeconds-- > 0) return;
    clearInterval(timer);
    countdown.remove();
    clear.replaceWith(masked);
    button.hidden = false;
    button.focus();
  }, 1000);
  countdown.textContent = fill(words.masks, { s: leftSeconds });
  form.reason.value = "";
});
