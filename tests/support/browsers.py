"""A running house and a real browser in front of it: processes as `make run` starts them, on free ports, with short lives.

Nothing is mocked: the embedded Valkey, the simulated agencies, the keeper, a worker and the console are processes of their
own. Whatever a page says to its console, asks of another host or breaks of the policy is kept, so that a test can look at it.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from admin.commands.services import Services
from admin.set_up import set_up
from govern.core import database
from govern.core.settings import Settings, load_settings
from tests.support.databases import free_port
from tests.support.houses import TestHouse
from tests.support.walk import AXE, LOOK, MORE_ROWS, OF_COLOURS

MISSING = "Chromium is missing here (Debian: chromium); the road in a real browser was not walked"
FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run")
SCREEN = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 20_000
REVEAL_S = 5
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Meetings of a colour with its ground that axe has found clean: each is looked at once.
CLEAN: set[str] = set()


def chromium_program() -> str | None:
    """Where Chromium lies on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser whose windows remember nothing, and how to start another that keeps a profile on disk, as people's do."""

    browser: Browser
    kind: BrowserType
    options: dict[str, Any]

    def new_context(self) -> BrowserContext:
        """A window's own memory, which ends with it."""
        return self.browser.new_context(viewport=SCREEN, locale="zh-TW", accept_downloads=True)  # type: ignore[arg-type]

    def with_profile(self, folder: Path) -> BrowserContext:
        """A browser that keeps what it remembers below a folder."""
        return self.kind.launch_persistent_context(folder, viewport=SCREEN, locale="zh-TW", **self.options)  # type: ignore[arg-type]


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The console behind a real port of loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """A headless browser; the test is skipped with a sentence where there is none."""
    program = chromium_program()
    if program is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": program, "args": list(FLAGS)}
        browser = playwright.chromium.launch(**options)
        try:
            yield Chromium(browser, playwright.chromium, options)
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class RunningHouse:
    """A house whose processes run; persons are made through the use cases, before a browser knocks."""

    house: TestHouse
    settings: Settings

    @property
    def address(self) -> str:
        """Where the console listens."""
        return self.settings.console_url


@contextmanager
def running_house(folder: Path) -> Iterator[RunningHouse]:
    """The whole house below a folder, one worker, revealed values masked again after a few seconds."""
    given = {
        "GOVERN_PORT": str(free_port()),
        "GOVERN_WORKERS": "1",
        "GOVERN_REVEAL_S": str(REVEAL_S),
        "GOVERN_SEQUENCE_EVERY_S": "0.2",
        "GOVERN_SESSION_IDLE_S": "3600",  # an answer shall end before the log-in does
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GOVERN_")]:
            patch.delenv(name)
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setenv("GOVERN_DATA_DIR", str(folder))
        settings = load_settings()
        set_up(settings)
        services = Services(settings)
        try:
            services.start(web=True)
            yield RunningHouse(TestHouse(settings), settings)
        finally:
            services.stop()
            database.release()


def faults_on(page: Page, *, colours_alone: bool = False) -> list[str]:
    """What axe finds on a page as it stands, a line for each place; of colours alone where only they have changed since.

    Of rows and choices alike the first few are looked at, and colours where a pair stands that no page has shown yet.
    """
    if page.evaluate("!window.axe"):
        page.evaluate(AXE)
    pairs, found = page.evaluate(LOOK, [sorted(CLEAN), not colours_alone, OF_COLOURS, STANDARDS, MORE_ROWS])
    if not found:
        CLEAN.update(pairs)
    return list(found)


@dataclass(slots=True)
class Window:
    """One person's browser window, and what its pages did that they must not."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    referers: list[str] = field(default_factory=list)

    def expects(self, *parts: str) -> None:
        """Complaints that hold one of these are what the test is about, and no fault."""
        self.complaints = [said for said in self.complaints if not any(part in said for part in parts)]

    def faults_of_access(self, *, colours_alone: bool = False) -> list[str]:
        """What axe finds on the page as it stands; of colours alone where only they have changed since."""
        return faults_on(self.page, colours_alone=colours_alone)

    def strangers(self) -> list[str]:
        """Requests to any other host than the console's."""
        return [url for url in self.asked if urlsplit(url).netloc != urlsplit(self.address).netloc]


@contextmanager
def window(browser: Chromium, house: RunningHouse, *, profile: Path | None = None) -> Iterator[Window]:
    """A window of its own, with no memory of any other; it closes at the end whatever happened."""
    context = browser.with_profile(profile) if profile else browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.pages[0] if context.pages else context.new_page()
    opened = Window(context, page, house.address)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            opened.complaints.append(message.text)

    def asked(request: Request) -> None:
        opened.asked.append(request.url)
        opened.referers.append(request.headers.get("referer", ""))

    page.on("console", heard)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("request", asked)
    try:
        yield opened
    finally:
        context.close()
