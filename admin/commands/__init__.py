"""The command line, one line each into a use case; and the application that `flask` and gunicorn find.

Each command is loaded when it is asked for, and none of them loads the console: `flask log verify` is there within a
second, not after all that prints, signs and serves.
"""

import os
import sys
from importlib import import_module
from typing import Any, Final

from flask import Flask

from admin.commands.refusal import speaks

APP_LOAD_ERROR: Final = 4  # gunicorn.arbiter.Arbiter.APP_LOAD_ERROR
COMMANDS: Final = {
    "audit": "audit:audit",
    "catalogue": "catalogue:catalogue",
    "fonts": "fonts:fonts",
    "health": "house:health",
    "house": "house:house",
    "log": "log:log",
    "record": "record:record",
    "setup": "house:setup",
}


def make_application() -> Flask:
    """The console with its commands, on a house that stands. A wrong setting ends the process with a sentence (exit 2).

    A command of ours gets an application without the console: it says for itself what it needs, and `house demo` must
    find its folder as it was left.
    """
    is_command_line = os.environ.get("FLASK_RUN_FROM_CLI") == "true"
    asked_for = [name for name in COMMANDS if name in sys.argv[1:]] if is_command_line else []
    if asked_for:
        application = Flask("govern")
    else:
        try:
            application = _console()
        except SystemExit:
            # gunicorn starts a worker again and again unless it ends with its own code for "could not be loaded".
            raise SystemExit(APP_LOAD_ERROR if "gunicorn" in sys.argv[0] else 2) from None
    for name in asked_for or (COMMANDS if is_command_line else ()):
        application.cli.add_command(_named(f"admin.commands.{COMMANDS[name]}"))
    return application


@speaks
def _console() -> Flask:
    settings = _named("govern.core.settings:load_settings")()
    _named("admin.set_up:set_up")(settings)
    console: Flask = _named("admin.app:create_app")(settings)
    return console


def _named(place: str) -> Any:
    """What stands under a name in a module, loaded now."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
