"""Consoles with the whole catalogue, on which a case item's life is written: one a test, one a module for what only reads."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from admin.set_up import CATALOGUE
from govern.catalogue import load
from govern.core import database
from govern.keys import ring
from govern.rules.actor import Role
from tests.support.case_item_life import BUSINESS, CIVIL, TAX
from tests.support.console import Browser, a_console, a_person, console_settings


@dataclass(frozen=True, slots=True)
class Land:
    """A database file with keys and the catalogue, to be copied for each test."""

    folder: Path
    database: Path


@pytest.fixture(scope="session")
def land(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Land:
    """Made once a session."""
    folder = tmp_path_factory.mktemp("life")
    path = folder / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    ring.make_keys(folder / "keys")
    ring.bind(folder / "keys")
    load.load(CATALOGUE, settings=console_settings(folder))
    database.release()
    return Land(folder, path)


@pytest.fixture
def app(land: Land, tmp_path: Path) -> Iterator[Flask]:
    """A console of a test's own, with the whole catalogue."""
    path = tmp_path / "govern.sqlite3"
    shutil.copyfile(land.database, path)
    database.bind(f"sqlite:///{path}")
    yield a_console(tmp_path, ring.bind(land.folder / "keys"))
    database.release()


@pytest.fixture
def somebody(app: Flask) -> Callable[..., Browser]:
    """A browser in which somebody of these roles is signed in; each account is made once."""
    made: set[str] = set()

    def at(agency: str, *roles: Role, account: str = "") -> Browser:
        name = account or f"{agency}.{'.'.join(roles)}"
        if name not in made:
            a_person(name, agency, *roles, name=name)
            made.add(name)
        browser = Browser(app)
        assert browser.log_in(name).status_code == 303
        return browser

    return at


@pytest.fixture
def drafter(somebody: Callable[..., Browser]) -> Browser:
    """A drafter of 城鄉發展局."""
    return somebody(BUSINESS, Role.DRAFTER)


@pytest.fixture
def civil(somebody: Callable[..., Browser]) -> Browser:
    """An approver of 民政局."""
    return somebody(CIVIL, Role.APPROVER)


@pytest.fixture
def tax(somebody: Callable[..., Browser]) -> Browser:
    """An approver of 財政資訊中心."""
    return somebody(TAX, Role.APPROVER)
