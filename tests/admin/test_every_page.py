"""Every page of the route table, opened by somebody who may: its HTML is small, and so is all that it needs.

The pages are found by their routes, so that a new one is weighed as soon as it stands in the table.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from govern.core import database
from govern.core.settings import Settings
from tests.support.filled import Filled, Opened, filled
from tests.support.houses import sqlite_house_in

STATIC: Final = Path(__file__).parents[2] / "admin" / "static"
MOST_HTML: Final = 50_000
MOST_ASSETS: Final = 300_000
# Still larger; each may only shrink, until it needs no line here.
KNOWN: Final = {
    "GET public.register": 260_000,
}
# They open to nobody here: a view that was saved, a letter's scan; neither is a page.
NO_PAGES: Final = {"GET lists.open_view", "GET life.scan"}


@pytest.fixture(scope="module")
def console(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A console with something for every page."""
    yield filled(sqlite_house_in(land, tmp_path_factory.mktemp("filled")))
    database.release()


@pytest.fixture(scope="module")
def opened(console: Filled) -> tuple[list[Opened], list[str]]:
    """Every page that somebody may open, and the routes that opened to nobody."""
    return console.opened()


@pytest.fixture(scope="module")
def pages(opened: tuple[list[Opened], list[str]]) -> list[Opened]:
    """Every page that somebody may open."""
    return opened[0]


def test_every_route_is_walked(opened: tuple[list[Opened], list[str]]) -> None:
    pages, closed = opened
    assert set(closed) <= NO_PAGES
    assert len(pages) > 50


def test_a_page_is_small_and_what_it_needs_as_well(pages: list[Opened]) -> None:
    large = {
        one.line: len(one.html.encode()) for one in pages if len(one.html.encode()) >= KNOWN.get(one.line, MOST_HTML)
    }
    assert large == {}
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
