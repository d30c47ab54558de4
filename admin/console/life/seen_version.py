"""One version as its page shows it: how far it is, beside what it would replace, what it stands on, and what may be done."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.console.life import compare, seen, waits
from admin.console.life.form import PartState, parts_of
from admin.console.life.pages import is_own
from admin.console.life.steps import OwnerPart, SeenLetter, Step, steps
from admin.console.words import article
from admin.frame.display import State, state_of_version
from admin.frame.names import Names, agency_names, people_names
from govern.catalogue.case_item import CaseItem, CaseItemVersion, Letter, VersionDataItem, VersionField
from govern.catalogue.data_item import DataItem
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.approve import Part, words_on
from govern.catalogue.life.compare import difference_of, former_of, said
from govern.catalogue.life.content import content_of, faults
from govern.catalogue.life.held import IN_WORK
from govern.catalogue.life.letter import EVERY_OWNER, PENDING, owners_needing_letter, superior_of
from govern.catalogue.scope import case_item_for, data_items_for, version_for
from govern.core import clock
from govern.core.ids import lowest_id_at
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.lookups.scope import lookups_for
from govern.rules.actor import Actor, Role
from govern.rules.approval import letter_carries_over
from govern.rules.difference import difference


@dataclass(frozen=True, slots=True)
class Usage:
    """The figures of one calendar month."""

    month: int
    lookups: int
    clerks: int
    denied: int


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """Everything that the page of a version shows."""

    case_item: CaseItem
    version: CaseItemVersion
    state: State
    business: Wording
    former: CaseItemVersion | None
    blocks: Sequence[compare.Block]
    whole: Sequence[compare.Block]
    word: Wording | None
    is_inside: bool
    is_own: bool
    is_author: bool
    part: Part | None
    words: Sequence[Part]
    owners: Sequence[OwnerPart]
    letters: Sequence[SeenLetter]
    bases: Sequence[tuple[LegalBasis, Wording, str | None]]
    usage: Usage | None
    names: Names
    people: Mapping[uuid.UUID, str]
    parts: Sequence[PartState]
    steps: Sequence[Step]

    @property
    def number(self) -> int:
        """The version's number."""
        return self.version.version

    @property
    def may_decide(self) -> bool:
        """Whether the actor's agency's part waits, and the actor is the one to say something."""
        return self.part is not None and self.part.state == "waiting" and not self.is_author

    @property
    def letter_due(self) -> SeenLetter | None:
        """The letter that the actor has to enter."""
        return next((each for each in self.letters if each.is_mine), None)

    @property
    def lacks(self) -> int:
        """How many things a draft lacks before it can be proposed."""
        return sum(len(part.lacks) for part in self.parts)

    @property
    def changes(self) -> int:
        """How many rows differ from the former version."""
        return sum(len(block.changed) for block in self.blocks)

    @property
    def said_words(self) -> list[Part]:
        """What was said in words, newest first."""
        said = [(part.at, part) for part in self.words if part.at]
        return [part for _, part in sorted(said, key=lambda pair: pair[0], reverse=True)]


def seen_version(actor: Actor, session: Session, code: str, number: int) -> SeenVersion:
    """The version within scope, or `NotFound`."""
    case_item = case_item_for(actor, session, code)
    version = version_for(actor, session, code, number)
    former = former_of(session, version)
    now = said(session, version)
    then = said(session, former) if former else None
    owners = list(dict.fromkeys(item.owner for item in now.items.values()))
    is_inside = bool(({actor.agency} | actor.reach.agencies) & {case_item.business_agency, *owners})
    words = words_on(actor, session, code, number) if is_inside else []
    letters = _letters(actor, session, version, former) if is_inside or version.state not in IN_WORK else []
    names = agency_names(session, {case_item.business_agency, *owners, *(part.owner for part in words)})
    people = people_names(
        session,
        {each for each in (version.drafted_by, version.proposed_by, *(part.person for part in words)) if each},
    )
    parts = _parts(actor, version, owners, words, names)
    is_drafter = is_own(actor, case_item)
    return SeenVersion(
        case_item=case_item,
        version=version,
        state=state_of_version(version.state, version.valid_to),
        business=names[case_item.business_agency],
        former=former,
        blocks=_own_first(actor, compare.blocks(session, then, now)),
        whole=_own_first(actor, compare.blocks(session, None, now)) if then else (),
        word=difference(then, now).word if then else None,
        is_inside=is_inside,
        is_own=is_drafter,
        is_author=str(actor.person_id) in version.authors,
        part=next((part.said for part in parts if part.is_mine), None) if version.state == "proposed" else None,
        words=words,
        owners=parts,
        letters=letters,
        bases=_bases(session, version),
        usage=last_month(actor, session, code) if is_inside and version.state in IN_WORK else None,
        names=names,
        people=people,
        parts=_draft_parts(session, version) if is_drafter and version.state == "draft" else (),
        steps=steps(version, names[case_item.business_agency], parts, letters, clock.today())
        if version.drafted_at
        else (),
    )


def answers(actor: Actor, session: Session, version: CaseItemVersion) -> list[tuple[DataItem, list[seen.Shown]]]:
    """What a clerk would see of each data item, on an invented person."""
    items = {item.code: item for item in session.scalars(data_items_for(actor, session))}
    fields: dict[str, dict[str, str]] = {}
    for row in session.scalars(select(VersionField).where(VersionField.version_id == version.id)):
        fields.setdefault(row.item, {})[row.field] = "clear" if row.mask == "none" else row.appearance
    codes = session.scalars(
        select(VersionDataItem.item).where(VersionDataItem.version_id == version.id).order_by(VersionDataItem.seq)
    )
    return [(items[code], seen.shown(items[code], fields.get(code, {}))) for code in codes]


def neighbours(actor: Actor, session: Session, version: CaseItemVersion) -> tuple[CaseItemVersion | None, ...]:
    """The version before and the one after this among those that wait for the actor's approval."""
    if not actor.holds(Role.APPROVER):
        return None, None
    waiting = waits.to_approve(actor, session)
    place = next((at for at, each in enumerate(waiting) if each.id == version.id), None)
    if place is None:
        return None, waiting[0] if waiting else None
    return waiting[place - 1] if place else None, waiting[place + 1] if place + 1 < len(waiting) else None


def _own_first(actor: Actor, found: Sequence[compare.Block]) -> list[compare.Block]:
    """An approver's own data items come right after the particulars; the order stays otherwise."""
    if not actor.holds(Role.APPROVER):
        return list(found)
    return sorted(found, key=lambda block: bool(block.owner) and block.owner != actor.agency)


def _draft_parts(session: Session, version: CaseItemVersion) -> list[PartState]:
    content = content_of(session, version.id)
    return parts_of(session, content, faults(session, content, to_propose=True))


def _parts(
    actor: Actor, version: CaseItemVersion, owners: Sequence[str], words: Sequence[Part], names: Names
) -> list[OwnerPart]:
    """Each owner with its word in the present round; one that said no and is used no more stays on the line."""
    said = {part.owner: part for part in words if part.round == version.round}
    is_approver = actor.holds(Role.APPROVER)
    return [
        OwnerPart(names[owner], owner, said.get(owner), is_approver and owner == actor.agency)
        for owner in dict.fromkeys([*owners, *said])
    ]


def _letters(
    actor: Actor, session: Session, version: CaseItemVersion, former: CaseItemVersion | None
) -> list[SeenLetter]:
    """The letters of a version; before all owners have approved, those that may be asked for."""
    rows = session.scalars(
        select(Letter).where(Letter.version_id == version.id).order_by(Letter.superior, Letter.for_owner)
    ).all()
    needs = owners_needing_letter(session, version.id)
    if not rows:
        coming = {owner: superior_of(session, owner) for owner in needs} if version.state in IN_WORK else {}
        names = agency_names(session, {*coming, *(each for each in coming.values() if each)})
        return [
            SeenLetter(names[superior], names[owner], will_carry=_will_carry(session, former, version, owner))
            for owner, superior in coming.items()
            if superior
        ]
    names = agency_names(session, {each for row in rows for each in (row.superior, row.for_owner) if each})
    may = actor.holds(Role.APPROVER) and actor.agency in needs and str(actor.person_id) not in version.authors
    is_due = may and version.state == "waiting_for_letter"
    return [
        SeenLetter(
            names[row.superior],
            names.get(row.for_owner),
            row,
            is_due and row.status == PENDING and row.for_owner in (actor.agency, EVERY_OWNER),
        )
        for row in rows
    ]


def _will_carry(session: Session, former: CaseItemVersion | None, version: CaseItemVersion, owner: str) -> bool:
    """Whether the former version's letter covers the owner's part of this one too."""
    if former is None:
        return False
    has_letter = session.scalars(
        select(Letter.superior)
        .where(Letter.version_id == former.id, Letter.status != PENDING, Letter.for_owner.in_((owner, EVERY_OWNER)))
        .limit(1)
    ).first()
    return has_letter is not None and letter_carries_over(difference_of(session, former, version), owner)


def _bases(session: Session, version: CaseItemVersion) -> list[tuple[LegalBasis, Wording, str | None]]:
    """Each article with its text: as it was frozen, else as it reads now."""
    rows = session.execute(
        select(LegalBasis, VersionLegalBasis.text_zh)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == version.id)
        .order_by(VersionLegalBasis.seq)
    )
    return [(basis, article(basis.article), text or basis.text_zh) for basis, text in rows]


def last_month(actor: Actor, session: Session, code: str) -> Usage:
    """How a case item was used in the month before this one (Asia/Taipei), by the index on case item and time."""
    ends = clock.today().replace(day=1)
    begins = (ends - timedelta(days=1)).replace(day=1)
    low, high = (lowest_id_at(datetime.combine(day, time.min, tzinfo=clock.TAIPEI)) for day in (begins, ends))
    found = lookups_for(actor, session).where(Lookup.case_item == code, Lookup.id >= low, Lookup.id < high).subquery()
    lookups, clerks, denied = session.execute(
        select(
            func.count(),
            func.count(func.distinct(found.c.person)),
            func.count().filter(found.c.state == "denied"),
        ).select_from(found)
    ).one()
    return Usage(begins.month, lookups, clerks, denied)
