"""Case items and sources of files become versions: what is in force is never changed by a load.

The first load puts case items in force as the file says; one with a pending letter waits for it. Later a case item that
differs becomes a proposed version. Of a source, how it is reached is versioned and changes at once, since the file is its
owner's word; its data items move with from and to.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents, kept
from govern.catalogue.as_files.contents import IN_FORCE, WAITING, Masks, appearance, digest, substance
from govern.catalogue.as_files.store import Changer
from govern.catalogue.as_files.values import Normal
from govern.catalogue.case_item import (
    Approval,
    CaseItem,
    CaseItemVersion,
    Letter,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.source import Source, SourceItem, SourceVersion
from govern.core import clock
from govern.rules import approval
from govern.trail.kinds import catalogue as kinds

PROPOSED: Final = "proposed"
# Drafts, and what was given up, are the console's: that a file says the same as one of them proposes it nonetheless.
NO_WORD_OF_ANY_FILE: Final = ("draft", "withdrawn")


@dataclass(slots=True)
class CaseItemsStored:
    """What became of the file's case items."""

    in_force: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)  # another place in lists, nothing else

    @property
    def changed(self) -> int:
        """How many case items the load touched."""
        return len({*self.in_force, *self.waiting, *self.proposed, *self.moved})


def store_legal_bases(change: Changer, case_items: Mapping[str, Normal]) -> tuple[dict[tuple[str, str], int], int]:
    """Every article cited is known, with what the file says of the law; returns their ids, and how many changed."""
    session = change.session
    known = {(row.law_zh, row.article): row for row in session.scalars(select(LegalBasis))}
    wanted = {(basis["law_zh"], basis["article"]): basis for row in case_items.values() for basis in row["legal_basis"]}
    count = 0
    for key, basis in wanted.items():
        facts: dict[str, Any] = {
            "law_en": basis["law_en"],
            "is_checked": basis["checked"],
            "in_force_from": _date(basis.get("in_force_from")),
            "in_force_to": _date(basis.get("in_force_to")),
        }
        row = known.get(key)
        if row is None:
            row = known[key] = LegalBasis(law_zh=key[0], article=key[1], text_zh=basis.get("text_zh"), **facts)
            session.add(row)
            continue
        before = {name: getattr(row, name) for name in facts}
        # A file that is silent on a law's term does not take back one that was entered in the console.
        facts |= {name: before[name] for name in ("in_force_from", "in_force_to") if facts[name] is None}
        if before != facts:
            for name, value in facts.items():
                setattr(row, name, value)
            change.say(kinds.LegalBasisChanged, str(row.id), _plain(before), _plain(facts))
            count += 1
    session.flush()
    return {key: row.id for key, row in known.items()}, count


def store_case_items(
    change: Changer, wanted: Mapping[str, Normal], items: Mapping[str, Normal], laws: Mapping[tuple[str, str], int]
) -> CaseItemsStored:
    """Case items are in force, waiting or proposed as the file and the time of the load say.

    A case item is the same when its substance, under the masks frozen in a version, is that of the version in force or of
    the newest one: so that a second load of a changed file proposes nothing anew.
    """
    session, stored = change.session, CaseItemsStored()
    rows = {row.code: row for row in session.scalars(select(CaseItem))}
    newest = contents.newest_versions(session, but=NO_WORD_OF_ANY_FILE)
    numbers = dict(
        session.execute(
            select(CaseItemVersion.case_item, func.max(CaseItemVersion.version)).group_by(CaseItemVersion.case_item)
        )
        .tuples()
        .all()
    )
    exported = contents.exported_versions(session)
    said = contents.case_items(session, {v.id: v for v in [*newest.values(), *exported.values()]}.values())
    masks = {(code, one["code"]): one["mask"] for code, item in items.items() for one in item["fields"]}
    owners = {code: item["owner"] for code, item in items.items()}
    made: list[tuple[CaseItemVersion, Normal]] = []
    for code, row in wanted.items():
        item = rows.get(code)
        if item is None:
            session.add(
                CaseItem(
                    code=code,
                    seq=row["seq"],
                    business_agency=row["business_agency"],
                    is_seed_example=row["seed_example"],
                )
            )
        elif (item.seq, item.is_seed_example) != (row["seq"], row["seed_example"]):
            item.seq, item.is_seed_example = row["seq"], row["seed_example"]
            stored.moved.append(code)
        former = [version for version in (exported.get(code), newest.get(code)) if version is not None]
        if any(_says_the_same(row, *said[version.id], masks) for version in former):
            continue
        state = _state(row) if change.is_first else PROPOSED
        version = _version(row, state, numbers.get(code, 0) + 1, masks, change)
        {IN_FORCE: stored.in_force, WAITING: stored.waiting, PROPOSED: stored.proposed}[state].append(code)
        made.append((version, row))
    session.flush()
    session.add_all(version for version, _row in made)
    session.flush()
    for version, row in made:
        _add_parts(session, version.id, row, masks, owners, laws)
        if version.state == PROPOSED:
            _open_round(
                session, version, exported.get(version.case_item), [owners[part["item"]] for part in row["data"]]
            )
    session.flush()
    return stored


def _open_round(
    session: Session, version: CaseItemVersion, former: CaseItemVersion | None, owners: Iterable[str]
) -> None:
    """A version that a file proposes waits for every owner's word as a drafted one does; it has no author."""
    version.round, version.proposed_at = 1, clock.now()
    version.based_on = None if former is None else former.version
    session.add_all(
        Approval(version_id=version.id, owner=owner, round=1, state=approval.WAITING)
        for owner in approval.parts_needed(owners)
    )


def _says_the_same(row: Normal, former: Normal, frozen: Masks, masks: Masks) -> bool:
    under = {**masks, **frozen}
    if substance(row, under) != substance(former, under):
        return False
    letters = {_whose(letter): letter for letter in former.get("approvals", [])}
    given = row.get("approvals", [])
    # A letter that has come since the file was written is no difference; one that the file knows and we do not, is.
    return letters.keys() == {_whose(letter) for letter in given} and all(
        letter == letters[_whose(letter)]
        or (letter["status"], letters[_whose(letter)]["status"]) == ("pending", "approved")
        for letter in given
    )


def _whose(letter: Normal) -> tuple[str, str]:
    return letter["owner"], letter.get("for_owner", "")


def _state(row: Normal) -> str:
    return WAITING if any(letter["status"] == "pending" for letter in row.get("approvals", [])) else IN_FORCE


def _version(row: Normal, state: str, number: int, masks: Masks, change: Changer) -> CaseItemVersion:
    frozen = [[part["item"], one, masks[part["item"], one]] for part in row["data"] for one in part["fields"]]
    return CaseItemVersion(
        case_item=row["code"],
        version=number,
        state=state,
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        kind=row["kind"],
        urgency=row["urgency"],
        consent_required=row["consent_required"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]),
        retention_years=row["retention_years"],
        default_schedule=row.get("default_schedule"),
        one_stop=row.get("one_stop"),
        eligibility=row.get("eligibility"),
        content_sha256=digest([substance(row, masks), frozen]),
        in_force_at=change.at if state == IN_FORCE else None,
    )


def _add_parts(
    session: Session,
    version_id: int,
    row: Normal,
    masks: Masks,
    owners: Mapping[str, str],
    laws: Mapping[tuple[str, str], int],
) -> None:
    session.add_all(
        VersionAgency(version_id=version_id, agency=agency, seq=seq)
        for seq, agency in enumerate(row["authorised_agencies"], start=1)
    )
    for seq, part in enumerate(row["data"], start=1):
        item = part["item"]
        session.add(VersionDataItem(version_id=version_id, item=item, seq=seq, owner=owners[item]))
        for place, one in enumerate(part["fields"], start=1):
            necessity = part.get("necessity", {}).get(one, {})
            session.add(
                VersionField(
                    version_id=version_id,
                    item=item,
                    field=one,
                    seq=place,
                    appearance=appearance(part, one, masks),
                    mask=masks[item, one],
                    necessity_zh=necessity.get("zh"),
                    necessity_en=necessity.get("en"),
                )
            )
    for seq, basis in enumerate(row["legal_basis"], start=1):
        law = laws[basis["law_zh"], basis["article"]]
        session.add(VersionLegalBasis(version_id=version_id, seq=seq, legal_basis=law, text_zh=basis.get("text_zh")))
    for letter in row.get("approvals", []):
        session.add(
            Letter(
                version_id=version_id,
                superior=letter["owner"],
                for_owner=letter.get("for_owner", ""),
                document_zh=letter["document_zh"],
                number=letter["letter_no"],
                status=letter["status"],
                approved_on=_date(letter["approved_on"]),
            )
        )


def store_sources(change: Changer, wanted: Mapping[str, Normal], items: Collection[str]) -> int:
    """Sources are as the file says; one that it does not name stays, without the data items given to another.

    A source that its owner closed stays closed unless the file says `state: open`; and it goes on answering what its owner
    gave it in the console, as long as no file names that data item (`items`: those that the files name).
    """
    session = change.session
    known = contents.sources(session)
    wanted = kept.with_items_of_the_console(wanted, known, items)
    rows = {row.code: row for row in session.scalars(select(Source))}
    differing = []
    for code, row in wanted.items():
        former = known.get(code)
        if former is not None and _reached(row, former) == former:
            continue
        differing.append(code)
        source = rows.get(code)
        if source is None:
            source = Source(code=code, state="open")
            session.add(source)
        source.owner, source.kind = row["owner"], row["kind"]
        source.max_at_once = row.get("max_at_once", 4)
        source.may_ask_again = row.get("may_ask_again", False)
        source.file_key = row.get("file_key", "national_id")
        source.state = row.get("state", source.state)
        session.flush()
        way = ("address", "deadline_s", "credential_ref", "settings")
        if former is None or any(row.get(key) != former.get(key) for key in way):
            _new_way(change, code, row)
        change.say(kinds.SourceChanged, code, former, row)
    _move_items(change, wanted)
    return len(differing)


def _reached(row: Normal, former: Normal) -> Normal:
    """The file's word as the database would say it: silent on the state where it stays, open being the state unsaid."""
    state = row.get("state", former.get("state"))
    return {key: value for key, value in (row | {"state": state}).items() if value not in (None, "open")}


def _new_way(change: Changer, code: str, row: Normal) -> None:
    session = change.session
    session.execute(
        update(SourceVersion).where(SourceVersion.source == code, SourceVersion.to_at.is_(None)).values(to_at=change.at)
    )
    last = session.scalar(select(func.max(SourceVersion.version)).where(SourceVersion.source == code))
    session.add(
        SourceVersion(
            source=code,
            version=(last or 0) + 1,
            from_at=change.at,
            address=row["address"],
            deadline_s=float(row.get("deadline_s", 0.0)),
            credential_ref=row.get("credential_ref"),
            settings=row.get("settings", {}),
        )
    )


def _move_items(change: Changer, wanted: Mapping[str, Normal]) -> None:
    session = change.session
    answered = {item: code for code, row in wanted.items() for item in row["items"]}
    open_rows = session.scalars(select(SourceItem).where(SourceItem.to_at.is_(None))).all()
    for row in open_rows:
        if answered.get(row.item) != row.source and (row.source in wanted or row.item in answered):
            row.to_at = change.at
    session.flush()
    stays = {row.item for row in open_rows if row.to_at is None}
    session.add_all(
        SourceItem(item=item, source=code, from_at=change.at) for item, code in answered.items() if item not in stays
    )
    session.flush()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _plain(values: Mapping[str, Any]) -> Normal:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
