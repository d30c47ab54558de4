"""The area's doors: the desk and one's own look-ups."""

from collections.abc import Sequence
from typing import Final

from flask import Flask
from flask_admin import Admin
from sqlalchemy.orm import Session

from admin.desk import (
    answer,  # noqa: F401 - their routes stand on the blueprint
    follow,  # noqa: F401
    questions,
)
from admin.desk.ask import pages
from admin.desk.home import PANELS, counts, waits
from admin.desk.mine import Lookups
from admin.desk.questions import Questions
from admin.frame.doors import Area, Door, Waiting
from govern.core.wording import Wording
from govern.lookups.request import ROW_REASONS
from govern.rules.actor import Actor, Role

DOORS: Final = (
    Door("desk.choose", Wording("查調檯", "Desk"), roles=frozenset({Role.CLERK}), order=10),
    Door(
        "lookups.index_view",
        Wording("查調紀錄", "Look-ups"),
        roles=frozenset({Role.CLERK, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER}),
        order=20,
        says=Lookups.lede,
    ),
    Door(
        "questions.index_view",
        Wording("稽核詢問", "Questions"),
        roles=frozenset({Role.CLERK}),
        order=30,
        also=("question",),
        says=Questions.lede,
    ),
)


def _register(app: Flask, console: Admin) -> None:
    app.register_blueprint(pages)
    app.register_blueprint(questions.pages)
    app.jinja_env.globals["row_reason"] = row_reason
    console.add_view(Lookups("lookups", "/lookups"))
    console.add_view(Questions("questions", "/questions"))


def row_reason(code: str) -> Wording:
    """Why a row of a file was sent nowhere."""
    return ROW_REASONS.get(code, ROW_REASONS["wrong_form"])


def _all_that_waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    return [*questions.waits(actor, session), *waits(actor, session)]


AREA: Final = Area("desk", _register, doors=DOORS, waits=_all_that_waits, panels=PANELS, counts=counts)
