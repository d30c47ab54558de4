"""Errors that tell: every class of exception that can come up in the house, with a person in its message, causes and notes.

A `Listener` keeps every log record as the most careless of formatters would write it: message, arguments, and where a record
carries a traceback, that with all local variables.
"""

import builtins
import importlib
import inspect
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from werkzeug.routing import RequestRedirect

from govern.core.errors import GovernError
from govern.core.wording import Wording

# The house's own and those of the libraries that it asks, stores, queues, signs and prints with.
MODULES: Final = (
    "govern.core.errors",
    "connectors.errors",
    "govern.queue.lease",
    "govern.queue.signed_job",
    "govern.rules.identifiers.canonical",
    "govern.keys.envelope",
    "sqlalchemy.exc",
    "sqlalchemy.orm.exc",
    "psycopg",
    "sqlite3",
    "redis.exceptions",
    "rq.exceptions",
    "ssl",
    "socket",
    "json",
    "http.client",
    "zeep.exceptions",
    "lxml.etree",
    "asyncssh",
    "cryptography.exceptions",
    "jinja2.exceptions",
    "werkzeug.exceptions",
    "pyhanko.sign.general",
)
NO_ERRORS: Final = (StopIteration, StopAsyncIteration, RequestRedirect)


def kinds() -> list[type[Exception]]:
    """Every class of exception in those modules and in Python itself, each once, in order of name."""
    found: dict[str, type[Exception]] = {}
    for module in (builtins, *map(importlib.import_module, MODULES)):
        for each in vars(module).values():
            if inspect.isclass(each) and issubclass(each, Exception) and not issubclass(each, Warning):
                found[f"{each.__module__}.{each.__qualname__}"] = each
    return [kind for _, kind in sorted(found.items()) if not issubclass(kind, NO_ERRORS)]


def telling(kind: type[Exception], text: str) -> Exception:
    """One of its class whose message, arguments, note and cause hold the text; with what its class demands beside it."""
    made = _made(kind, text)
    with suppress(AttributeError, TypeError):
        made.args = (text, *made.args)
    made.add_note(text)
    made.__cause__ = ValueError(text)
    return made


def _made(kind: type[Exception], text: str) -> Exception:
    if issubclass(kind, GovernError):
        with suppress(TypeError):
            return kind()  # type: ignore[call-arg]
        return kind(Wording("測試用的錯誤。", "An error of a test."))
    for given in (
        (text,),
        (text, text),
        (text, text, text),
        (text, {"a": text}, ValueError(text)),
        (text, 1, 1, text),
        (),
    ):
        with suppress(Exception):
            return kind(*given)
    made = kind.__new__(kind)
    Exception.__init__(made, text)
    return made


class Listener(logging.Handler):
    """Every record, as a formatter would write it that writes all it can."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """The record's words, whatever else hangs on it, and its traceback with the local variables."""
        self.heard.append(record.getMessage())
        self.heard.append(repr({name: value for name, value in vars(record).items() if name != "exc_info"}))
        if record.exc_info and record.exc_info[1] is not None:
            told = traceback.TracebackException.from_exception(record.exc_info[1], capture_locals=True)
            self.heard.append("".join(told.format()))

    def text(self) -> bytes:
        """All that was heard."""
        return "\n".join(self.heard).encode("utf-8", "backslashreplace")


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener to every logger of this process, at the level at which the house's processes write."""
    listener, root = Listener(), logging.getLogger()
    before = root.level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    try:
        yield listener
    finally:
        root.removeHandler(listener)
        root.setLevel(before)
