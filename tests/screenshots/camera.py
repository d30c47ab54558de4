"""The camera: signs people on, opens each page once a language, and keeps it at both sizes and in both modes."""

import io
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import BrowserContext, Page

from tests.screenshots.sights import NOBODY, Sight
from tests.support.browsers import Chromium

SIZES: Final = {"1366x768": (1366, 768), "390x844": (390, 844)}
LANGUAGES: Final = ("zh", "en")
MODES: Final = ("light", "dark")
TOKENS: Final = Path(__file__).parents[2] / "admin" / "static" / "css" / "tokens.css"
BESIDE: Final = (
    12  # colours of a picture beside the tokens, those that it shows most; what lies between takes the nearest
)
TALLEST: Final = 1_250  # of a long page the rest is more of the same
OWN_PASSWORD: Final = "a sentence for the pictures alone"


@dataclass(slots=True)
class Camera:
    """One browser in front of one house. A person signs on once and stays for all of that person's pages."""

    browser: Chromium
    address: str
    passwords: Mapping[str, str]
    into: Path
    quick: bool = False
    titles: dict[str, tuple[Sight, str, str]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def takes(self, sights: Sequence[tuple[int, Sight]]) -> None:
        """Every sight, person by person, in the order of the list."""
        for name in self._folders():
            (self.into / name).mkdir(parents=True, exist_ok=True)
        for account in dict.fromkeys(sight.account for _, sight in sights):
            context = self.browser.new_context()
            context.set_default_timeout(15_000)
            page = context.new_page()
            if account != NOBODY:
                self._signs_on(page, account)
            for language in LANGUAGES[: 1 if self.quick else 2]:
                self._speaks(page, language)
                for number, sight in sights:
                    if sight.account == account:
                        self._takes(context, page, f"{number:02}-{sight.name}", sight, language)
            context.close()
        for line in self.missed:
            print("missed", line, flush=True)

    def _takes(self, context: BrowserContext, page: Page, name: str, sight: Sight, language: str) -> None:
        try:
            page.set_viewport_size({"width": 1366, "height": 768})
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            sight.opens(page, self.address, language)
            title = re.split("・雲端證件包| · Govern", page.title())[0]
            print(f"{language} {name}: {title}", flush=True)
            before = self.titles.get(name, (sight, "", ""))
            self.titles[name] = (
                sight,
                title if language == "zh" else before[1],
                title if language == "en" else before[2],
            )
            for size, (width, height) in list(SIZES.items())[: 1 if self.quick else 2]:
                for mode in MODES[: 1 if self.quick else 2]:
                    page.set_viewport_size({"width": width, "height": height})
                    if not sight.is_window:  # as high as the page is, so that what lies at the foot is at its foot
                        tall = page.evaluate("document.documentElement.scrollHeight")
                        page.set_viewport_size({"width": width, "height": min(max(tall, height), TALLEST)})
                    page.emulate_media(color_scheme=mode, reduced_motion="reduce")  # type: ignore[arg-type]
                    self._keeps(page, self.into / f"{size}-{language}-{mode}" / f"{name}.webp")
        except Exception as no:  # one page that does not come must not cost the others
            self.missed.append(f"{language} {name}: {str(no).splitlines()[0]}")

    def _keeps(self, page: Page, path: Path) -> None:
        shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
        most = sorted(shot.getcolors(shot.width * shot.height) or (), reverse=True)[:BESIDE]
        of_tokens = [tuple(bytes.fromhex(each)) for each in re.findall(r"#([0-9a-fA-F]{6})\b", TOKENS.read_text())]
        palette = Image.new("P", (1, 1))
        palette.putpalette(list(chain.from_iterable([*of_tokens, *(colour for _, colour in most)])))  # type: ignore[misc]
        shot.quantize(palette=palette, dither=Image.Dither.NONE).save(path, "WEBP", lossless=True, method=4)

    def _signs_on(self, page: Page, account: str) -> None:
        """With the first password, which is changed at once as the house demands, or with the own one."""
        for password in (OWN_PASSWORD, self.passwords.get(account, OWN_PASSWORD)):
            page.goto(f"{self.address}/login")
            page.fill("#account", account)
            page.fill("#password", password)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            if not page.locator("#account").count():
                break
        if page.locator("#again").count():
            page.fill("#current", self.passwords[account])
            page.fill("#new", OWN_PASSWORD)
            page.fill("#again", OWN_PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile(r"/(\?.*)?$"))

    def _speaks(self, page: Page, language: str) -> None:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{self.address}/")
        if page.locator("html").get_attribute("lang") != {"zh": "zh-Hant-TW", "en": "en"}[language]:
            with page.expect_navigation():
                page.locator("button.language:visible").first.click()

    def _folders(self) -> list[str]:
        return [f"{size}-{language}-{mode}" for size in SIZES for language in LANGUAGES for mode in MODES]

    def writes_the_index(self) -> None:
        """README.md: each page, whose it is, and its eight pictures; pictures of pages that are gone go too."""
        kept = {f"{name}.webp" for name in self.titles}
        for folder in self.into.iterdir():
            if folder.is_dir() and folder.name not in self._folders():
                shutil.rmtree(folder)
            elif folder.is_dir():
                for path in folder.iterdir():
                    if path.name not in kept:
                        path.unlink()
        lines = [
            "# Every page as it looks",
            "",
            "Made by `make screenshots`, which plays the demonstration in a house of its own and signs on as its people (all",
            "invented). Full pages at 1366×768 and 390×844, in Chinese and English, light and dark.",
            "",
            "| page | whose | 1366×768 | 390×844 |",
            "| --- | --- | --- | --- |",
        ]
        for name, (sight, zh, en) in sorted(self.titles.items()):
            cells = [
                "　".join(
                    f"[{language} {mode}]({size}-{language}-{mode}/{name}.webp)"
                    for language in LANGUAGES
                    for mode in MODES
                )
                for size in SIZES
            ]
            lines.append(f"| {name[:2]} {zh}<br>{en} | {sight.account or 'anybody'} | {cells[0]} | {cells[1]} |")
        (self.into / "README.md").write_text("\n".join(lines) + "\n")
