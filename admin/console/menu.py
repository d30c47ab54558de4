"""The area's doors: the catalogue, in order."""

from typing import Final

from flask import Flask
from flask_admin import Admin

from admin.console.agencies import Agencies
from admin.console.case_items import CaseItems
from admin.console.data_items import DataItems
from admin.console.life import draft, letter, propose, show, stop  # noqa: F401 - their routes stand on the blueprint
from admin.console.life.pages import pages as life
from admin.console.life.waits import waits
from admin.console.sources import Sources
from admin.frame.doors import Area, Door
from govern.core.wording import Wording
from govern.rules.actor import Role

DOORS: Final = (
    Door("case_items.index_view", Wording("業務案件項目", "Case items"), order=40, also=("life",), says=CaseItems.lede),
    Door("data_items.index_view", Wording("查調項目", "Data items"), order=50, says=DataItems.lede),
    Door(
        "agencies.index_view",
        Wording("機關", "Agencies"),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER, Role.OPERATOR}),
        order=60,
        says=Agencies.lede,
    ),
    Door(
        "sources.index_view", Wording("介接來源", "Sources"), roles=frozenset({Role.APPROVER, Role.OPERATOR}), order=70
    ),
)


def _register(app: Flask, console: Admin) -> None:
    app.register_blueprint(life)
    console.add_view(CaseItems("case_items", "/case-items"))
    console.add_view(DataItems("data_items", "/data-items"))
    console.add_view(Agencies("agencies", "/agencies"))
    console.add_view(Sources("sources", "/sources"))


AREA: Final = Area("console", _register, doors=DOORS, waits=waits)
