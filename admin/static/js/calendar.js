// A calendar beside a date field: months by the ROC calendar, one day chosen by mouse or by keyboard (arrows, Home and End of the
// week, Page Up and Down for months, with Shift for years, Escape). Days can always be typed; without this script they are.
"use strict";

(() => {
const words = document.getElementById("calendar-words")?.dataset;
if (!words) return;
const isEnglish = document.documentElement.lang === "en";
const ROC = 1911;
const FIRST = Date.UTC(ROC + 1, 0, 1);
const LAST = Date.UTC(ROC + 999, 11, 31);
const DAY_MS = 86_400_000;
const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const monthOf = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const weekdays = words.weekdays.split(" ");

const parts = (at) => { const day = new Date(at); return { y: day.getUTCFullYear(), m: day.getUTCMonth(), d: day.getUTCDate(), w: day.getUTCDay() }; };
const within = (at) => Math.min(LAST, Math.max(FIRST, at));
const typedAs = ({ y, m, d }) => `${y - ROC}年${m + 1}月${d}日`;
const heading = (at) => { const { y, m } = parts(at); return isEnglish ? `${monthOf.format(at)} (ROC ${y - ROC})` : `民國${y - ROC}年${m + 1}月`; };
const inFull = (at) => { const day = parts(at); return isEnglish ? `${words.names.split(" ")[day.w]}, ${long.format(at)} (ROC ${day.y - ROC})` : `民國${typedAs(day)}，星期${weekdays[day.w]}`; };

// The same day in another month; its last day where that month is shorter.
function moved(at, months) {
  const { y, m, d } = parts(at);
  return within(Date.UTC(y, m + months, Math.min(d, new Date(Date.UTC(y, m + months + 1, 0)).getUTCDate())));
}

// What stands in the field, where it is a whole day; the server alone judges it.
function read(text) {
  const plain = text.normalize("NFKC").replace(/\s|民國/g, "");
  const found = /^(\d{1,4})[年/.-](\d{1,2})[月/.-](\d{1,2})日?$/.exec(plain) || /^(\d{2,3})(\d{2})(\d{2})$/.exec(plain);
  if (!found) return null;
  const [y, m, d] = [Number(found[1]) < 1000 ? Number(found[1]) + ROC : Number(found[1]), Number(found[2]), Number(found[3])];
  const at = Date.UTC(y, m - 1, d);
  return parts(at).d === d && m >= 1 && m <= 12 && at >= FIRST && at <= LAST ? at : null;
}

function made(name, attributes = {}, text = "") {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}
const sign = (index) => document.getElementById("calendar-words").content.children[index].cloneNode(true);

function attach(opener) {
  const input = document.getElementById(opener.dataset.calendar);
  let calendar = null;
  let at = 0;
  opener.hidden = false;
  opener.setAttribute("aria-expanded", "false");

  const close = (returns) => {
    if (!calendar) return;
    calendar.remove();
    calendar = null;
    opener.setAttribute("aria-expanded", "false");
    removeEventListener("scroll", place, true);
    removeEventListener("resize", place);
    document.removeEventListener("pointerdown", outside);
    if (returns) opener.focus();
  };
  const outside = (event) => { if (!calendar.contains(event.target) && !opener.contains(event.target)) close(false); };
  const choose = (day) => {
    input.value = typedAs(parts(day));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    close(false);
    input.focus();
    input.dispatchEvent(new FocusEvent("focusout", { bubbles: true })); // judged at once, as when it is left
  };
  // Below the field, or above it where there is more room.
  const place = () => {
    const of = input.getBoundingClientRect();
    const { width, height } = calendar.getBoundingClientRect();
    const below = of.bottom + 6 + height <= innerHeight - 8 || of.top - 6 - height < 8;
    calendar.style.left = `${Math.max(8, Math.min(of.left, innerWidth - width - 8))}px`;
    calendar.style.top = `${below ? Math.max(8, Math.min(of.bottom + 6, innerHeight - height - 8)) : of.top - 6 - height}px`;
  };

  function show(takesFocus) {
    const { y, m } = parts(at);
    const first = Date.UTC(y, m, 1);
    const chosen = read(input.value);
    calendar.querySelector("p").textContent = heading(at);
    const rows = [];
    for (let week = first - parts(first).w * DAY_MS; parts(week).m === m || week <= first; week += 7 * DAY_MS) {
      const row = made("tr");
      for (let n = 0; n < 7; n += 1) {
        const day = week + n * DAY_MS;
        if (parts(day).m !== m) { row.append(made("td")); continue; }
        const cell = made("td", { role: "gridcell", tabindex: day === at ? "0" : "-1", "aria-label": inFull(day), "aria-selected": String(day === chosen), "data-at": day }, parts(day).d);
        if (day === Number(words.today)) cell.setAttribute("aria-current", "date");
        row.append(cell);
      }
      rows.push(row);
    }
    calendar.querySelector("tbody").replaceChildren(...rows);
    if (takesFocus) calendar.querySelector('[tabindex="0"][data-at]').focus();
  }

  function open() {
    const title = `${opener.id}-month`;
    at = within(read(input.value) ?? Number(words.today));
    calendar = made("div", { class: "calendar", role: "dialog", "aria-modal": "true", "aria-label": opener.getAttribute("aria-label"), popover: "manual" });
    const head = made("div", { class: "calendar-head" });
    const turns = [["year", -12, words.yearBefore, "«"], ["month", -1, words.before, 0], ["month", 1, words.after, 1], ["year", 12, words.yearAfter, "»"]];
    const buttons = turns.map(([, months, says, mark]) => {
      const button = made("button", { type: "button", "aria-label": says });
      button.append(typeof mark === "number" ? sign(mark) : mark);
      button.addEventListener("click", () => { at = moved(at, months); show(false); });
      return button;
    });
    head.append(buttons[0], buttons[1], made("p", { id: title, "aria-live": "polite" }), buttons[2], buttons[3]);
    const table = made("table", { role: "grid", "aria-labelledby": title });
    const names = made("tr");
    weekdays.forEach((name, n) => names.append(made("th", { scope: "col", abbr: words.names.split(" ")[n] }, name)));
    const thead = made("thead");
    thead.append(names);
    table.append(thead, made("tbody"));
    const foot = made("div", { class: "calendar-foot" });
    const today = made("button", { type: "button", class: "link-button" }, words.now);
    const shut = made("button", { type: "button", class: "link-button" }, words.close);
    today.addEventListener("click", () => choose(Number(words.today)));
    shut.addEventListener("click", () => close(true));
    foot.append(today, shut);
    calendar.append(head, table, foot);
    opener.after(calendar);
    calendar.showPopover();
    table.addEventListener("click", (event) => { const cell = event.target.closest("[data-at]"); if (cell) choose(Number(cell.dataset.at)); });
    calendar.addEventListener("keydown", keys);
    opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside);
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    show(true);
    place();
  }

  function keys(event) {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); return; }
    if (event.key === "Tab") { // the calendar is left by closing it
      const stops = [...calendar.querySelectorAll('button, [tabindex="0"]')];
      const here = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
      event.preventDefault();
      stops[(here + stops.length) % stops.length].focus();
      return;
    }
    if (!document.activeElement.matches("[data-at]")) return;
    const moves = {
      ArrowLeft: () => at - DAY_MS, ArrowRight: () => at + DAY_MS, ArrowUp: () => at - 7 * DAY_MS, ArrowDown: () => at + 7 * DAY_MS,
      Home: () => at - parts(at).w * DAY_MS, End: () => at + (6 - parts(at).w) * DAY_MS,
      PageUp: () => moved(at, event.shiftKey ? -12 : -1), PageDown: () => moved(at, event.shiftKey ? 12 : 1),
    };
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(at); return; }
    if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    at = within(moves[event.key]());
    show(true);
  }

  opener.addEventListener("click", () => { if (calendar) close(true); else open(); });
}

for (const opener of document.querySelectorAll("[data-calendar]")) attach(opener);
})();
