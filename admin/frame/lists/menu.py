"""The area of what lists share: no door in the bar; views, columns, one's exports."""

from collections.abc import Mapping
from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.doors import Area
from admin.frame.lists import arrange, estimate, mine, places
from admin.frame.permission import Rule


def install(app: Flask, table: Mapping[str, Rule]) -> None:
    """Templates can say an estimate, and lists are found by name under the application's rules."""
    app.jinja_env.globals["about_so_many"] = estimate.said
    places.install(app, table)


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(arrange.pages)
    app.register_blueprint(mine.pages)


AREA: Final = Area("lists", _register)
