"""The area's doors: the desk and one's own look-ups."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.desk import answer, follow  # noqa: F401 - their routes stand on the blueprint
from admin.desk.ask import pages
from admin.desk.home import PANELS, waits
from admin.desk.mine import Lookups
from admin.frame.doors import Area, Door
from govern.core.wording import Wording
from govern.lookups.request import ROW_REASONS
from govern.rules.actor import Role

DOORS: Final = (
    Door("desk.choose", Wording("查調檯", "Desk"), roles=frozenset({Role.CLERK}), order=10),
    Door(
        "lookups.index_view",
        Wording("查調紀錄", "Look-ups"),
        roles=frozenset({Role.CLERK, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER}),
        order=20,
    ),
)


def _register(app: Flask, console: Admin) -> None:
    app.register_blueprint(pages)
    app.jinja_env.globals["row_reason"] = row_reason
    console.add_view(Lookups("lookups", "/lookups"))


def row_reason(code: str) -> Wording:
    """Why a row of a file was sent nowhere."""
    return ROW_REASONS.get(code, ROW_REASONS["wrong_form"])


AREA: Final = Area("desk", _register, doors=DOORS, waits=waits, panels=PANELS)
