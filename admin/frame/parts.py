"""What the console stands on and is handed at its start: settings, keys, what is told when a session begins or ends, checks.

Nothing of it is looked up elsewhere, so that a test builds a console from parts of its own (HOUSE.md, Tests).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from flask import Flask, current_app

from govern.core.settings import Settings
from govern.keys.ring import Ring
from govern.people.sign_on import OnSessionEnd, OnSignOn, nobody_to_tell, nothing_waits

NAME: Final = "govern"
Check = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one console.

    `health` maps a part's name (database, queue, answers, sequencer, trail) to a check that says whether it is well; a
    check that raises counts as not well.
    """

    settings: Settings
    ring: Ring = field(repr=False)
    on_sign_on: OnSignOn = nothing_waits
    on_session_end: OnSessionEnd = nobody_to_tell
    health: Mapping[str, Check] = field(default_factory=dict)


def install(app: Flask, parts: Parts) -> None:
    """Give an application its parts."""
    app.extensions[NAME] = parts


def parts(app: Flask | None = None) -> Parts:
    """The parts of the application at work."""
    return cast(Parts, (app or current_app).extensions[NAME])
