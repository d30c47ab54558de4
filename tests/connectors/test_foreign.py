"""Every exception of the libraries that reach out has a meaning, and a new one is noticed."""

import http.client
import importlib
import pkgutil
import socket
import ssl
from types import ModuleType
from typing import Any

import paramiko
import pytest
import requests
import requests.exceptions
import zeep
import zeep.exceptions
from lxml import etree

from connectors.errors import KINDS, Misconfigured, TimedOut, Unreachable, Unreadable
from connectors.foreign import LET_THROUGH, MEANINGS, translated


def _modules(package: ModuleType) -> list[ModuleType]:
    """A package and all its modules that can be imported here."""
    found = [package]
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        try:
            found.append(importlib.import_module(each.name))
        except (ImportError, AttributeError):  # for other systems, or for optional parts
            continue
    return found


def _exceptions(modules: list[ModuleType], prefix: str) -> set[str]:
    """The exception classes that these modules define themselves."""
    found = set()
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseException):
                name = f"{value.__module__}.{value.__qualname__}"
                if name.startswith(prefix):
                    found.add(name)
    return found


LIBRARIES = {
    "requests": lambda: _exceptions(_modules(requests), "requests."),
    "zeep": lambda: _exceptions([*_modules(zeep), zeep.exceptions], "zeep."),
    "lxml": lambda: _exceptions([etree], "lxml.etree."),
    "ssl": lambda: _exceptions([ssl], "ssl."),
    "socket": lambda: _exceptions([socket], "socket."),
    "http.client": lambda: _exceptions([http.client], "http.client."),
    "paramiko": lambda: _exceptions(_modules(paramiko), "paramiko."),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_exception_class_of_a_library_is_mapped_or_named_as_let_through(library: str) -> None:
    grown = LIBRARIES[library]() - set(MEANINGS) - set(LET_THROUGH)
    assert not grown, f"give these a meaning in connectors/foreign.py: {sorted(grown)}"


def test_the_search_finds_exceptions_at_all() -> None:
    assert all(LIBRARIES[library]() for library in LIBRARIES)


def test_no_meaning_stands_for_a_class_that_is_gone() -> None:
    there = set().union(*(names() for names in LIBRARIES.values()))
    stale = {name for name in (*MEANINGS, *LET_THROUGH) if not name.startswith(("builtins.", "zlib."))}
    stale -= there
    assert not stale


def test_every_meaning_is_a_known_detail_of_its_kind() -> None:
    for meanings in MEANINGS.values():
        for kind, detail in meanings:
            assert kind in KINDS.values()
            assert detail in kind.details


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_before_anything_has_left_an_error_says_so_and_after_it_does_not(name: str) -> None:
    for left, (kind, detail) in zip((False, True), MEANINGS[name], strict=True):
        module, _, wanted = name.rpartition(".")
        wrong = vars(importlib.import_module(module))[wanted]
        error = translated(_empty(wrong), left=left)
        assert (type(error), error.detail, error.never_left) == (kind, detail, not left)
        assert (kind is Unreachable) <= (not left)


def _empty(kind: Any) -> BaseException:
    """An instance without going through a constructor that wants to know things."""
    try:
        made = kind.__new__(kind)
    except TypeError:  # lxml's own cannot be made without
        made = kind("", 0, 0, 0) if kind is not etree.LxmlSyntaxError else kind("")
    assert isinstance(made, BaseException)
    return made


def test_the_nearest_ancestor_gives_the_meaning() -> None:
    class Odd(ssl.SSLCertVerificationError):
        pass

    assert isinstance(translated(_empty(Odd), left=False), Misconfigured)
    assert isinstance(translated(ConnectionResetError(104, "A900000018"), left=True), TimedOut)


def test_what_is_in_no_table_is_unexpected_and_shows_nothing() -> None:
    error = translated(KeyError("A900000018"), left=True)
    assert (type(error), error.detail) == (Unreadable, "unexpected")
    assert "A900000018" not in repr(error)
