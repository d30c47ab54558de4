"""What tests of the console share: consoles with a few agencies, and browsers in front of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from admin.set_up import CATALOGUE
from govern.catalogue import load
from govern.core import database
from govern.keys import ring
from govern.keys.ring import Ring
from govern.rules.actor import Role
from tests.support.console import Browser, a_console, a_person, an_agency, console_settings


def some_agencies() -> None:
    """A city, two of its departments and a district office."""
    an_agency("ntpc", "新北市政府", level="city")
    an_agency("ntpc-civil", "新北市政府民政局", "ntpc")
    an_agency("ntpc-social", "新北市政府社會局", "ntpc")
    an_agency("ntpc-dist-banqiao", "新北市板橋區公所", "ntpc-civil", level="second")


@pytest.fixture
def console_on_both(database_address: str, keys: Ring, tmp_path: Path) -> Flask:
    """A console on each kind of database, for what a database could answer differently."""
    some_agencies()
    return a_console(tmp_path, keys)


@pytest.fixture
def console(tmp_path: Path, sqlite_template: Path, keys: Ring) -> Iterator[Flask]:
    """A console on SQLite, for all else: pages do not ask the database much that rooms have not been asked before."""
    path = tmp_path / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    some_agencies()
    yield a_console(tmp_path, keys)
    database.release()


@pytest.fixture
def browser(console: Flask) -> Browser:
    """A browser in front of the console, with nobody signed in."""
    return Browser(console)


@pytest.fixture
def clerk(browser: Browser) -> Browser:
    """A browser in which a clerk of 板橋區公所 is signed in."""
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser.log_in("clerk")
    return browser


@pytest.fixture(scope="module")
def catalogue_console(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Flask]:
    """A console on SQLite with the whole catalogue, for tests that read it; its people stay from test to test."""
    folder = tmp_path_factory.mktemp("console")
    path = folder / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    ring.make_keys(folder / "keys")
    keys = ring.bind(folder / "keys")
    load.load(CATALOGUE, settings=console_settings(folder))
    yield a_console(folder, keys)
    database.release()
