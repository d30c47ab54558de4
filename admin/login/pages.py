"""The area's doors: none in the bar, since whoever comes in has not yet come in."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.doors import Area
from admin.login.password import pages


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


AREA: Final = Area("login", _register)
