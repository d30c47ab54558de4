// The palette: Ctrl-K, words, arrows, Enter. Words go by POST; nothing typed or chosen is kept; the last answer wins.
"use strict";

(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const said = palette.querySelector("[role=status]");
  const sprite = document.querySelector("use").getAttribute("href").split("#")[0];
  const WAIT_MS = 120;
  let timer;
  let asked = null;
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  const open = () => {
    if (palette.open || document.querySelector("dialog[open]")) return;
    input.value = "";
    show([], false);
    palette.showModal();
    input.focus();
    ask();
  };

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const mine = asked;
    const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
    try {
      const response = await fetch(palette.dataset.address, { method: "POST", body: new URLSearchParams({ words: input.value }), headers, signal: mine.signal });
      if (response.status === 401 || response.redirected) { location.replace(document.body.dataset.logIn); return; }
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (mine === asked) show(answer.groups, answer.nothing);
    } catch (error) {
      if (error.name !== "AbortError" && mine === asked) { show([], false); say(palette.dataset.away, true); }
    }
  }

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  function sign(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.classList.add("icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function show(groups, isNothing) {
    list.replaceChildren(...groups.map((group, n) => {
      const part = element("div");
      part.setAttribute("role", "group");
      const head = element("div", "", group.name);
      head.id = `palette-group-${n}`;
      head.setAttribute("role", "presentation");
      part.setAttribute("aria-labelledby", head.id);
      part.append(head, ...group.rows.map((row, m) => {
        const option = element("div");
        option.id = `palette-${n}-${m}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = row.url;
        const title = element("span", "title");
        title.append(...row.title.map(([text, isHit]) => (isHit ? element("mark", "", text) : text)));
        option.append(sign(row.icon), title, element("span", "meta", row.detail), ...row.keys.map((key) => element("kbd", "key", key)));
        return option;
      }));
      return part;
    }));
    const count = options().length;
    list.hidden = count === 0;
    input.setAttribute("aria-expanded", String(count > 0));
    mark(count && input.value.trim() ? 0 : -1);
    say(isNothing ? palette.dataset.nothing : count ? palette.dataset.found.replace("#", String(count)) : "", isNothing);
  }

  function say(text, isSeen) {
    said.textContent = text;
    said.classList.toggle("only-heard", !isSeen);
  }

  function mark(place) {
    const all = options();
    at = all.length ? (place + all.length) % all.length : -1;
    if (place < 0) at = -1;
    all.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }
  }

  function go(option, isApart) {
    if (isApart) { window.open(option.dataset.url, "_blank", "noopener"); return; }
    palette.close();
    location.assign(option.dataset.url);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      if (palette.open) palette.close();
      else open();
    }
  });
  for (const opens of document.querySelectorAll("[data-palette]")) {
    opens.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open();
    });
  }
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter and arrows belong to the input method while it composes
    const all = options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (all.length) mark(event.key === "ArrowDown" ? at + 1 : at <= 0 ? all.length - 1 : at - 1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (all[at]) go(all[at], event.ctrlKey || event.metaKey);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option, event.ctrlKey || event.metaKey);
  });
  list.addEventListener("pointermove", (event) => {
    const n = options().indexOf(event.target.closest("[role=option]"));
    if (n >= 0 && n !== at) mark(n);
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[data-close]")) palette.close();
  });
  palette.addEventListener("close", () => { clearTimeout(timer); asked?.abort(); input.value = ""; list.replaceChildren(); });
})();
