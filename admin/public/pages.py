"""The area's doors: none in the bar; what everybody may open."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.frame.doors import Area, Panel
from admin.frame.offered import Act
from admin.public import (
    check,
    register,  # noqa: F401 - its routes stand on the blueprint
)
from admin.public.health import pages, platform_now
from govern.core.wording import Wording
from govern.rules.actor import Role


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(check.pages)


PANELS: Final = (Panel("public/health.html", platform_now, roles=frozenset({Role.OPERATOR}), is_beside=True, order=10),)
ACTS: Final = (
    Act(Wording("查驗簽章紀錄", "Check a signed record"), "check.form"),
    Act(Wording("業務案件項目公開目錄", "Public register of case items"), "public.register"),
)
AREA: Final = Area("public", _register, panels=PANELS, acts=ACTS)
