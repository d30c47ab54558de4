"""A case item of the city on its way: who takes part, what a draft says, and the steps that lead to each state."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.life.approve import approve
from govern.catalogue.life.content import DraftContent, DraftField, DraftItem, content_of
from govern.catalogue.life.draft import amend, draft, draft_change_of
from govern.catalogue.life.letter import Scan, enter_letter
from govern.catalogue.life.propose import propose
from govern.core import clock
from govern.core.database import reading
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry
from tests.support.houses import TestHouse

YOUTH = "youth_housing"
BUSINESS = "ntpc-urban"
CIVIL = "ntpc-civil"
TAX = "tw-fia"
MINISTRY = "tw-mof"
PDF = Scan("核備函.pdf", "application/pdf", b"%PDF-1.7\n" + "核備函，當事人王小明。".encode())
ONE_MORE_FIELD = DraftField(
    "withheld_tax", "masked", "查核申請人所得扣繳情形，判斷所得申報是否完整。", "To judge income."
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in the life of 青年住宅."""

    drafter: Actor
    civil: Actor
    tax: Actor


def the_cast(house: TestHouse) -> Cast:
    """A drafter of the business agency, an approver of each of its two owners."""
    return Cast(
        drafter=house.an_actor(BUSINESS, Role.DRAFTER),
        civil=house.an_actor(CIVIL, Role.APPROVER),
        tax=house.an_actor(TAX, Role.APPROVER),
    )


def version_of(code: str, number: int) -> CaseItemVersion:
    """A version's row as it is now."""
    with reading() as session:
        return session.scalars(
            select(CaseItemVersion).where(CaseItemVersion.case_item == code, CaseItemVersion.version == number)
        ).one()


def state_of(code: str, number: int) -> str:
    """A version's state as it is now."""
    return version_of(code, number).state


def says(code: str, number: int) -> DraftContent:
    """What a version says now."""
    with reading() as session:
        return content_of(session, version_of(code, number).id)


def with_field(content: DraftContent, item: str, *fields: DraftField) -> DraftContent:
    """The same with more fields of a data item it lists, or with that data item."""
    if all(part.item != item for part in content.items):
        return replace(content, items=(*content.items, DraftItem(item, fields)))
    return replace(
        content,
        items=tuple(
            replace(part, fields=(*part.fields, *fields)) if part.item == item else part for part in content.items
        ),
    )


def without_field(content: DraftContent, item: str, field: str) -> DraftContent:
    """The same without one field."""
    return replace(
        content,
        items=tuple(
            replace(part, fields=tuple(one for one in part.fields if one.field != field)) if part.item == item else part
            for part in content.items
        ),
    )


def justified(content: DraftContent) -> DraftContent:
    """The same with a sentence of necessity for every field: the catalogue's files have none."""
    return replace(
        content,
        items=tuple(
            replace(
                part,
                fields=tuple(
                    one if one.necessity_zh else replace(one, necessity_zh="審核申請資格所必需。")
                    for one in part.fields
                ),
            )
            for part in content.items
        ),
    )


def a_content(**changes: object) -> DraftContent:
    """A whole draft that can be proposed: one data item of ntpc-civil, under the Housing Act."""
    today = clock.today()
    with reading() as session:
        basis = session.scalars(select(LegalBasis.id).where(LegalBasis.law_zh == "住宅法").limit(1)).one()
    whole = DraftContent(
        name_zh="社會住宅申請",
        name_en="Social housing: application",
        kind="application",
        urgency="normal",
        consent_required=True,
        valid_from=today,
        valid_to=today + timedelta(days=365),
        retention_years=5,
        agencies=(BUSINESS,),
        bases=(basis,),
        items=(
            DraftItem(
                "hh_household_city",
                (
                    DraftField("registered_address", "masked", "查核是否設籍本市。"),
                    DraftField("head_name", "revealable", "核對申請人。"),
                ),
            ),
        ),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def a_draft(cast: Cast, code: str = "social_housing_2", **changes: object) -> str:
    """A new case item with a draft that can be proposed; its code."""
    draft(cast.drafter, code, a_content(**changes))
    return code


def a_change(cast: Cast, change: DraftContent | None = None, *, code: str = YOUTH) -> int:
    """A draft of a next version of 青年住宅, one more tax field in it unless another change is given; its number."""
    number = draft_change_of(cast.drafter, code)
    if change is None:
        change = with_field(justified(says(code, number)), "tax_income_national", ONE_MORE_FIELD)
    amend(cast.drafter, code, number, change, edition=0)
    return number


def proposed(cast: Cast, change: DraftContent | None = None, *, code: str = YOUTH) -> int:
    """A change of 青年住宅 that waits for its two owners; its number."""
    number = a_change(cast, change, code=code)
    propose(cast.drafter, code, number, edition=1)
    return number


def approved(cast: Cast, change: DraftContent | None = None) -> int:
    """A change of 青年住宅 that both owners approved; its number."""
    number = proposed(cast, change)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    return number


def letter_comes(cast: Cast, number: int, *, scan: Scan | None = PDF, on: date | None = None) -> None:
    """The Ministry's letter on the tax data is entered by its owner's approver."""
    enter_letter(
        cast.tax,
        YOUTH,
        number,
        superior=MINISTRY,
        number="台財資字第1150000001號",
        approved_on=on or clock.today(),
        scan=scan,
    )


def steps(code: str, number: int) -> list[str]:
    """The kinds of entries about a version, in the order in which they were written."""
    return [entry.kind for entry in entries_of(code, number)]


def entries_of(code: str, number: int | None = None) -> list[Entry]:
    """The entries about a case item, or about one version of it."""
    chosen = select(Entry).where(Entry.about_kind == "case_item", Entry.case_item == code).order_by(Entry.id)
    if number is not None:
        chosen = chosen.where(Entry.case_item_version == number)
    with reading() as session:
        return list(session.scalars(chosen))


@contextlib.contextmanager
def on_day(day: date) -> Iterator[None]:
    """Within the block it is noon of that day in Taipei."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=clock.TAIPEI)
    with clock.clock_reads(lambda: noon):
        yield
