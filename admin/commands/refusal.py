"""How a command ends when something is wrong: a sentence in both languages and an exit code.

0 done, 1 something is wrong with the data, 2 wrong use.
"""

import functools
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

from govern.core.errors import GovernError, InvalidInput, NotFound, WrongSetting
from govern.core.wording import Wording

P = ParamSpec("P")
R = TypeVar("R")


def stop(wording: Wording, code: int) -> NoReturn:
    """Say why, and end."""
    print(wording.zh, file=sys.stderr)
    print(wording.en, file=sys.stderr)
    raise SystemExit(code)


def speaks(command: Callable[P, R]) -> Callable[P, R]:
    """A command whose `GovernError`s end as sentences and never as tracebacks."""

    @functools.wraps(command)
    def run(*args: P.args, **named: P.kwargs) -> R:
        try:
            return command(*args, **named)
        except GovernError as wrong:
            stop(wrong.wording, 2 if isinstance(wrong, WrongSetting | InvalidInput | NotFound) else 1)

    return run
