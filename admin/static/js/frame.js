// The frame's behaviour: menus that close, dialogues that open, passwords that can be read, numbers that can be copied, buttons
// that say what they began, an idle page that leaves.
"use strict";

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open], .seek details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
  const target = event.target instanceof Element ? event.target : null;
  const shows = target?.closest("[data-shows]");
  if (shows) showPassword(shows);
  const copies = target?.closest("[data-copies]");
  if (copies) navigator.clipboard?.writeText(document.getElementById(copies.dataset.copies).textContent.trim());
  const opens = target?.closest("[data-opens]");
  const dialogue = opens && document.getElementById(opens.dataset.opens);
  if (dialogue?.showModal) { event.preventDefault(); dialogue.showModal(); }
  const closes = target?.closest("[data-closes]");
  if (closes) document.getElementById(closes.dataset.closes)?.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.menu[open], .seek details[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

document.addEventListener("submit", (event) => {
  // A form is sent once: a second click while the first is under way does nothing. A form that a script takes over stays.
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else setTimeout(() => {
    if (event.defaultPrevented) return;
    form.dataset.sent = "1";
    if (event.submitter?.dataset.busy) busy(event.submitter);
  });
});

// A button that began something says so in its own width: an icon that turns, and its word.
function busy(button) {
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  sign.classList.add("icon");
  sign.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector("use").getAttribute("href").split("#")[0]}#again`);
  sign.append(use);
  button.replaceChildren(sign, button.dataset.busy);
}

// A toast goes by itself once it was there long enough to be read, unless somebody is at it.
for (const toast of document.querySelectorAll(".toasts > .toast")) {
  const go = () => { if (toast.matches(":hover, :focus-within")) setTimeout(go, 4000); else toast.remove(); };
  setTimeout(go, 8000);
}

function showPassword(button) {
  const input = document.getElementById(button.dataset.shows);
  const hidden = input.type === "password";
  input.type = hidden ? "text" : "password";
  button.setAttribute("aria-pressed", String(hidden));
}

// What a signed-in page shows does not outlive the log-in: after the idle time the page goes to the log-in by itself,
// unless another page of this browser was opened meanwhile.
const idle = Number(document.body.dataset.idleS || 0);
if (idle > 0) {
  let leaving;
  const wait = () => {
    clearTimeout(leaving);
    leaving = setTimeout(leave, (idle + 2) * 1000);
  };
  wait();
  // A form that is kept goes first, and the log-in leads back to its page.
  function leave() {
    document.dispatchEvent(new Event("govern:leaving"));
    const address = [...document.querySelectorAll('input[name="kept_address"]')].find((input) => !input.closest(".kept-notice"))?.value;
    location.replace(document.body.dataset.logIn + (address ? `&back=${encodeURIComponent(address)}` : ""));
  }
  const pages = new BroadcastChannel("govern");
  pages.onmessage = wait;
  pages.postMessage("opened");
}

// A page taken from the browser's memory is asked for again, so that nothing is seen after logging out.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.querySelector("[data-focus]")?.focus();

// A table wider than its place can be scrolled by keyboard, and says what it is; one that fits is no stop on the way.
function markScrollers() {
  for (const frame of document.querySelectorAll("[data-scrolls]")) {
    const scrolls = frame.scrollWidth > frame.clientWidth;
    frame.toggleAttribute("tabindex", scrolls);
    if (scrolls) {
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", frame.dataset.scrolls);
    } else {
      frame.removeAttribute("role");
      frame.removeAttribute("aria-label");
    }
  }
}
markScrollers();
addEventListener("resize", markScrollers);
