"""The command line, one line each into a use case; and the application that `flask` and gunicorn find."""

import sys

from flask import Flask

from admin.app import create_app
from admin.commands.catalogue import catalogue
from admin.commands.house import health, house, setup
from admin.commands.log import log
from admin.commands.record import record
from govern.core.errors import GovernError
from govern.core.settings import load_settings


def make_application() -> Flask:
    """The console with its commands. A wrong setting ends the process with a sentence that names it (exit 2)."""
    try:
        application = create_app(load_settings())
    except GovernError as wrong:
        print(f"{wrong.wording.zh}\n{wrong.wording.en}", file=sys.stderr)
        raise SystemExit(2) from None
    for group in (catalogue, house, log, record):
        application.cli.add_command(group)
    application.cli.add_command(health)
    application.cli.add_command(setup)
    return application
