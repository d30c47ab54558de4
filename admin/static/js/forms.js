// Forms: checked when a field is left and again before sending, kept while they are typed, their mistakes in one summary.
// The server's rules judge; nothing here decides. Without this script the server says the same after sending.
"use strict";

(() => {
const formWords = document.getElementById("form-words")?.dataset || {};
const sign = (index) => document.getElementById("form-words").content.children[index].cloneNode(true);
const filledIn = (text, places) => text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
const tokenOfPage = () => document.querySelector('meta[name="csrf-token"]').content;

function post(address, fields, more = {}) {
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": tokenOfPage(), Accept: "application/json" },
    ...more,
  });
}

// Where a field's help and mistake stand, and what it is called.
const rowOf = (input) => input.closest(".form-row, .field-choice, td") || input.parentElement;
const placeOf = (input) => (/^(radio|checkbox)$/.test(input.type) ? input.closest("fieldset[id]")?.id : "") || input.id;
function labelOf(input) {
  const isGroup = /^(radio|checkbox)$/.test(input.type) && input.closest("fieldset");
  const label = isGroup ? isGroup.querySelector("legend") : input.labels?.[0];
  if (!label) return input.getAttribute("aria-label") || input.name;
  const plain = label.cloneNode(true);
  for (const extra of plain.querySelectorAll(".beside, kbd, .meta")) extra.remove();
  return plain.textContent.trim();
}

function describe(input, id, is) {
  const ids = new Set((input.getAttribute("aria-describedby") || "").split(/\s+/).filter(Boolean));
  if (is) ids.add(id); else ids.delete(id);
  if (ids.size) input.setAttribute("aria-describedby", [...ids].join(" ")); else input.removeAttribute("aria-describedby");
}

// A mistake beside its field; an empty text takes it away.
function say(input, text) {
  const row = rowOf(input);
  const id = `${placeOf(input)}-error`;
  let place = document.getElementById(id);
  if (!text) {
    place?.remove();
    row.classList.remove("is-wrong");
    input.removeAttribute("aria-invalid");
    describe(input, id, false);
    return;
  }
  if (!place) {
    place = document.createElement("p");
    place.className = "mistake";
    place.id = id;
    row.append(place);
  }
  const words = document.createElement("span");
  words.textContent = text;
  place.hidden = false;
  place.setAttribute("role", "status");
  place.replaceChildren(sign(0), words);
  row.classList.add("is-wrong");
  input.setAttribute("aria-invalid", "true");
  describe(input, id, true);
}

// What stands at the end of an input: that it is right, or what is expected.
function sayRight(input, answer) {
  const place = input.parentElement.querySelector(".input-state");
  if (!place) return;
  const words = document.createElement("span");
  place.classList.toggle("is-right", Boolean(answer));
  words.textContent = answer ? answer.says : input.dataset.saysUsual || place.dataset.says || "";
  if (answer?.heard) words.setAttribute("aria-label", answer.heard);
  place.setAttribute("role", "status");
  place.replaceChildren(...(answer ? [sign(1), words] : [words]));
}

// What the browser itself can tell: missing, too short, another form than asked for; in the page's own words.
function plainly(input) {
  const validity = input.validity;
  if (!input.willValidate || validity.valid) return "";
  const label = labelOf(input);
  if (validity.valueMissing) return filledIn(/^(radio|checkbox|select-one|file)$/.test(input.type) ? formWords.choose : formWords.empty, { label });
  if (validity.tooShort) return filledIn(formWords.short, { label, n: input.minLength });
  if (validity.customError) return input.validationMessage;
  return filledIn(formWords.form, { label });
}

// The server's rule for one value, asked in the body when the field is left. A rule that does not answer holds nobody up.
const PATIENCE_MS = 4000;
const asked = new WeakMap();
const isAsked = (input) => !input.dataset.check || !input.value.trim() || asked.get(input)?.value === input.value;
async function check(input) {
  const value = input.value;
  if (!value.trim()) { say(input, ""); sayRight(input, null); return; }
  const before = asked.get(input);
  if (before?.value === value) { if (!before.answer.right) say(input, before.answer.says); return; }
  try {
    const response = await post("/form/check", { kind: input.dataset.check, value }, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) return;
    const answer = await response.json();
    if (input.value !== value) return; // typed on meanwhile
    if (answer.value) input.value = answer.value;
    asked.set(input, { value: input.value, answer });
    say(input, answer.right ? "" : answer.says);
    sayRight(input, answer.right ? answer : null);
    if (answer.value && answer.value !== value) input.dispatchEvent(new Event("change", { bubbles: true }));
  } catch { /* the server says it after sending */ }
}

document.addEventListener("focusout", (event) => {
  const input = event.target;
  if (!(input instanceof Element) || !input.closest("form.form, form[data-checks]") || !input.matches("input, textarea, select")) return;
  if (input.dataset.check) check(input);
  else if (input.value && !input.validity.valueMissing) say(input, plainly(input));
});

// Never before a field is left; a mistake that was said goes as soon as it is mended.
document.addEventListener("input", (event) => {
  const input = event.target;
  if (!(input instanceof Element) || !input.matches?.("input, textarea, select")) return;
  if (input.dataset.check) sayRight(input, null);
  if (input.getAttribute("aria-invalid") && !plainly(input)) {
    if (!input.dataset.check) say(input, "");
    else { clearTimeout(input.checking); input.checking = setTimeout(() => document.contains(input) && check(input), 600); }
  }
  count(input);
});
document.addEventListener("change", (event) => {
  if (event.target.matches?.('input[type="radio"], input[type="checkbox"], select')) {
    const group = event.target.closest("fieldset.is-wrong");
    const first = group?.querySelector('[aria-invalid="true"]') || event.target;
    if (first.getAttribute("aria-invalid")) say(first, plainly(first));
  }
});

// How many characters are left is said from four fifths on.
function count(input) {
  const most = input.maxLength;
  if (input.tagName !== "TEXTAREA" || most < 0) return;
  let place = input.parentElement.querySelector(".left-over");
  const left = most - input.value.length;
  if (left > most / 5) { place?.remove(); return; }
  if (!place) {
    place = document.createElement("p");
    place.className = "left-over meta";
    place.setAttribute("role", "status");
    input.after(place);
  }
  place.textContent = filledIn(formWords.left, { n: left });
}

// Before sending: every mistake that can be seen here stands in one summary, with links; the page's title says so.
function summarise(form, wrong) {
  let summary = document.querySelector(".mistakes");
  if (!summary) {
    summary = document.createElement("div");
    summary.className = "mistakes";
    summary.setAttribute("role", "alert");
    summary.tabIndex = -1;
    form.before(summary);
  }
  const heading = document.createElement("h2");
  heading.textContent = filledIn(formWords.heading, { n: wrong.length });
  const list = document.createElement("ul");
  for (const [input, text] of wrong) {
    const link = document.createElement("a");
    link.href = `#${placeOf(input)}`;
    link.textContent = text.includes(labelOf(input)) ? text : filledIn(formWords.named, { label: labelOf(input), text });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  summary.replaceChildren(heading, list);
  if (!document.title.startsWith(formWords.title)) document.title = formWords.title + document.title;
  summary.focus();
}

for (const form of document.querySelectorAll("form.form, form[data-checks]")) {
  form.noValidate = true; // the browser's own bubbles speak its language, one at a time
  let isWaiting = false;
  let isJudged = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formNoValidate) return;
    const inputs = [...form.elements].filter((input) => input.willValidate && !input.closest("[hidden]"));
    // Who sends before the last field's rule has answered waits for it: the summary names every mistake at once.
    const unasked = isJudged ? [] : inputs.filter((input) => !isAsked(input) && !plainly(input));
    if (unasked.length) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isWaiting) return;
      isWaiting = true;
      Promise.all(unasked.map(check)).then(() => {
        isWaiting = false;
        isJudged = true;
        form.requestSubmit(event.submitter);
        isJudged = false;
      });
      return;
    }
    const wrong = [];
    for (const input of inputs) {
      const text = plainly(input) || (input.dataset.check && asked.get(input)?.value === input.value && !asked.get(input).answer.right ? asked.get(input).answer.says : "");
      if (text) wrong.push([input, text]);
      say(input, text);
    }
    if (!wrong.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const [input] of wrong) input.closest("details:not([open])")?.setAttribute("open", "");
    summarise(form, wrong);
  });
}
for (const input of document.querySelectorAll("form.form textarea")) count(input);

// A link of the summary leads into the field itself, also where a group bears the name.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".mistakes a[href^='#']");
  const place = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!place) return;
  event.preventDefault();
  place.closest("details:not([open])")?.setAttribute("open", "");
  const control = place.matches("input, select, textarea") ? place : place.querySelector("input:not([type='hidden']), select, textarea") || place;
  if (control === place && !place.matches("input, select, textarea")) place.tabIndex = -1;
  control.focus({ preventScroll: true });
  rowOf(control).scrollIntoView({ block: "center" });
});

// Somebody else was first: what is chosen row by row stands in the form at once; who types on in it has chosen the own.
for (const choices of document.querySelectorAll("[data-choices]")) {
  const radios = [...choices.querySelectorAll('input[type="radio"]')];
  const form = radios[0]?.form;
  const theirs = JSON.parse(choices.dataset.theirs || "null");
  if (!form || !theirs) continue;
  const namesOf = (radio) => radio.name.slice("take.".length).split("+");
  const controls = (name) => [...form.elements].filter((input) => input.name === name.split("=")[0] && (!name.includes("=") || input.value === name.split("=")[1]));
  const says = (input) => (/^(radio|checkbox)$/.test(input.type) ? input.checked : input.value);
  const mine = new Map(radios.flatMap(namesOf).flatMap(controls).map((input) => [input, says(input)]));
  const put = (radio) => namesOf(radio).forEach((name) => controls(name).forEach((input) => {
    const values = theirs[input.name] || [];
    if (/^(radio|checkbox)$/.test(input.type)) input.checked = radio.value === "yours" ? mine.get(input) : values.includes(input.value) || (!values.length && input.value === "absent");
    else input.value = radio.value === "yours" ? mine.get(input) : values[0] || "";
    if (input.dataset.check) sayRight(input, null);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }));
  choices.addEventListener("change", (event) => put(event.target));
  form.addEventListener("input", (event) => {
    if (!event.isTrusted || !mine.has(event.target)) return;
    mine.set(event.target, says(event.target));
    const own = radios.find((radio) => radio.value === "yours" && namesOf(radio).some((name) => controls(name).includes(event.target)));
    if (own) own.checked = true;
  });
  for (const all of choices.querySelectorAll("[data-take-all]")) {
    all.hidden = false;
    all.addEventListener("click", () => radios.filter((radio) => radio.value === all.dataset.takeAll).forEach((radio) => { radio.checked = true; put(radio); }));
  }
}

// A form that opts in is kept a few seconds after typing stops, and before the page leaves by itself; never a subject's key, a
// password, a file or a token. The server refuses those by name as well.
const kept = [...document.querySelectorAll('input[name="kept_address"]')].map((input) => input.form).find((form) => !form.closest(".kept-notice"));
if (kept) watch(kept);

function watch(form) {
  const says = document.createElement("span");
  says.className = "kept-said meta";
  const sends = document.querySelector(`button[form="${form.id}"]`)?.closest(".foot");
  (sends || form.querySelector(".buttons") || form).append(says);
  const never = '[data-never-kept], [type="password"], [type="file"], [name="csrf_token"], [name="intent_key"]';
  const fields = () => {
    const found = [...new FormData(form)].filter(([name, value]) => typeof value === "string"
      && ![...form.elements].some((input) => input.name === name && input.matches(never)));
    return found;
  };
  const others = new BroadcastChannel("govern");
  let sent = JSON.stringify(fields());
  let waiting = 0;
  let isGone = false;
  let running = null;
  const keepNow = async (leaving = false) => {
    clearTimeout(waiting);
    const now = fields();
    if (isGone || JSON.stringify(now) === sent) return;
    running = new AbortController();
    try {
      const response = await post("/form/keep", now, { keepalive: leaving, signal: running.signal });
      if (response.status === 401) { gone(form); isGone = true; return; }
      if (!response.ok) return;
      sent = JSON.stringify(now);
      says.textContent = (await response.json()).says;
      others.postMessage("opened"); // who types is not idle
    } catch { /* it is tried again after the next word */ }
  };
  const later = () => { clearTimeout(waiting); waiting = setTimeout(keepNow, 3000); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented) { clearTimeout(waiting); running?.abort(); isGone = true; } });
  // Who cancels has given it up.
  document.addEventListener("click", (event) => {
    const cancels = event.target.closest?.(".foot a.quiet, form.form .buttons a.quiet");
    if (!cancels) return;
    clearTimeout(waiting);
    running?.abort();
    isGone = true;
    post("/form/forget", { kept_address: form.elements.kept_address.value }, { keepalive: true, redirect: "manual" }).catch(() => {});
  });
  document.addEventListener("govern:leaving", () => keepNow(true));
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keepNow(true); });
}

// The log-in has ended while somebody typed: said once, and what to do.
function gone(form) {
  const notice = document.createElement("div");
  notice.className = "notice wait";
  notice.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = formWords.gone;
  notice.append(sign(0), words);
  form.before(notice);
}
})();
