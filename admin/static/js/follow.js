// A look-up's page: live tasks by server-sent events (looking now and then when there is no stream), answers opened when all
// is done, one field revealed with a reason and masked again, the answer's remaining life, the record while it is made.
"use strict";

const page = document.getElementById("main");
const words = document.getElementById("words").dataset;
const part = document.getElementById("progress-part");
const actions = document.getElementById("actions");
const answers = document.getElementById("answers");
const lede = document.getElementById("answers-lede");
const opener = document.getElementById("open-answers");
const trouble = document.getElementById("trouble");
const isEnglish = document.documentElement.lang === "en";
const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name]);
const tasks = () => document.getElementById("tasks").dataset;
let opened = Boolean(answers.querySelector(".answer"));
let ended = false;

// What the server says in words reaches the user in words; a log-in that has ended goes to the log-in.
async function send(address, options = {}) {
  let response;
  const headers = { Accept: "text/html", "X-Part": "1", ...options.headers };
  if (options.method === "POST") headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
  try {
    response = await fetch(address, { ...options, headers });
  } catch {
    throw new Error(words.away);
  }
  const toLogIn = response.status === 401 || (response.redirected && new URL(response.url).pathname === "/login");
  if (toLogIn) {
    answers.replaceChildren();
    location.replace(document.body.dataset.logIn);
    throw new Error("");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error((isEnglish ? said.en : said.zh) || `${words.away} (${response.status})`);
}

function say(text, again = null) {
  trouble.hidden = !text;
  trouble.querySelector("[data-says]").textContent = text;
  const button = trouble.querySelector("[data-again]");
  button.hidden = !again;
  button.onclick = again;
}

// The live parts: tasks, actions, 憑據列.
async function look() {
  let text;
  try {
    text = await (await send(page.dataset.progress)).text();
  } catch {
    return;
  }
  const before = tasks().open;
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const actionsNow = parsed.getElementById("actions-now");
  const written = parsed.getElementById("written-now");
  part.replaceChildren(parsed.getElementById("tasks"));
  // What somebody is about to press is not taken away under the finger.
  if (!actions.contains(document.activeElement)) actions.replaceChildren(actionsNow.content);
  document.getElementById("written").replaceChildren(written.content);
  if (opener && !opened && !ended) opener.hidden = tasks().answers !== "1";
  if (opened && tasks().answers !== "1") gone(words.destroyed);
  if (opener && !opened && !ended && tasks().open === "0" && before !== "0") await open();
  tick();
}

async function open() {
  if (tasks().answers !== "1") { location.reload(); return; }
  say("");
  let text;
  try {
    text = await (await send(opener.action, { method: "POST", headers: { Accept: "application/json;q=0.9, text/html;q=0.1" } })).text();
  } catch (wrong) {
    if (wrong.message) say(wrong.message, open);
    return;
  }
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const written = parsed.getElementById("written-now");
  opened = true;
  opener.hidden = true;
  lede.textContent = parsed.getElementById("lede-now")?.textContent ?? "";
  parsed.getElementById("lede-now")?.remove();
  written.remove();
  answers.replaceChildren(...parsed.body.childNodes);
  document.getElementById("written").replaceChildren(written.content);
  numbered();
}

// The sequencer comes by each second: the entry's number follows the answer.
async function numbered(tries = 6) {
  if (document.querySelector('#written [data-numbered="1"]') || !tries) return;
  await new Promise((wake) => setTimeout(wake, 900));
  await look();
  await numbered(tries - 1);
}

function gone(says) {
  ended = true;
  opened = false;
  dialogue.close();
  lede.textContent = "";
  answers.replaceChildren(Object.assign(document.createElement("p"), { className: "notice ok", textContent: says }));
  if (opener) opener.hidden = true;
}

// While something runs the stream tells of changes; a stream that falls silent is no reason to stand still.
let stream = null;
const isRunning = () => tasks().open !== "0" || tasks().coming === "1";
function watch() {
  if (stream || !isRunning()) return;
  stream = new EventSource(page.dataset.events);
  const beat = setInterval(changed, 3000);
  async function changed() {
    await look();
    if (isRunning()) return;
    clearInterval(beat);
    stream?.close();
    stream = null;
  }
  stream.addEventListener("changed", changed);
  stream.addEventListener("over", () => stream?.close());
}

function tick() {
  const life = actions.querySelector("[data-until]");
  if (!life || ended) return;
  const until = Date.parse(life.dataset.until);
  const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
  life.querySelector("[data-left]").textContent = seconds ? fill(words.left, { m: Math.floor(seconds / 60), s: seconds % 60 }) : words.gone;
  life.querySelector("[data-life]").value = seconds * 1000 / Math.max(1, until - (Date.parse(life.dataset.from) || until - seconds * 1000));
  if (seconds) return;
  gone(words.goneSays);
  life.querySelector("#destroy")?.remove();
}

document.addEventListener("submit", async (event) => {
  const act = { "open-answers": open, destroy, "make-record": makeRecord }[event.target.id];
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  await act(event.target);
}, true);

async function destroy(form) {
  try {
    await send(form.action, { method: "POST", headers: { Accept: "application/json" } });
  } catch (wrong) {
    say(wrong.message);
    return;
  }
  gone(words.destroyed);
  form.closest(".life").remove();
  setTimeout(look, 1500);
}

async function makeRecord(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  button.querySelector("span").textContent = words.making;
  say("");
  try {
    await send(form.action, { method: "POST", headers: { Accept: "application/json" } });
  } catch (wrong) {
    say(wrong.message);
  }
  await look();
  watch();
}

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
  form.reset();
  form.reason.hidden = true;
  dialogue.showModal();
  form.choice[0].focus();
});

form.addEventListener("change", () => {
  form.reason.hidden = form.querySelector("[name=choice]:checked")?.value !== "";
  if (!form.reason.hidden) form.reason.focus();
});
dialogue.querySelector("[data-cancel]").addEventListener("click", () => dialogue.close());
dialogue.addEventListener("close", () => { form.reset(); asked?.focus(); });

form.addEventListener("submit", async (event) => {
  event.stopPropagation();
  event.preventDefault();
  const reason = (form.querySelector("[name=choice]:checked")?.value || form.reason.value).trim();
  if (reason.length < 4) { wrongly(words.short); return; }
  const body = new URLSearchParams({ answer: asked.dataset.answer, place: asked.dataset.place, reason });
  try {
    const response = await send(form.dataset.url, { method: "POST", body, headers: { Accept: "application/json" } });
    const { value, seconds } = await response.json();
    dialogue.close();
    uncover(asked, value, seconds);
  } catch (wrong) {
    if (wrong.message) wrongly(wrong.message);
  }
});

function wrongly(text) {
  mistake.textContent = text;
  mistake.hidden = false;
}

// The masked value stays in its place, for print and for afterwards; the clear one stands before it for its seconds.
function uncover(button, value, seconds) {
  const masked = button.previousElementSibling;
  const clear = Object.assign(document.createElement("span"), { className: "revealed", textContent: value });
  const left = Object.assign(document.createElement("span"), { className: "revealed-left" });
  const until = Date.now() + seconds * 1000;
  masked.classList.add("uncovered");
  button.hidden = true;
  masked.before(clear, left);
  const timer = setInterval(count, 1000);
  count();
  function count() {
    const rest = Math.ceil((until - Date.now()) / 1000);
    left.textContent = fill(words.masks, { s: rest });
    if (rest > 0 && clear.isConnected) return;
    clearInterval(timer);
    clear.remove();
    left.remove();
    masked.classList.remove("uncovered");
    button.hidden = false;
  }
}

// Nothing of an answer outlives the page: not in the browser's memory of pages, not behind the back button.
addEventListener("pagehide", () => { answers.replaceChildren(); dialogue.close(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
setInterval(() => { if (opened && !document.hidden) look(); }, 20000);
setInterval(tick, 1000);
tick();
watch();
if (opened) numbered();
// The answer may be there before the page that waits for it; whoever comes back later opens it with the button.
else if (opener && page.dataset.sent && tasks().open === "0" && tasks().answers === "1") open();
