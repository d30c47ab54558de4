"""A walk through the pages of a console in one browser: what each looks like to axe, and how far it reaches sideways.

A page is opened once, in Chinese and in light mode, as people mostly have it. In the same window axe looks at all of it; then
at its colours in the dark; then the page's English takes its place. Of rows, boxes and choices alike a few are looked at, and
each meeting of a colour with its ground once in the whole walk: both cost most of axe's time and say nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page, Request

AXE: Final = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
OF_COLOURS: Final = ["color-contrast", "link-in-text-block"]
STILL: Final = 0.05  # of a window's area times its height: half of what web.dev/cls calls good
FIRST: Final = {"width": 1366, "height": 768}
# The first size at 200 %, and a phone.
NARROW: Final = ({"width": 683, "height": 384}, {"width": 390, "height": 844})

MORE_ROWS: Final = "tbody tr:nth-child(n+6), .picks li:nth-child(n+6), option:nth-child(n+9):not(:checked)"
FEWER_ROWS: Final = f"document.querySelectorAll('{MORE_ROWS}').forEach((row) => row.remove())"
IN_ENGLISH: Final = f"""(html) => {{
  const next = new DOMParser().parseFromString(html, "text/html");
  document.title = next.title;
  document.documentElement.lang = next.documentElement.lang;
  document.body.replaceWith(next.body);
  {FEWER_ROWS};
}}"""
# All but colours on the whole page; colours where a pair of colour and ground stands that was not seen before.
LOOK: Final = """async ([known, whole, ofColours, standards, unlooked]) => {
  const seen = new Set(known), fresh = [];
  for (const one of document.querySelectorAll("body *")) {
    const said = [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
    const speaks = said || one.matches("input, select, textarea");
    if (!speaks || !one.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(one);
    const pair = [style.color, style.fontSize, style.fontWeight, one.closest("a, p")?.nodeName];
    for (let ground = one; ground; ground = ground.parentElement) {
      const its = getComputedStyle(ground);
      pair.push(its.backgroundColor, its.backgroundImage, its.opacity);
      if (/^rgb\\(/.test(its.backgroundColor)) break;
    }
    const key = pair.join(" ");
    if (!seen.has(key)) fresh.push(one);
    seen.add(key);
  }
  const violations = [];
  const look = async (where, options) =>
    violations.push(...(await axe.run(where, { resultTypes: ["violations"], ...options })).violations);
  const others = { rules: Object.fromEntries(ofColours.map((rule) => [rule, { enabled: false }])) };
  if (standards) others.runOnly = standards;
  if (whole) await look(unlooked ? { exclude: [unlooked] } : document, others);
  if (fresh.length) await look({ include: fresh }, { runOnly: ofColours });
  return [[...seen], violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`))];
}"""
# What the keyboard has reached, how it is marked there, and whether the mark differs from rest.
REACHED: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  window.reached ??= new Set();
  if (window.reached.has(one)) return null;
  window.reached.add(one);
  const marks = (each) => {
    const its = each && getComputedStyle(each);
    return its && its.outlineStyle !== "none" && parseFloat(its.outlineWidth) >= 2 && !/, 0\\)$/.test(its.outlineColor);
  };
  const box = one.getBoundingClientRect();
  const isSeen = box.width > 1 && box.height > 1 && box.bottom > 0 && one.checkVisibility({ visibilityProperty: true });
  return [one.outerHTML.slice(0, 120), isSeen && (marks(one) || marks(one.closest("label, .way")))];
}"""
MOVES: Final = """() => [...document.querySelectorAll("*")].filter((one) => {
  const its = getComputedStyle(one);
  const longest = (text) => Math.max(...text.split(",").map((each) => parseFloat(each) * (each.includes("ms") ? 1 : 1000)));
  const moves = its.animationName !== "none" && longest(its.animationDuration) > 10;
  return moves || longest(its.transitionDuration) > 10 || its.scrollBehavior === "smooth";
}).map((one) => one.outerHTML.slice(0, 120))"""
# Of buttons and fields that are seen, those without a line round them in the colours that the person set; what stands in a
# sentence is underlined instead.
LINELESS: Final = """() => [...document.querySelectorAll("main :is(button, a.button, input, select, textarea)")].filter((one) => {
  if (one.matches("[type=hidden], .only-heard, .link-button, .word-name")) return false;
  if (!one.checkVisibility({ visibilityProperty: true })) return false;
  const its = getComputedStyle(one);
  if (parseFloat(its.opacity) === 0) return false;
  return ["Top", "Right", "Bottom", "Left"].some((side) =>
    its[`border${side}Style`] === "none" || parseFloat(its[`border${side}Width`]) < 1
    || its[`border${side}Color`] === getComputedStyle(document.body).backgroundColor);
}).map((one) => one.outerHTML.slice(0, 120))"""
# How far what was painted moved afterwards without the visitor's doing, as web.dev/cls counts it, once the fonts are there.
JUMPS: Final = """async () => {
  let moved = 0;
  const count = (list) => list.getEntries().forEach((each) => { if (!each.hadRecentInput) moved += each.value; });
  new PerformanceObserver(count).observe({ type: "layout-shift", buffered: true });
  await document.fonts.ready;
  for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  await new Promise((done) => setTimeout(done, 0));
  return moved;
}"""
PUSHED_DOWN: Final = """() => {
  const late = document.createElement("div");
  late.style.height = "300px";
  document.body.prepend(late);
}"""
SIDEWAYS: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Walk:
    """One window that goes from page to page, and what it found by page."""

    window: BrowserContext
    where: str
    faults: dict[str, list[str]] = field(default_factory=dict)
    too_wide: dict[str, int] = field(default_factory=dict)
    jumps: dict[str, float] = field(default_factory=dict)
    complaints: dict[str, list[str]] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    _page: Page | None = None
    _pairs: list[str] = field(default_factory=list)
    _now: str = ""
    _size: dict[str, int] = field(default_factory=dict)

    def to(self, line: str, address: str, cookies: Iterable[Any], english: str) -> None:
        """A page by its name, seen by whoever has these cookies; `english` is the same page in that language."""
        page, self._now = self._opened(), line
        self.window.clear_cookies()
        self.window.add_cookies([{**each, "url": self.where} for each in cookies])
        self._has(FIRST)
        page.goto(self.where + address)
        self._settles("at a desk")
        page.evaluate(f"{FEWER_ROWS};{AXE}")
        self._look("light", whole=True)
        self._narrow("zh", NARROW)
        page.emulate_media(color_scheme="dark")
        self._look("dark", whole=False)
        page.emulate_media(color_scheme="light")
        page.evaluate(IN_ENGLISH, english)
        self._narrow("en", NARROW[::-1])
        self._has(FIRST)
        self._look("in English", whole=True)

    def on_a_phone(self, line: str, address: str, cookies: Iterable[Any]) -> None:
        """A page by its name, opened on a phone: whether it stays where it was painted."""
        self._now = line
        self.window.clear_cookies()
        self.window.add_cookies([{**each, "url": self.where} for each in cookies])
        self._has(NARROW[1])
        self._opened().goto(self.where + address)
        self._settles("on a phone")

    def pushed_down(self) -> float:
        """How far a page jumps where something is put in at its top after it was painted."""
        page = self._opened()
        page.goto(self.where + "/login")
        page.evaluate(JUMPS)
        page.evaluate(PUSHED_DOWN)
        return float(page.evaluate(JUMPS))

    def unmarked(self, address: str) -> list[str]:
        """What Tab reaches on a page that shows no mark there; it ends where the page's things are all reached."""
        page = self._opened()
        self._has(FIRST)
        page.goto(self.where + address)
        seen: list[tuple[str, bool]] = []
        page.keyboard.press("Tab")
        while found := page.evaluate(REACHED):
            seen.append(found)
            page.keyboard.press("Tab")
        assert len(seen) > 30, seen
        return [html for html, is_marked in seen if not is_marked]

    def moving(self, address: str) -> list[str]:
        """What still moves on a page for somebody who asked for little motion."""
        page = self._opened()
        page.goto(self.where + address)
        return list(page.evaluate(MOVES))

    def lineless(self, address: str) -> list[str]:
        """Buttons and fields of a page that lose their line where the person sets the colours."""
        page = self._opened()
        page.goto(self.where + address)
        page.emulate_media(forced_colors="active")
        found = list(page.evaluate(LINELESS))
        page.emulate_media(forced_colors="none")
        return found

    def _opened(self) -> Page:
        if self._page is None:
            self._page = self.window.new_page()
            self._page.emulate_media(reduced_motion="reduce")
            self._page.on("request", self._asked)
            self._page.on("console", lambda said: self._heard(said.type, said.text))
            self._page.on("pageerror", lambda error: self._heard("error", str(error)))
        return self._page

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.where, "data:", "blob:")):
            self.strangers.append(request.url)

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.setdefault(self._now, []).append(text)

    def _look(self, how: str, *, whole: bool) -> None:
        self._pairs, found = self._opened().evaluate(LOOK, [self._pairs, whole, OF_COLOURS, None, None])
        if found:
            self.faults[f"{self._now} {how}"] = found

    def _settles(self, where: str) -> None:
        if (moved := self._opened().evaluate(JUMPS)) > STILL:
            self.jumps[f"{self._now} {where}"] = moved

    def _narrow(self, language: str, sizes: Iterable[dict[str, int]]) -> None:
        for size in sizes:
            self._has(size)
            if (beyond := self._opened().evaluate(SIDEWAYS)) > 0:
                self.too_wide[f"{self._now} {language} at {size['width']}"] = beyond

    def _has(self, size: dict[str, int]) -> None:
        if self._size != size:
            self._opened().set_viewport_size(size)  # type: ignore[arg-type]
            self._size = size
