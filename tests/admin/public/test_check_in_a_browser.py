"""/check in Chromium: a file dropped or chosen, with script and without, in both languages and modes, on a phone."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from govern.core import database
from govern.keys import ring
from tests.support.browsers import PHONE, SCREEN, Chromium, chromium, faults_on, served
from tests.support.console import a_console
from tests.support.pdf import SigningDesk, signing_desk
from tests.support.proven import a_proven_record, signed, trust_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys and a time stamp service of this installation."""
    with signing_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture(scope="module")
def files(desk: SigningDesk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A good record, and one with bytes appended."""
    folder = tmp_path_factory.mktemp("files")
    good = signed(desk, a_proven_record())
    found = {"good": folder / "good.pdf", "doctored": folder / "doctored.pdf"}
    found["good"].write_bytes(good)
    found["doctored"].write_bytes(good + b"% more")
    return found


@pytest.fixture(scope="module")
def address(desk: SigningDesk, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a console listens whose installation trusts the desk."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copyfile(sqlite_template, folder / "govern.sqlite3")
    database.bind(f"sqlite:///{folder / 'govern.sqlite3'}")
    ring.make_keys(folder / "keys")
    (folder / "trust.json").write_text(trust_of(desk.folder))
    with served(a_console(folder, ring.bind(folder / "keys"))) as where:
        yield where
    database.release()


@pytest.fixture(scope="module")
def browser(files: dict[str, Path]) -> Iterator[Chromium]:
    """Chromium, headless; after the signing, which cannot run within the browser's loop."""
    with chromium() as started:
        yield started


@contextmanager
def a_page(browser: Chromium, *, mode: str = "light", script: bool = True, is_phone: bool = False) -> Iterator[Page]:
    """A window of its own, patient on a busy machine."""
    context = browser.browser.new_context(
        viewport=PHONE if is_phone else SCREEN,  # type: ignore[arg-type]
        color_scheme=mode,  # type: ignore[arg-type]
        java_script_enabled=script,
        locale="zh-TW",
    )
    context.set_default_timeout(90_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def choose(page: Page, address: str, file: Path) -> None:
    """Choose a file and have it checked."""
    page.goto(f"{address}/check")
    page.set_input_files("#record", str(file))
    page.click("#drop button")
    page.wait_for_selector(".verdict-line")


def test_a_file_that_is_dropped_anywhere_is_checked(browser: Chromium, address: str, files: dict[str, Path]) -> None:
    with a_page(browser) as page:
        page.goto(f"{address}/check#1151124-7QX4-M2")
        assert page.locator("#from-number").inner_text().endswith("1151124-7QX4-M2")
        dropped = page.evaluate_handle(
            """content => {
              const transfer = new DataTransfer();
              const bytes = Uint8Array.from(atob(content), each => each.charCodeAt(0));
              transfer.items.add(new File([bytes], "紀錄.pdf", { type: "application/pdf" }));
              return transfer;
            }""",
            base64.b64encode(files["good"].read_bytes()).decode(),
        )
        page.dispatch_event("main", "dragenter", {"dataTransfer": dropped})
        assert "is-over" in (page.locator("#drop").get_attribute("class") or "")
        page.dispatch_event("main", "drop", {"dataTransfer": dropped})
        page.wait_for_selector(".verdict-line.ok")
        assert page.locator("h1").inner_text() == "這份稽核紀錄可以採信"
        assert page.locator(".file").inner_text() == "紀錄.pdf"
        assert page.evaluate("document.activeElement.tagName") == "H1"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator(".claims details[open] .how").is_visible()


def test_without_script_the_same_is_done_by_the_form(browser: Chromium, address: str, files: dict[str, Path]) -> None:
    with a_page(browser, script=False) as page:
        choose(page, address, files["doctored"])
        assert page.locator("h1").inner_text() == "這份稽核紀錄不可採信"
        assert "檔案結尾後被附加了資料" in page.locator(".claims .bad").inner_text()


def test_an_address_that_carries_no_number_is_not_shown(browser: Chromium, address: str) -> None:
    with a_page(browser) as page:
        page.goto(f"{address}/check#<b>x</b>")
        assert page.locator("#from-number").is_hidden()


@pytest.mark.parametrize(("language", "first", "then"), [("zh", "light", "dark"), ("en", "dark", "light")])
def test_axe_finds_nothing_before_and_after_and_no_page_is_wider_than_a_phone(
    browser: Chromium, address: str, files: dict[str, Path], language: str, first: str, then: str
) -> None:
    """In light at a desk and in the dark on a phone: one language is opened at the desk, the other on the phone."""
    faults, complaints = [], []
    with a_page(browser, mode=first, is_phone=first == "dark") as page:
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{address}/check")
        if language == "en":
            page.click("button.language")
        assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hant-TW")
        for name in (None, "good", "doctored"):
            for mode in (first, then):
                page.emulate_media(color_scheme=mode)  # type: ignore[arg-type]
                page.set_viewport_size(PHONE if mode == "dark" else SCREEN)  # type: ignore[arg-type]
                if name is not None and mode == first:
                    choose(page, address, files[name])
                faults += faults_on(page)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (name, mode)
    assert (faults, complaints) == ([], [])
