// Pickers: words are searched on the server, in the body; arrows and Enter choose, Escape closes. What is chosen stands in the
// field by its name, as a person without this script would type it, so that the server reads one and the same text.
"use strict";

(() => {
const tokenOfPage = () => document.querySelector('meta[name="csrf-token"]').content;
const removeWord = document.getElementById("form-words")?.dataset.remove || "";

for (const field of document.querySelectorAll("[data-picker]")) pick(field, field.querySelector("input"));

function pick(field, input) {
  const several = "several" in field.dataset;
  const list = document.createElement("ul");
  const says = document.createElement("p");
  let waiting = 0;
  let round = 0;
  let at = -1;
  let isChosen = false; // the text is from the list, not typed
  list.id = `${input.id}-list`;
  list.className = "picker-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.firstChild.textContent.trim() || input.name);
  list.hidden = true;
  says.className = "only-heard";
  says.setAttribute("role", "status");
  field.append(list, says);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (index) => {
    const all = options();
    at = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) return;
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };
  const show = (answer) => {
    list.replaceChildren(...answer.found.map((row, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.name = row.name;
      option.dataset.code = row.code;
      const detail = document.createElement("small");
      detail.textContent = row.detail;
      option.append(row.name, detail);
      return option;
    }));
    if (!answer.found.length) {
      const none = document.createElement("li");
      none.className = "picker-says";
      none.setAttribute("role", "presentation");
      none.textContent = answer.says;
      list.append(none);
    }
    at = -1;
    says.className = "only-heard";
    says.textContent = answer.says;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const mine = ++round;
    try {
      const response = await fetch(`/form/pick/${field.dataset.picker}`, {
        method: "POST",
        body: new URLSearchParams({ words: input.value }),
        headers: { "X-CSRFToken": tokenOfPage(), Accept: "application/json" },
      });
      if (response.ok && mine === round && document.activeElement === input) show(await response.json());
    } catch { /* the whole name can be typed */ }
  };

  const chips = several ? chipsOf(field, input) : null;
  const choose = (option) => {
    round += 1;
    const box = field.dataset.ticks && [...input.form.elements].find((each) => each.name === field.dataset.ticks && each.value === option.dataset.code);
    if (box) { // it stands in a list of boxes: there it is ticked
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
      input.value = "";
      close();
      says.textContent = field.dataset.ticked.replace("{name}", option.dataset.name);
      says.className = "picker-ticked"; // what was ticked may stand far below
      return;
    }
    if (chips) chips.add(option.dataset.name);
    else input.value = option.dataset.name;
    close();
    isChosen = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    isChosen = false;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (isChosen) return;
    if (!input.value.trim()) { round += 1; close(); return; }
    waiting = setTimeout(ask, 200);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask(); else mark(at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
    } else if (event.key === "Enter" && (field.dataset.ticks ? input.value.trim() : !list.hidden && at >= 0)) {
      event.preventDefault(); // over a list of boxes Enter ticks the first that is found, and never sends the form
      const found = list.hidden ? null : options()[Math.max(at, 0)];
      if (found) choose(found);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && chips && !input.value) chips.removeLast();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => { const option = event.target.closest('[role="option"]'); if (option) choose(option); });
  input.addEventListener("blur", () => { round += 1; clearTimeout(waiting); close(); });
}

// Several: what is chosen stands as chips above the field; a hidden input carries the names as the form sends them.
function chipsOf(field, input) {
  const names = () => carried.value.split("、").map((name) => name.trim()).filter(Boolean);
  const carried = document.createElement("input");
  const list = document.createElement("ul");
  carried.type = "hidden";
  carried.name = input.name;
  carried.value = input.value.replaceAll(/[,，\n]/g, "、");
  input.removeAttribute("name");
  input.required = false;
  input.value = "";
  list.className = "picker-chips";
  field.before(list);
  field.append(carried);
  // What was typed and not chosen goes along as it is: the server says what it makes of it.
  input.form?.addEventListener("submit", () => { if (input.value.trim()) put([...names(), input.value.trim()]); });
  const put = (all) => {
    carried.value = [...new Set(all)].join("、");
    input.value = "";
    list.replaceChildren(...names().map((name) => {
      const chip = document.createElement("li");
      const drop = document.createElement("button");
      chip.className = "chip";
      drop.type = "button";
      drop.setAttribute("aria-label", `${removeWord} ${name}`);
      drop.append(document.getElementById("form-words").content.children[2].cloneNode(true));
      drop.addEventListener("click", () => { put(names().filter((each) => each !== name)); input.focus(); input.dispatchEvent(new Event("change", { bubbles: true })); });
      chip.append(name, drop);
      return chip;
    }));
  };
  put(names());
  return { add: (name) => put([...names(), name]), removeLast: () => put(names().slice(0, -1)) };
}
})();
