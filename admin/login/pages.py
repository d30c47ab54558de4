"""The area's doors: none in the bar, since whoever comes in has not yet come in."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.doors import Area
from admin.frame.offered import Act
from admin.login.password import pages
from govern.core.wording import Wording


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


ACTS: Final = (
    Act(Wording("變更密碼", "Change password"), "login.password_form", "lock"),
    Act(Wording("切換機關", "Act for another agency"), "login.agencies", "agency"),
)
AREA: Final = Area("login", _register, acts=ACTS)
