"""The command line, one line each into a use case; and the application that `flask` and gunicorn find."""

import os
import sys
from typing import Final

from flask import Flask

from admin.app import create_app
from admin.commands.audit import audit
from admin.commands.catalogue import catalogue
from admin.commands.fonts import fonts
from admin.commands.house import health, house, setup
from admin.commands.log import log
from admin.commands.record import record
from admin.commands.refusal import speaks
from admin.set_up import set_up
from govern.core.settings import load_settings

APP_LOAD_ERROR: Final = 4  # gunicorn.arbiter.Arbiter.APP_LOAD_ERROR
COMMANDS = (audit, catalogue, fonts, health, house, log, record, setup)


def make_application() -> Flask:
    """The console with its commands, on a house that stands. A wrong setting ends the process with a sentence (exit 2).

    A command of ours gets an application without the console: it says for itself what it needs, and `house demo` must
    find its folder as it was left.
    """
    ours = {command.name for command in COMMANDS}
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true" and not ours.isdisjoint(sys.argv[1:]):
        application = Flask("govern")
    else:
        try:
            application = _console()
        except SystemExit:
            # gunicorn starts a worker again and again unless it ends with its own code for "could not be loaded".
            raise SystemExit(APP_LOAD_ERROR if "gunicorn" in sys.argv[0] else 2) from None
    for command in COMMANDS:
        application.cli.add_command(command)
    return application


@speaks
def _console() -> Flask:
    settings = load_settings()
    set_up(settings)
    return create_app(settings)
