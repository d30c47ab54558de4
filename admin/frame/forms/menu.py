"""The area of what forms share: no door in the bar; checks, pickers, and forms kept for the day."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.doors import Area
from admin.frame.forms import day, kept, pick
from admin.frame.forms.check import pages

pages.add_url_rule("/keep", view_func=kept.keep, methods=["POST"])
pages.add_url_rule("/forget", view_func=kept.forget, methods=["POST"])
pages.add_url_rule("/pick/<what>", view_func=pick.pick, methods=["POST"])


def install(app: Flask) -> None:
    """Templates can show a day that was typed and a form that was kept, and what was sent successfully is kept no more."""
    day.install(app)
    kept.install(app)


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


AREA: Final = Area("forms", _register)
