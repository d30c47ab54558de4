"""The area's doors: the catalogue, in order."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Flask
from flask_admin import Admin
from sqlalchemy.orm import Session

from admin.console.agencies import Agencies
from admin.console.case_items import CaseItems
from admin.console.data_items import DataItems
from admin.console.finders import ACTS, FINDERS
from admin.console.granting import pages as granting
from admin.console.keep import (  # noqa: F401 - their routes stand on the blueprint
    agency,
    data_item,
    law,
    new_data_item,
    source,
)
from admin.console.keep.kept import pages as keeping
from admin.console.legal_bases import LegalBases, ending_soon
from admin.console.legal_bases import waits as laws_wait
from admin.console.life import (  # noqa: F401 - their routes stand on the blueprint
    draft,
    letter,
    no_draft,
    propose,
    show,
    stop,
)
from admin.console.life.pages import pages as life
from admin.console.life.waits import to_do
from admin.console.life.waits import waits as life_waits
from admin.console.notices import pages as notices
from admin.console.people import People
from admin.console.rights import Rights, to_renew
from admin.console.rights import waits as rights_wait
from admin.console.sources import Sources
from admin.frame.doors import Area, Door, Waiting
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

DOORS: Final = (
    Door("case_items.index_view", Wording("業務案件項目", "Case items"), order=40, also=("life",), says=CaseItems.lede),
    Door(
        "rights.index_view",
        Wording("權限", "Rights"),
        roles=frozenset({Role.CLERK, Role.SUPERVISOR, Role.HEAD, Role.AUDITOR}),
        order=35,
        also=("granting",),
        says=Rights.lede,
    ),
    Door(
        "people.index_view",
        Wording("人員", "People"),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
        order=36,
        says=People.lede,
    ),
    Door("data_items.index_view", Wording("查調項目", "Data items"), order=50, says=DataItems.lede),
    Door(
        "agencies.index_view",
        Wording("機關", "Agencies"),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD, Role.AUDITOR, Role.DRAFTER, Role.APPROVER, Role.OPERATOR}),
        order=60,
        says=Agencies.lede,
    ),
    Door(
        "legal_bases.index_view",
        Wording("法源", "Laws"),
        roles=frozenset({Role.DRAFTER, Role.OPERATOR}),
        order=45,
        says=LegalBases.lede,
    ),
    Door(
        "sources.index_view", Wording("介接來源", "Sources"), roles=frozenset({Role.APPROVER, Role.OPERATOR}), order=70
    ),
    Door(
        "notices.index",
        Wording("公告", "Notices"),
        roles=frozenset({Role.OPERATOR}),
        order=75,
        says=Wording("維護、停機或異常時告訴所有使用者。", "Tell everybody about maintenance and trouble."),
    ),
)


def _register(app: Flask, console: Admin) -> None:
    app.register_blueprint(life)
    app.register_blueprint(granting)
    app.register_blueprint(keeping)
    app.register_blueprint(notices)
    console.add_view(CaseItems("case_items", "/case-items"))
    console.add_view(DataItems("data_items", "/data-items"))
    console.add_view(Agencies("agencies", "/agencies"))
    console.add_view(Sources("sources", "/sources"))
    console.add_view(LegalBases("legal_bases", "/laws"))
    console.add_view(Rights("rights", "/rights"))
    console.add_view(People("people", "/people"))


def _waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """What the area's rooms have waiting: case items in work, rights that end soon, laws that end."""
    return [*life_waits(actor, session), *rights_wait(actor, session), *laws_wait(actor, session)]


def _counts(actor: Actor, session: Session) -> Mapping[str, int]:
    """The same in figures, for the doors in the bar."""
    return {
        "case_items.index_view": to_do(actor, session),
        "rights.index_view": to_renew(actor, session),
        "legal_bases.index_view": len(ending_soon(actor, session)),
    }


AREA: Final = Area("console", _register, doors=DOORS, waits=_waits, counts=_counts, finders=FINDERS, acts=ACTS)
