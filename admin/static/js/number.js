// A party's number is made here, by the browser, and shown once; only its commitment leaves the page (docs/draw.md).
"use strict";

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const utf8 = (text) => new TextEncoder().encode(text);
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

// part(x) is the length of x in 4 bytes, then x.
function part(text) {
  const bytes = utf8(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return joined(length, bytes);
}

async function commitment(party, month, number) {
  return hex(await crypto.subtle.digest("SHA-256", joined(utf8("govern number 1\n"), part(party), part(month), number)));
}

for (const section of document.querySelectorAll(".number-part")) {
  const { party, month } = section.dataset;
  const makes = section.querySelector("[data-makes]");
  // Without a secure context (https or loopback) a browser reckons no hash: the line for another computer stays.
  if (!crypto.subtle) { if (makes) section.querySelector("[data-by-hand]").open = true; continue; }
  if (makes) {
    makes.hidden = false;
    makes.querySelector("[data-make]").addEventListener("click", () => make(makes, party, month));
  }
  const disclose = section.querySelector("[data-disclose]");
  if (disclose) disclose.number.addEventListener("input", () => trim(disclose.number));
}

async function make(place, party, month) {
  const number = crypto.getRandomValues(new Uint8Array(32));
  const committed = await commitment(party, month, number);
  const text = hex(number);
  place.querySelector("[data-number]").textContent = text.match(/.{8}/g).join(" ");
  place.querySelector("[data-commitment]").value = committed;
  place.querySelector("[data-says-commitment]").textContent = `${committed.slice(0, 8)}…${committed.slice(-8)}`;
  place.querySelector("[data-file]").href = URL.createObjectURL(new Blob([`${party}\n${month}\n${text}\n`], { type: "text/plain" }));
  const copy = place.querySelector("[data-copy]");
  copy.onclick = async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = copy.dataset.copied;
  };
  place.querySelector("[data-made]").hidden = false;
  place.querySelector("[data-make]").closest("p").hidden = true;
  place.querySelector("[data-copy]").focus();
}

// A pasted file has party and month above the number: the last 64 hexadecimal characters are what is meant.
function trim(input) {
  const found = input.value.toLowerCase().replace(/\s+/g, "").match(/[0-9a-f]{64}$/);
  if (found && input.value.trim().length > 64) input.value = found[0];
}

// The number is in no page that is gone back to.
addEventListener("pagehide", () => {
  for (const shown of document.querySelectorAll("[data-number]")) shown.textContent = "";
});
