"""Laws: the articles on which case items stand, since when and until when, and every case item that stands on one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from admin.frame.display import State, state_of_version
from admin.frame.doors import Waiting
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Tab
from admin.frame.names import agency_names, people_names
from admin.frame.paging import Order
from admin.frame.seek import Searched
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.impact import Touched, bases_ending, case_items_on
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis, cited
from govern.catalogue.maintain import change_legal_basis
from govern.catalogue.maintain.said import last_said
from govern.catalogue.scope import legal_bases_for, legal_basis_for
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

SOON_DAYS: Final = 90

IN_FORCE: Final = State("done", Wording("施行中", "In force"), "ok")
ENDS: Final = State("clock", Wording("將終止", "Will end"), "wait")
ENDED: Final = State("dash", Wording("已終止", "Ended"), "bad")
NOT_YET: Final = State("clock", Wording("尚未施行", "Not yet in force"))


@dataclass(frozen=True, slots=True)
class Row:
    """An article in the list."""

    id: int
    law: Wording
    article: Wording
    state: State
    in_force_to: date | None
    has_text: bool
    is_checked: bool
    case_items: int


def _with_last_day(things: Select[Any]) -> Select[Any]:
    return things.where(LegalBasis.in_force_to.is_not(None))


def _unchecked(things: Select[Any]) -> Select[Any]:
    return things.where(LegalBasis.is_checked.is_(False))


def state_of_law(basis: LegalBasis) -> State:
    """How an article stands today."""
    today = clock.today()
    if basis.in_force_to is not None:
        return ENDED if basis.in_force_to < today else ENDS
    return NOT_YET if basis.in_force_from is not None and basis.in_force_from > today else IN_FORCE


class LegalBases(GovernedView):
    """All articles on file; the law is nobody's secret."""

    scope, one = legal_bases_for, legal_basis_for
    title = Wording("法源依據", "Legal bases")
    lede = Wording(
        "案件項目所依據的法規條文。條文終止的次日起，依它查調的案件項目不再准許。",
        "The articles on which case items stand. From the day after one ends, look-ups that stand on it are denied.",
    )
    orders = (
        Order("id", LegalBasis.id, LegalBasis.id, Wording("登錄順序", "Order of entry")),
        Order("law", LegalBasis.law_zh, LegalBasis.id, Wording("法規", "Law")),
    )
    tabs = (
        Tab("all", Wording("全部", "All"), lambda things: things),
        Tab("ending", Wording("有終止日", "With a last day"), _with_last_day, is_counted=True),
        Tab("unchecked", Wording("條文未核對", "Text not checked"), _unchecked, is_counted=True),
    )
    searched = Searched(
        (LegalBasis.id,),
        Wording("法規名稱或條號", "Law or article"),
        names="legal_basis",
    )
    column_list = ("law", "article", "case_items", "text", "state", "in_force_to")
    column_labels: ClassVar = {
        "law": Wording("法規", "Law"),
        "article": Wording("條號", "Article"),
        "case_items": Wording("生效中案件項目", "Case items in force"),
        "text": Wording("條文", "Text"),
        "state": Wording("狀態", "State"),
        "in_force_to": Wording("終止日", "Last day"),
    }
    page_size = 40
    list_template = "console/legal_bases.html"
    details_template = "console/legal_basis.html"

    def rows(self, _actor: Actor, session: Session, things: Sequence[LegalBasis]) -> Sequence[Row]:
        """Articles with how many case items in force stand on each."""
        counts = Counter(
            dict(
                session.execute(
                    select(VersionLegalBasis.legal_basis, func.count(func.distinct(CaseItemVersion.case_item)))
                    .join(CaseItemVersion, CaseItemVersion.id == VersionLegalBasis.version_id)
                    .where(CaseItemVersion.state == "in_force")
                    .group_by(VersionLegalBasis.legal_basis)
                )
                .tuples()
                .all()
            )
        )
        return [
            Row(
                id=thing.id,
                law=Wording(thing.law_zh, thing.law_en),
                article=cited(thing.article),
                state=state_of_law(thing),
                in_force_to=thing.in_force_to,
                has_text=bool(thing.text_zh),
                is_checked=thing.is_checked,
                case_items=counts[thing.id],
            )
            for thing in things
        ]

    def describe(self, actor: Actor, session: Session, thing: LegalBasis) -> dict[str, Any]:
        """Every case item that stands on it, what was said last, and whether the visitor keeps it."""
        last = last_said(session, "legal_basis", str(thing.id))
        names = people_names(session, {last.person} if last and last.person else ())
        return {
            "article": cited(thing.article),
            "state": state_of_law(thing),
            "touched": standing(session, case_items_on(actor, session, thing.id)),
            "last": last,
            "last_by": names.get(last.person) if last and last.person else None,
            "may_change": change_legal_basis.may_change(actor, session, thing),
        }


def standing(session: Session, touched: Sequence[Touched]) -> list[tuple[Touched, Wording, State]]:
    """What a change touches, with business agencies' names and states as pages show them."""
    names = agency_names(session, {each.business_agency for each in touched})
    return [(each, names[each.business_agency], state_of_version(each.state, each.valid_to)) for each in touched]


def ending_soon(actor: Actor, session: Session) -> Sequence[tuple[LegalBasis, int]]:
    """The articles that end soon and bear a drafter's case items in force; nothing for others."""
    if not actor.holds(Role.DRAFTER):
        return ()
    return bases_ending(session, actor.agency, until=clock.today() + timedelta(days=SOON_DAYS))


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """A drafter hears of articles that end, on which the agency's case items in force stand."""
    return [
        Waiting(
            title=Wording(f"{basis.law_zh}{cited(basis.article).zh}", f"{basis.law_en}, {cited(basis.article).en}"),
            detail=Wording(
                f"法源終止，{count}個案件項目要改依其他法源", f"The law ends; {count} case items need another basis"
            ),
            action=Wording("檢視影響", "See what it touches"),
            endpoint="legal_bases.details_view",
            values={"id": str(basis.id)},
            due_on=basis.in_force_to,
        )
        for basis, count in ending_soon(actor, session)
    ]
