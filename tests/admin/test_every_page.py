"""Every page of the route table, opened by somebody who may: small, clean to axe, narrow enough, quiet, and no host's but ours.

The pages are found by their routes, so that a new one is walked as soon as it stands in the table; a route without a page
stands here by name.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from govern.core import database
from govern.core.settings import Settings
from tests.support.browsers import chromium, served
from tests.support.filled import Filled, Opened, filled
from tests.support.houses import sqlite_house_in
from tests.support.walk import Walk

pytestmark = pytest.mark.browser

STATIC: Final = Path(__file__).parents[2] / "admin" / "static"
MOST_HTML: Final = 50_000
MOST_ASSETS: Final = 300_000
# Files, parts of pages, JSON; and what leads on to a page that is walked by its own route.
NO_PAGES: Final = {
    "GET desk.progress",
    "GET desk.record",
    "GET exports.progress",
    "GET life.scan",
    "GET lists.open_view",
    "GET period.account",
    "GET period.progress",
    "GET period.record",
    "GET public.health",
    "GET public.register_data",
}
# States that a route's own page does not show.
BESIDE: Final = (
    ("a log-in that has ended", "/login?ended=1", ""),
    ("after the log-out", "/login?left=1", ""),
    ("a case item of the register", "/register?q=disability_certificate", ""),
    ("nothing in the register", "/register?q=nothing", ""),
    ("an address that leads nowhere", "/nowhere", "ntpc-dist-banqiao"),
    ("what a draft would show", "/case-items/social_housing_2/versions/1?view=seen", "ntpc-urban"),
    ("a version in words", "/case-items/youth_housing/versions/2?view=words", "tw-fia"),
    ("drafts", "/case-items/?tab=drafts", "ntpc-urban"),
    ("rights that end", "/rights/?tab=ending", "ntpc-dist-banqiao"),
)


@pytest.fixture(scope="module")
def console(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A console with something for every page."""
    yield filled(sqlite_house_in(land, tmp_path_factory.mktemp("filled")))
    database.release()


@pytest.fixture(scope="module")
def opened(console: Filled) -> tuple[list[Opened], list[str]]:
    """Every page that somebody may open, and the routes that show none."""
    return console.opened()


@pytest.fixture(scope="module")
def pages(console: Filled, opened: tuple[list[Opened], list[str]]) -> list[Opened]:
    """Every page that somebody may open, and some states of theirs."""
    return [*opened[0], *(console.page(line, address, agency) for line, address, agency in BESIDE)]


@pytest.fixture(scope="module")
def in_english(console: Filled, pages: list[Opened]) -> list[str]:
    """The same pages in English."""
    return console.in_english(pages)


@pytest.fixture(scope="module")
def window(console: Filled) -> Iterator[Walk]:
    """The one window of this module."""
    with chromium() as browser, served(console.app) as where:
        yield Walk(browser.new_context(), where)


@pytest.fixture(scope="module")
def walk(console: Filled, window: Walk, pages: list[Opened], in_english: list[str]) -> Walk:
    """All pages seen in the window."""
    for one, english in zip(pages, in_english, strict=True):
        window.to(one.line, one.address, console.cookies(one.agency), english)
    return window


def test_every_route_is_walked(opened: tuple[list[Opened], list[str]]) -> None:
    pages, without = opened
    assert set(without) == NO_PAGES
    assert len(pages) > 60


def test_a_page_is_small_and_what_it_needs_as_well(pages: list[Opened], in_english: list[str]) -> None:
    heavy = {
        one.line: weight
        for one, english in zip(pages, in_english, strict=True)
        if (weight := max(len(one.html.encode()), len(english.encode()))) >= MOST_HTML
    }
    assert heavy == {}
    heavy = {one.line: weight for one in pages if (weight := _assets(one.html)) >= MOST_ASSETS}
    assert heavy == {}


def _assets(html: str) -> int:
    """What a page's static files weigh as they are sent, the fonts of the look among them."""
    named = set(re.findall(r"/static/([\w./-]+\.(?:css|js|svg|woff2))", html))
    named |= {path.relative_to(STATIC).as_posix() for path in STATIC.glob("fonts/*.woff2")}
    return sum(
        len(content if name.endswith("woff2") else gzip.compress(content, 9))
        for name in named
        for content in [(STATIC / name).read_bytes()]
    )


def test_every_page_asks_for_its_files_under_the_print_of_their_content(pages: list[Opened]) -> None:
    bare = {
        f"{one.line}: {address}"
        for one in pages
        for address in re.findall(r'(?:href|src)="(/static/[^"#]+)', one.html)
        if "?v=" not in address and not address.startswith("/static/fonts/")
    }
    assert bare == set()


def test_no_page_says_a_yes_or_no_of_python(pages: list[Opened], in_english: list[str]) -> None:
    said = {
        one.line
        for one, english in zip(pages, in_english, strict=True)
        if re.search(r'="(?:True|False|None)"', one.html + english)
    }
    assert said == set()


def test_each_page_is_in_the_language_asked_for(pages: list[Opened], in_english: list[str]) -> None:
    chinese = {one.line for one in pages if '<html lang="zh-Hant-TW"' not in one.html}
    english = {one.line for one, html in zip(pages, in_english, strict=True) if '<html lang="en"' not in html}
    assert (chinese, english) == (set(), set())


def test_whatever_the_keyboard_reaches_shows_that_it_is_there(window: Walk) -> None:
    assert window.unmarked("/styleguide") == []


def test_nothing_moves_for_somebody_who_asked_for_little_motion(window: Walk) -> None:
    assert window.moving("/styleguide") == []


def test_buttons_and_fields_keep_their_line_in_colours_of_the_persons_own(window: Walk) -> None:
    assert window.lineless("/styleguide") == []


def test_axe_finds_nothing_on_any_page_in_both_languages_and_modes(walk: Walk) -> None:
    assert walk.faults == {}


def test_no_page_jumps_once_it_is_painted_at_a_desk_or_on_a_phone(
    walk: Walk, console: Filled, pages: list[Opened]
) -> None:
    """On a phone one page for each set of scripts and shape of lists: what else could move a page."""
    alike = {
        (*sorted(set(re.findall(r"/static/([\w./-]+\.js)", one.html))), "<table" in one.html): one for one in pages
    }
    assert len(alike) > 10
    for one in alike.values():
        walk.on_a_phone(one.line, one.address, console.cookies(one.agency))
    assert walk.jumps == {}
    assert walk.pushed_down() > 0.1, "a page that jumps is seen to jump"


def test_no_page_is_wider_than_a_window_at_200_percent_or_a_phone(walk: Walk) -> None:
    assert walk.too_wide == {}


def test_no_page_complains_and_none_asks_another_host(walk: Walk) -> None:
    walk.complaints.pop("an address that leads nowhere", None)  # the browser says that it was 404
    assert walk.complaints == {}
    assert walk.strangers == []
