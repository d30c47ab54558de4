"""Case items: for which purpose who may look which fields up, on which legal basis, until when.

Everybody signed in may know that a case item exists from its proposal on; what a version holds is read through
`versions_for`. Of a case item whose content is hidden, the list shows name, business agency and state alone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from admin.console import case_item
from admin.console.life import waits
from admin.console.life.approve_many import APPROVE_MANY, SEND_BACK_MANY
from admin.console.words import CASE_KINDS, URGENCIES, word
from admin.frame.display import CASE_ITEM_STATES, State, state_of_version
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Asked, Tab
from admin.frame.names import agency_names, data_item_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched
from govern.catalogue.case_item import (
    CaseItem,
    CaseItemVersion,
    Suspension,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.find import called
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.compare import difference_of, former_of
from govern.catalogue.scope import (
    OPEN_STATES,
    PROPOSED_STATES,
    case_item_for,
    case_items_for,
    parts_to_approve_for,
    versions_for,
)
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """A case item in the list; what its version holds is empty where the version is not within reach."""

    code: str
    name: Wording
    business_agency: Wording
    version: int
    items: Wording | None
    clear: int
    masked: int
    agencies: int
    kind: Wording
    urgency: str
    urgency_word: Wording
    state: State
    valid_to: date | None
    is_readable: bool
    is_on_its_way: bool = False
    change: Wording | None = None  # what it shows more or less than the version before
    widens: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """What a version holds, counted."""

    clear: int
    masked: int
    agencies: int
    items: Sequence[str]


def _in_state(*states: str) -> ColumnElement[bool]:
    return exists().where(CaseItemVersion.case_item == CaseItem.code, CaseItemVersion.state.in_(states))


def _stands() -> ColumnElement[bool]:
    """Whether a version is in force and its last day is not over."""
    today = clock.today()
    return exists().where(
        CaseItemVersion.case_item == CaseItem.code,
        CaseItemVersion.state == "in_force",
        CaseItemVersion.valid_to >= today,
    )


def _suspended() -> ColumnElement[bool]:
    return exists().where(Suspension.case_item == CaseItem.code, Suspension.to_at.is_(None))


# Tabs of versions on their way: a row shows that version, and leads to its page.
FOR_YOU: Final = State("clock", Wording("等您審核", "Awaits you"), "wait")
RETURNED: Final = State("returned", Wording("退回修正", "Returned"), "wait")
NEW: Final = Wording("新增", "New")
IN_APPROVAL: Final = ("proposed", "approved", "waiting_for_letter", "waiting_for_date")


def _ways(actor: Actor, session: Session) -> dict[str, Select[CaseItemVersion]]:
    """For each tab of versions on their way those that the actor may read."""
    return {
        "mine": waits.for_me(actor, session),
        "drafts": versions_for(actor, session).where(CaseItemVersion.state == "draft"),
        "waiting": versions_for(actor, session).where(CaseItemVersion.state.in_(IN_APPROVAL)),
    }


def _business_agencies(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    codes = session.scalars(case_items_for(actor, session).with_only_columns(CaseItem.business_agency).distinct()).all()
    return sorted(agency_names(session, codes).items())


def _kinds(_actor: Actor, _session: Session) -> Sequence[tuple[str, Wording]]:
    return tuple(CASE_KINDS.items())


def _of_version(found: ColumnElement[bool]) -> ColumnElement[bool]:
    """From what a proposed version or its laws say to the case item: names and laws of a proposal are everybody's."""
    return CaseItem.code.in_(
        select(CaseItemVersion.case_item)
        .outerjoin(VersionLegalBasis, VersionLegalBasis.version_id == CaseItemVersion.id)
        .outerjoin(LegalBasis, LegalBasis.id == VersionLegalBasis.legal_basis)
        .where(CaseItemVersion.state.in_(PROPOSED_STATES), found)
    )


class CaseItems(GovernedView):
    """The case items whose existence the visitor may know of."""

    scope, one = case_items_for, case_item_for
    title = Wording("業務案件項目", "Case items")
    lede = Wording(
        "為哪項業務、哪些機關可以查調哪些欄位，依據哪條法規，到何時為止。",
        "For which business which agencies may look which fields up, on which law, and until when.",
    )
    orders = (
        Order("name", CaseItem.seq, CaseItem.code, Wording("目錄順序", "Order of the catalogue")),
        Order("business_agency", CaseItem.business_agency, CaseItem.code, Wording("業務主管機關", "Business agency")),
    )
    tabs = (
        Tab("all", Wording("全部", "All"), lambda things: things),
        Tab("mine", Wording("等我處理", "Waiting for me"), lambda things: things, is_counted=True),
        Tab("drafts", Wording("草擬", "Drafts"), lambda things: things, is_counted=True),
        Tab("waiting", Wording("審核與待核備", "In approval"), lambda things: things, is_counted=True),
        Tab("in_force", Wording("生效中", "In force"), lambda things: things.where(_stands(), ~_suspended())),
        Tab("suspended", Wording("已暫停", "Suspended"), lambda things: things.where(_suspended()), is_counted=True),
    )
    searched = Searched((CaseItem.code,), Wording("名稱、代碼或法規", "Name, code or law"))
    choices = (
        Filter(
            "business",
            Wording("業務主管機關", "Business agency"),
            CaseItem.business_agency,
            _business_agencies,
            pick="agency",
        ),
        Filter("kind", Wording("性質", "Kind"), CaseItemVersion.kind, _kinds, is_small=True, through=_of_version),
    )
    column_list = (
        "name", "business_agency", "version", "items", "fields", "agencies", "change", "kind", "state", "valid_to",
    )  # fmt: skip
    only_in: ClassVar = {"change": ("mine", "drafts", "waiting")}
    column_labels: ClassVar = {
        "code": Wording("代碼", "Code"),
        "name": Wording("案件項目", "Case item"),
        "business_agency": Wording("業務主管機關", "Business agency"),
        "version": Wording("版次", "Version"),
        "items": Wording("查調項目", "Data items"),
        "fields": Wording("核准欄位", "Fields"),
        "clear": Wording("完整顯示欄位", "Fields in full"),
        "masked": Wording("遮蔽欄位", "Masked fields"),
        "agencies": Wording("可查調機關", "Agencies"),
        "change": Wording("與前版相比", "Against the last"),
        "kind": Wording("性質", "Kind"),
        "state": Wording("狀態", "State"),
        "valid_to": Wording("期限", "Until"),
    }
    written_as: ClassVar = {"name": ("code", "name"), "fields": ("clear", "masked")}
    actions: ClassVar = {"approve": APPROVE_MANY, "return": SEND_BACK_MANY}
    page_size = 20
    can_export = True
    list_template = "console/case_items.html"
    details_template = "console/case_item.html"

    def narrowed(self, actor: Actor, session: Session, asked: Asked) -> Any:
        """Those whose version on its way is within reach; a first proposal is no secret, a change of one in force is."""
        things = super().narrowed(actor, session, replace(asked, seek=replace(asked.seek, words="")))
        if asked.seek.words:
            things = things.where(called(actor, session, asked.seek.words))
        tab = asked.tab.name if asked.tab else ""
        way = _ways(actor, session).get(tab)
        if way is None:
            return things
        found: ColumnElement[bool] = CaseItem.code.in_(way.with_only_columns(CaseItemVersion.case_item))
        if tab == "waiting":
            found = or_(found, and_(_in_state(*IN_APPROVAL), ~_in_state(*OPEN_STATES)))
        return things.where(found)

    def rows(self, actor: Actor, session: Session, things: Sequence[CaseItem]) -> Sequence[Row]:
        """Case items by the version in force, else the newest proposed, counted where its content may be read.

        On a tab of versions on their way by that version, with what it changes in a word.
        """
        codes = [thing.code for thing in things]
        tab = self._asked().tab
        way = _ways(actor, session).get(tab.name) if tab else None
        on_the_way = {} if way is None else _newest(session, way, codes)
        heads = _heads(session, codes) | on_the_way
        readable = set(
            session.scalars(
                versions_for(actor, session)
                .where(CaseItemVersion.case_item.in_(codes))
                .with_only_columns(CaseItemVersion.id)
            )
        )
        counted = _counted(session, [head.id for head in heads.values() if head.id in readable])
        names = data_item_names(session, {code for each in counted.values() for code in each.items})
        agencies = agency_names(session, {thing.business_agency for thing in things})
        for_you = set(session.scalars(parts_to_approve_for(actor, session).with_only_columns(CaseItemVersion.id)))
        suspended = set(session.scalars(select(Suspension.case_item).where(Suspension.to_at.is_(None))))
        return [
            replace(
                _row(thing, heads[thing.code], counted.get(heads[thing.code].id), names, agencies),
                **_more(session, thing.code, on_the_way, is_suspended=thing.code in suspended, for_you=for_you),
            )
            for thing in things
            if thing.code in heads
        ]

    def describe(self, actor: Actor, session: Session, thing: CaseItem) -> dict[str, Any]:
        """Everything that its version says, or that it may not be read yet."""
        return case_item.describe(actor, session, thing)


def _heads(session: Session, codes: Sequence[str]) -> dict[str, CaseItemVersion]:
    """The version by which each case item is known: in force, else the newest proposed, else the newest."""
    rows = session.scalars(
        select(CaseItemVersion)
        .where(CaseItemVersion.case_item.in_(codes))
        .order_by(
            CaseItemVersion.state == "in_force", CaseItemVersion.state.in_(PROPOSED_STATES), CaseItemVersion.version
        )
    )
    return {row.case_item: row for row in rows}


def _newest(session: Session, way: Select[CaseItemVersion], codes: Sequence[str]) -> dict[str, CaseItemVersion]:
    rows = session.scalars(way.where(CaseItemVersion.case_item.in_(codes)).order_by(CaseItemVersion.version))
    return {row.case_item: row for row in rows}


def _more(
    session: Session,
    code: str,
    on_the_way: Mapping[str, CaseItemVersion],
    *,
    is_suspended: bool,
    for_you: Collection[int],
) -> dict[str, Any]:
    """What a row says beyond its version: that it is on its way and what it changes, or that the case item is stopped."""
    version = on_the_way.get(code)
    if version is None:
        return {"state": CASE_ITEM_STATES["suspended"]} if is_suspended else {}
    former = former_of(session, version)
    change = difference_of(session, former, version) if former else None
    state = RETURNED if waits.came_back(session, [version]) else state_of_version(version.state, version.valid_to)
    if version.id in for_you:
        state = FOR_YOU
    return {
        "is_on_its_way": True,
        "change": change.word if change else NEW,
        "widens": bool(change and change.widens),
        "state": state,
    }


def _counted(session: Session, versions: Sequence[int]) -> dict[int, Counted]:
    fields: dict[int, Counter[str]] = defaultdict(Counter)
    for version, appearance, count in session.execute(
        select(VersionField.version_id, VersionField.appearance, func.count())
        .where(VersionField.version_id.in_(versions))
        .group_by(VersionField.version_id, VersionField.appearance)
    ):
        fields[version][appearance] = count
    agencies = dict(
        session.execute(
            select(VersionAgency.version_id, func.count())
            .where(VersionAgency.version_id.in_(versions))
            .group_by(VersionAgency.version_id)
        )
        .tuples()
        .all()
    )
    items: dict[int, list[str]] = defaultdict(list)
    for version, item in session.execute(
        select(VersionDataItem.version_id, VersionDataItem.item)
        .where(VersionDataItem.version_id.in_(versions))
        .order_by(VersionDataItem.version_id, VersionDataItem.seq)
    ):
        items[version].append(item)
    return {
        version: Counted(
            clear=fields[version]["clear"],
            masked=fields[version]["masked"] + fields[version]["revealable"],
            agencies=agencies.get(version, 0),
            items=items[version],
        )
        for version in versions
    }


def _row(
    thing: CaseItem,
    head: CaseItemVersion,
    counted: Counted | None,
    names: dict[str, Wording],
    agencies: dict[str, Wording],
) -> Row:
    return Row(
        code=thing.code,
        name=head.name,
        business_agency=agencies[thing.business_agency],
        version=head.version,
        items=_items(counted, names) if counted else None,
        clear=counted.clear if counted else 0,
        masked=counted.masked if counted else 0,
        agencies=counted.agencies if counted else 0,
        kind=word(CASE_KINDS, head.kind),
        urgency=head.urgency,
        urgency_word=word(URGENCIES, head.urgency),
        state=state_of_version(head.state, head.valid_to),
        valid_to=head.valid_to,
        is_readable=counted is not None,
    )


def _items(counted: Counted, names: dict[str, Wording]) -> Wording:
    first = names[counted.items[0]] if counted.items else Wording("無", "None")
    if len(counted.items) < 2:
        return first
    return Wording(f"{first.zh}等{len(counted.items)}項", f"{first.en} and {len(counted.items) - 1} more")
