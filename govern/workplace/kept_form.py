"""Forms that were being filled in: sealed, without what names a citizen, and gone with the day.

A form is kept while it is typed and when it is sent after its log-in had ended, so that nothing is lost but a subject's
keys and passwords: those are never taken, whoever sends them. It is sealed under a key of the ring and bound to person,
agency and address; nobody else opens it, and a row put elsewhere opens for nobody.
"""

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, and_, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core import clock
from govern.core.database import Base, reading, transaction
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.keys.envelope import session_hash
from govern.keys.ring import Ring, bound
from govern.people.session import LogInSession
from govern.rules.actor import Actor
from govern.workplace import sealed_file

MOST_A_PERSON: Final = 20
MOST_BYTES: Final = 64 * 1024
LONGEST_ADDRESS: Final = 200
# Never kept, whoever sends them: a subject's keys and what narrows them, passwords, tokens, the secret numbers of a draw.
NEVER: Final = re.compile(
    r"subject_.*|.*password.*|current|new|csrf_token|intent_key|kept_address|number|commitment", re.IGNORECASE
)
# A log-in that ended of itself leaves a form to its person; one that somebody ended on purpose does not.
OF_ITSELF: Final = ("idle", "too_long")

TOO_LARGE: Final = Wording(
    "內容太長，不能暫存；請直接送出。", "This is too long to be kept meanwhile; please send it as it is."
)
NO_SUCH_PLACE: Final = Wording("沒有這一頁，沒有暫存。", "There is no such page; nothing was kept.")

Fields = Sequence[tuple[str, str]]


class KeptForm(Base):
    """What a person had typed into the form of one address, acting for one agency."""

    __tablename__ = "kept_form"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, in the order of the form, and when."""

    fields: Fields = field(repr=False)
    at: datetime


def keep(actor: Actor, address: str, fields: Fields) -> datetime:
    """What was typed stands in place of what was kept before at this address; returns the moment.

    `InvalidInput` for what is larger than a form can be, and for no address of this console.
    """
    return _keep(bound(), actor.person_id, actor.agency, address, fields)


def keep_for_the_former(secret: bytes, address: str, fields: Fields) -> bool:
    """The same for a log-in that ended of itself today: what was sent with its cookie is its person's."""
    with reading() as session:
        former = session.execute(
            select(LogInSession.person, LogInSession.agency, LogInSession.ended_at, LogInSession.end_cause)
            .where(LogInSession.id_hash == session_hash(secret), LogInSession.seen_at > clock.now() - timedelta(days=1))
        ).first()  # fmt: skip
    if former is None or (former.ended_at is not None and former.end_cause not in OF_ITSELF):
        return False
    try:
        _keep(bound(), former.person, former.agency, address, fields)
    except InvalidInput:
        return False
    return True


def kept_at(person: uuid.UUID, agency: str, address: str) -> datetime | None:
    """When a form of this address was kept, if one is."""
    with reading() as session:
        return session.scalars(
            select(KeptForm.kept_at).where(_of(person, agency, address), KeptForm.until > clock.now())
        ).first()


def take(actor: Actor, session: Session, address: str) -> Kept | None:
    """What the actor had typed at this address today; it stays until it is sent, given up, or the day is over."""
    found = session.get(KeptForm, (actor.person_id, actor.agency, address))
    if found is None or found.until <= clock.now():
        return None
    secret = bound().open_key(session, uuid.UUID(bytes=found.content[:16]))
    if secret is None:
        return None
    about = _about(actor.person_id, actor.agency, address)
    clear = sealed_file.open_sealed(secret, found.content[16:], about=about)
    return Kept(tuple((name, value) for name, value in json.loads(clear)), found.kept_at)


def forget(actor: Actor, address: str) -> None:
    """Nothing is kept at this address any more."""
    with transaction() as session:
        session.execute(delete(KeptForm).where(_of(actor.person_id, actor.agency, address)))


def forget_what_is_over(now: datetime) -> int:
    """Forms of a day that is over are gone; how many were."""
    with reading() as session:
        over = session.scalars(select(KeptForm.address).where(KeptForm.until <= now).limit(1)).first()
    if over is None:
        return 0
    with transaction() as session:
        return session.execute(delete(KeptForm).where(KeptForm.until <= now)).rowcount  # type: ignore[attr-defined, no-any-return]


def _keep(ring: Ring, person: uuid.UUID, agency: str, address: str, fields: Fields) -> datetime:
    if not address.startswith("/") or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise InvalidInput(NO_SUCH_PLACE)
    allowed = [(name, value) for name, value in fields if not NEVER.fullmatch(name)]
    clear = json.dumps(allowed, ensure_ascii=False).encode()
    if len(clear) > MOST_BYTES:
        raise InvalidInput(TOO_LARGE)
    at = clock.now()
    with transaction() as session:
        key, secret = ring.data_key(session, use="kept_form", agency=agency, retention_years=0, at=at)
        content = key.bytes + sealed_file.seal(secret, clear, about=_about(person, agency, address))
        found = session.get(KeptForm, (person, agency, address))
        if found is None:
            _make_room(session, person)
            found = KeptForm(person=person, agency=agency, address=address)
            session.add(found)
        found.content, found.kept_at, found.until = content, at, clock.end_of_day(at)
    return at


def _make_room(session: Session, person: uuid.UUID) -> None:
    """The oldest go, so that the new one is one of the most that a person may have."""
    rows = session.scalars(select(KeptForm).where(KeptForm.person == person).order_by(KeptForm.kept_at.desc())).all()
    for row in rows[MOST_A_PERSON - 1 :]:
        session.delete(row)


def _of(person: uuid.UUID, agency: str, address: str) -> ColumnElement[bool]:
    return and_(KeptForm.person == person, KeptForm.agency == agency, KeptForm.address == address)


def _about(person: uuid.UUID, agency: str, address: str) -> bytes:
    return json.dumps([str(person), agency, address]).encode()
