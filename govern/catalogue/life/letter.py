"""A superior's letter (核備函): whether a former one carries over, and entering a new one with its scanned file."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeGuard

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion, Letter, LetterScan, VersionDataItem
from govern.catalogue.data_item import DataItem
from govern.catalogue.life.compare import difference_of
from govern.catalogue.life.content import IS_OVER, NEEDED, TOO_LONG
from govern.catalogue.life.held import UNUSABLE, about, held, in_force, must_hold, sealed, take
from govern.catalogue.life.in_force import come_in_force_if_due
from govern.catalogue.scope import letters_for, version_for
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.rules import approval
from govern.rules.actor import Actor, Role
from govern.rules.approval import letter_carries_over, parts_needed
from govern.rules.difference import Difference
from govern.rules.lives import VERSION, step
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

PENDING: Final = "pending"
APPROVED: Final = "approved"
CENTRAL: Final = "central"
EVERY_OWNER: Final = ""  # a letter of the catalogue's files, which do not say whose part it concerns
UNNUMBERED: Final = "（待核備）"  # what stands for a number until the letter has come

MOST_BYTES: Final = 20 * 1024 * 1024
NUMBER_MOST: Final = 80
FILE_NAME_MOST: Final = 200
# What a scanned letter may be, told by its first bytes and not by what its sender calls it.
SCANS: Final = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}

NOT_YET: Final = Wording("核備日期不能晚於今天。", "The letter's date cannot be after today.")
NO_SCAN: Final = Wording("請附上核備函的掃描檔。", "Please attach the scanned letter.")
BAD_SCAN: Final = Wording("掃描檔須為 PDF、PNG 或 JPEG。", "The scan must be a PDF, PNG or JPEG.")
SCAN_TOO_LARGE: Final = Wording("掃描檔最大 20 MB。", "The scan may have at most 20 MB.")
NO_PART: Final = Wording(
    "核備函由該資料主政機關登錄，這一函不屬於貴機關。",
    "A letter is entered by the data owner whose part it concerns; this one is not your agency's.",
)
HAS_COME: Final = Wording("這一函已經登錄。", "This letter has been entered already.")
NO_SUPERIOR: Final = Wording(
    "「{owner}」的資料須上級機關核備，但目錄中沒有它的上級機關。",
    "The data of {owner} needs a superior's letter, and the catalogue names no superior.",
)


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned letter, as it was handed in."""

    file_name: str
    media_type: str
    content: bytes


def superior_of(session: Session, owner: str) -> str | None:
    """Whose letter an owner's data items need: the owner's central superior.

    An owner that no central agency stands above (a city's tax office) has the one that is above the other owners of such
    data items: tax data is the Ministry's to approve, whoever keeps it (稅捐稽徵法 §33). Failing that, its own parent.
    """
    parents = {code: (parent, level) for code, parent, level in session.execute(
        select(Agency.code, Agency.parent, Agency.level)
    )}  # fmt: skip
    own = parents[owner][0]
    if own is not None and parents[own][1] == CENTRAL:
        return own
    others = session.scalars(
        select(Agency.parent)
        .join(DataItem, DataItem.owner == Agency.code)
        .where(DataItem.approval == approval.MINISTRY_LETTER, Agency.parent.is_not(None))
        .distinct()
    )
    central = {other for other in others if other is not None and parents[other][1] == CENTRAL}
    return central.pop() if len(central) == 1 else own


def owners_needing_letter(session: Session, version_id: int) -> tuple[str, ...]:
    """The owners of the version's data items that need a superior's letter, each once."""
    return parts_needed(
        session.scalars(
            select(VersionDataItem.owner)
            .join(DataItem, DataItem.code == VersionDataItem.item)
            .where(VersionDataItem.version_id == version_id, DataItem.approval == approval.MINISTRY_LETTER)
            .order_by(VersionDataItem.seq)
        )
    )


def settle_letters(session: Session, version: CaseItemVersion) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every owner that needs a letter has one: carried over from the version in force, or awaited.

    Returns those owners in these two parts. A letter that came with the catalogue's files stands as they say.
    """
    former = in_force(session, version.case_item)
    since = None if former is None else difference_of(session, former, version)
    carried: list[str] = []
    awaited: list[str] = []
    for owner in owners_needing_letter(session, version.id):
        own = _letter_of(session, version.id, owner)
        earlier = None if former is None else _letter_of(session, former.id, owner)
        if own is None and former is not None and since is not None and _holds_on(earlier, since, owner):
            own = _carried(version, former, earlier, owner)
            session.add(own)
        elif own is None:
            own = _awaited(session, version, owner, None if earlier is None else earlier.superior)
            session.add(own)
        (awaited if own.status == PENDING else carried).append(owner)
    session.flush()
    return tuple(carried), tuple(awaited)


def enter_letter(
    actor: Actor, code: str, version: int, *, superior: str, number: str, approved_on: date, scan: Scan | None
) -> None:
    """The superior's letter for the actor's agency's part is there, its scan sealed; with the last one the version goes on.

    It then waits for its day, or comes in force where that has come. Raises `NotAllowed` for all but an approver of the
    owner concerned and for the version's authors, `InvalidInput` with what cannot be used, `Conflict` for one that has
    come or is not awaited.
    """
    must_hold(actor, Role.APPROVER)
    number = number.strip()
    content = _usable(number, approved_on, scan)
    with transaction() as session:
        _item, found = held(session, actor, code, version)
        letter = _own_letter(session, actor, found, superior)
        others = session.scalars(
            select(Letter.superior).where(Letter.version_id == found.id, Letter.status == PENDING)
        ).all()
        take(found, "letter_entered" if len(others) == 1 else "one_letter_of_several")
        if found.valid_to < clock.today():
            raise Conflict(IS_OVER, code="term_is_over")
        kept = _kept(session, actor, content)
        letter.number, letter.approved_on, letter.status = number, approved_on, APPROVED
        letter.entered_by, letter.entered_at, letter.scan = actor.person_id, clock.now(), kept.id
        append(
            session,
            kinds.LetterEntered(
                **about(found),
                owner=actor.agency,
                superior=superior,
                number=number,
                approved_on=approved_on.isoformat(),
                scan_sha256=kept.sha256,
            ),
            by=actor,
            role=Role.APPROVER,
        )
        come_in_force_if_due(session, found, clock.today())


def scan_of(
    actor: Actor, session: Session, code: str, version: int, superior: str, for_owner: str | None = None
) -> Scan:
    """A letter's scanned file, for those of the version's owners, its business agency and above; else `NotFound`."""
    found = version_for(actor, session, code, version)
    chosen = letters_for(actor, session).where(Letter.version_id == found.id, Letter.superior == superior)
    if for_owner is not None:
        chosen = chosen.where(Letter.for_owner == for_owner)
    letter = session.scalars(chosen.where(Letter.scan.is_not(None)).order_by(Letter.for_owner)).first()
    if letter is None or letter.scan is None:
        raise NotFound
    kept = session.get_one(LetterScan, letter.scan)
    text = open_value(ring.bound(), session, kept.content)
    if text is None:  # its term is over and its key is gone
        raise NotFound
    return Scan(kept.file_name, kept.media_type, base64.b64decode(text))


def _letter_of(session: Session, version_id: int, owner: str) -> Letter | None:
    """The letter that covers an owner's part: its own, else one of the files, which covers every owner's."""
    return session.scalars(
        select(Letter)
        .where(Letter.version_id == version_id, Letter.for_owner.in_((owner, EVERY_OWNER)))
        .order_by(Letter.for_owner.desc(), Letter.superior)
        .limit(1)
    ).first()


def _holds_on(letter: Letter | None, since: Difference, owner: str) -> TypeGuard[Letter]:
    return letter is not None and letter.status == APPROVED and letter_carries_over(since, owner)


def _carried(version: CaseItemVersion, former: CaseItemVersion, letter: Letter, owner: str) -> Letter:
    return Letter(
        version_id=version.id,
        superior=letter.superior,
        for_owner=owner,
        document_zh=letter.document_zh,
        number=letter.number,
        status=APPROVED,
        approved_on=letter.approved_on,
        entered_by=letter.entered_by,
        entered_at=letter.entered_at,
        scan=letter.scan,
        carried_from=letter.carried_from or former.version,
    )


def _awaited(session: Session, version: CaseItemVersion, owner: str, superior: str | None) -> Letter:
    superior = superior or superior_of(session, owner)
    if superior is None:
        raise Conflict(NO_SUPERIOR.fill(owner=owner), code="no_superior")
    name = session.get_one(Agency, superior).name_zh
    return Letter(
        version_id=version.id,
        superior=superior,
        for_owner=owner,
        document_zh=f"{name}核備函",
        number=UNNUMBERED,
        status=PENDING,
        approved_on=None,
    )


def _own_letter(session: Session, actor: Actor, version: CaseItemVersion, superior: str) -> Letter:
    """The letter awaited for the actor's agency's part; nobody who wrote the version enters it."""
    step(VERSION, version.state, "letter_entered")
    if actor.agency not in owners_needing_letter(session, version.id):
        raise NotAllowed(NO_PART, code="no_part")
    if str(actor.person_id) in version.authors:
        raise NotAllowed(code="own_proposal")
    letter = session.scalars(
        select(Letter)
        .where(Letter.version_id == version.id, Letter.superior == superior)
        .where(or_(Letter.for_owner == actor.agency, Letter.for_owner == EVERY_OWNER))
        .order_by((Letter.status == PENDING).desc())
        .limit(1)
    ).first()
    if letter is None:
        raise NotFound
    if letter.status != PENDING:
        raise Conflict(HAS_COME, code="letter_has_come")
    return letter


def _usable(number: str, approved_on: date, scan: Scan | None) -> Scan:
    wrong: dict[str, Wording] = {}
    if not number:
        wrong["number"] = NEEDED
    elif len(number) > NUMBER_MOST:
        wrong["number"] = TOO_LONG.fill(most=NUMBER_MOST)
    if approved_on > clock.today():
        wrong["approved_on"] = NOT_YET
    if scan is None or not scan.content:
        wrong["scan"] = NO_SCAN
    elif len(scan.content) > MOST_BYTES:
        wrong["scan"] = SCAN_TOO_LARGE
    elif not scan.content.startswith(SCANS.get(scan.media_type, b"\x00")):
        wrong["scan"] = BAD_SCAN
    if wrong or scan is None:
        raise InvalidInput(UNUSABLE, fields=wrong)
    return scan


def _kept(session: Session, actor: Actor, scan: Scan) -> LetterScan:
    text = sealed(session, actor, "letter_scan", base64.b64encode(scan.content).decode())
    kept = LetterScan(
        id=new_id(),
        file_name=scan.file_name[-FILE_NAME_MOST:] or "letter",
        media_type=scan.media_type,
        size=len(scan.content),
        sha256=hashlib.sha256(scan.content).digest(),
        content=text.id,
        at=clock.now(),
        by=actor.person_id,
    )
    session.add(kept)
    session.flush()
    return kept
