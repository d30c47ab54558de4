"""How a command ends when something is wrong: a sentence in both languages and an exit code.

0 done, 1 something is wrong with the data, 2 wrong use.
"""

import functools
import sys
from collections.abc import Callable
from typing import Final, NoReturn, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from govern.core.errors import GovernError, InvalidInput, NotFound, WrongSetting
from govern.core.wording import Wording

DATABASE_AWAY: Final = Wording(
    "資料庫連不上或無法使用；請檢查 GOVERN_DATABASE_URL 與資料庫的狀態。",
    "The database cannot be reached or used; look at GOVERN_DATABASE_URL and at the database itself.",
)
P = ParamSpec("P")
R = TypeVar("R")


def stop(wording: Wording, code: int) -> NoReturn:
    """Say why, and end."""
    print(wording.zh, file=sys.stderr)
    print(wording.en, file=sys.stderr)
    raise SystemExit(code)


def speaks(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose `GovernError`s, and a database away, end as sentences and never as tracebacks."""

    @functools.wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> R:
        try:
            return command(*args, **named)
        except GovernError as wrong:
            stop(wrong.wording, 2 if isinstance(wrong, WrongSetting | InvalidInput | NotFound) else 1)
        except SQLAlchemyError:
            stop(DATABASE_AWAY, 1)

    return run
