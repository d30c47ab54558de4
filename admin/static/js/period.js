// A period's page: its record while a worker makes it, by server-sent events (looking now and then when there is no stream).
"use strict";

const part = document.getElementById("record-part");
const now = () => document.getElementById("record-now")?.dataset;
let stream = null;

async function look() {
  let response;
  try {
    response = await fetch(part.dataset.progress, { headers: { "X-Part": "1" } });
  } catch {
    return;
  }
  if (!response.ok || response.redirected) return;
  const before = now()?.number;
  const text = await response.text();
  part.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  // A record that has come is the page's next step: its head says so too.
  if (before !== now()?.number) location.reload();
}

function watch() {
  if (stream || now()?.coming !== "1" || !part.dataset.events) return;
  stream = new EventSource(part.dataset.events);
  const beat = setInterval(changed, 3000);
  async function changed() {
    await look();
    if (now()?.coming === "1") return;
    clearInterval(beat);
    stream?.close();
    stream = null;
  }
  stream.addEventListener("changed", changed);
  stream.addEventListener("over", () => stream?.close());
}
watch();

// The step that the head's button leads to opens, and is where the keyboard goes on.
addEventListener("hashchange", lead);
function lead() {
  const step = /^#[a-z]+$/.test(location.hash) && document.querySelector(`.seven > ${location.hash}`);
  if (step) step.querySelector("input:not([type=hidden]), button")?.focus();
}
lead();
