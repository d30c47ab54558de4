"""A list that is too long for one answer, written to a sealed file by a worker, and fetched within the day.

    waiting ──a worker begins──▶ writing ──▶ ready ──fetched, each time an entry──▶ gone with the day
                                    └─────▶ refused   the asker's role had ended, or there was no list any more

What the list was narrowed by is sealed in the row, and the file in pieces under a key of the ring: neither names anybody at
rest. Entries name the list and the number of rows, never a word. Whoever asked fetches, acting for the same agency; nobody
else sees that there is a file.
"""

import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core import clock
from govern.core.database import Base, BigNumber, reading, transaction
from govern.core.errors import Conflict, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys.ring import bound
from govern.people.person import Account, Person
from govern.people.reach import reach_of, roles_held
from govern.queue.offer import offer
from govern.queue.work import plan_work
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds.system import ExportAsked, ExportFetched
from govern.workplace import sealed_file

WORK: Final = "export"  # the kind of its rows of work; their target is the export
DEADLINE_S: Final = 3600.0  # a million rows, a page at a time
ROWS_AT_MOST: Final = 1_000_000
OPEN_AT_MOST: Final = 3  # at once, a person: a file of a million rows keeps a worker for minutes
FOLDER: Final = "exports"
OPEN: Final = ("waiting", "writing")

TOO_MANY: Final = Wording(
    "您已有{n}個匯出正在製作，完成後再申請。",
    "{n} of your exports are still being written; ask again when they are done.",
)
NOT_READY: Final = Wording("這個匯出還沒有完成，或已經刪除。", "This export is not ready, or is gone already.")


class Export(Base):
    """An export that a person asked for: what the list was narrowed by is sealed, as is the file."""

    __tablename__ = "export"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    place: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(5))
    asked: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(BigNumber, default=0)
    asked_at: Mapped[datetime]
    until: Mapped[datetime]

    __table_args__ = (Index("ix_export_person_id", "person", "id"), Index("ix_export_until", "until"))


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker writes: for whom, which list, as it was asked for."""

    id: uuid.UUID
    person: uuid.UUID
    agency: str
    place: str
    language: str
    asked: Mapping[str, Any]


def ask(actor: Actor, place: str, *, language: str, asked: Mapping[str, Any]) -> uuid.UUID:
    """A worker will write the list as it is asked for; an entry says so. `Conflict` while too many are under way."""
    with transaction() as session:
        session.get(Person, actor.person_id, with_for_update=True)
        of_person = select(func.count()).where(Export.person == actor.person_id, Export.state.in_(OPEN))
        if (session.scalar(of_person) or 0) >= OPEN_AT_MOST:
            raise Conflict(TOO_MANY.fill(n=OPEN_AT_MOST), code="too_many_exports")
        identity, at = new_id(), clock.now()
        key, secret = bound().data_key(session, use="export", agency=actor.agency, retention_years=0, at=at)
        sealed = sealed_file.seal(secret, json.dumps(asked, ensure_ascii=False).encode(), about=identity.bytes)
        session.add(
            Export(
                id=identity, person=actor.person_id, agency=actor.agency, place=place, language=language,
                asked=key.bytes + sealed, state="waiting", rows=0, asked_at=at, until=_end_of_day(at),
            )
        )  # fmt: skip
        append(session, ExportAsked(about_id=place, export=identity), by=actor)
        work = plan_work(session, kind=WORK, target_id=identity, queue="batch", due_at=clock.database_now(session))
        session.flush()
        offer(session, work)
        return identity


def enter_at_once(actor: Actor, place: str, rows: int) -> None:
    """A list of so many rows goes out as a file at once: an entry, written before it does."""
    with transaction() as session:
        append(session, ExportFetched(about_id=place, rows=rows), by=actor)


def exports_for(actor: Actor, session: Session) -> Sequence[Export]:
    """The actor's exports that are not over, the newest first."""
    return session.scalars(
        select(Export)
        .where(Export.person == actor.person_id, Export.agency == actor.agency, Export.until > clock.now())
        .order_by(Export.id.desc())
    ).all()


def take(actor: Actor, identity: uuid.UUID, folder: Path) -> tuple[Export, Iterator[bytes]]:
    """The file of one of the actor's exports, opened piece by piece; its entry is committed before the first piece.

    `NotFound` for a foreign one as for one that is over; `Conflict` while it is not ready.
    """
    with reading() as session:
        found = _own(actor, session, identity)
        file = folder / FOLDER / f"{found.id}.sealed"
        if found.state != "ready" or not file.exists():
            raise Conflict(NOT_READY, code="export_not_ready")
        secret = _secret(session, found)
        if secret is None:
            raise Conflict(NOT_READY, code="export_not_ready")
    with transaction() as session:
        append(session, ExportFetched(about_id=found.place, rows=found.rows, export=found.id), by=actor)
    return found, sealed_file.pieces(file, secret, about=found.id.bytes)


def order_of(identity: uuid.UUID) -> Order | None:
    """What a worker is to write; nothing when it is written, refused or over."""
    with reading() as session:
        found = session.get(Export, identity)
        if found is None or found.state not in OPEN or found.until <= clock.now():
            return None
        secret = _secret(session, found)
        if secret is None:
            return None
        clear = sealed_file.open_sealed(secret, found.asked[16:], about=found.id.bytes)
        return Order(found.id, found.person, found.agency, found.place, found.language, json.loads(clear))


def asker(session: Session, order: Order) -> Actor | None:
    """The asker with the roles held now at the agency acted for; nobody once the account is closed or all roles ended."""
    person = session.get(Person, order.person)
    roles = roles_held(session, order.person, clock.now()).get(order.agency, frozenset())
    if person is None or not person.is_active or not roles:
        return None
    account = session.scalars(select(Account.name).where(Account.person == order.person).order_by(Account.id)).first()
    return Actor(
        person_id=order.person,
        account=account or "",
        agency=order.agency,
        roles=roles,
        session_hash=None,
        strength="",
        reach=reach_of(session, order.agency, roles),
        origin="worker",
    )


def tell(identity: uuid.UUID, rows: int) -> None:
    """So many rows are written so far."""
    with transaction() as session:
        session.execute(update(Export).where(Export.id == identity).values(state="writing", rows=rows))


def settle(session: Session, identity: uuid.UUID, state: str, rows: int = 0) -> None:
    """The export is `ready`, until the end of this day, or `refused`; in the caller's transaction."""
    session.execute(
        update(Export).where(Export.id == identity).values(state=state, rows=rows, until=_end_of_day(clock.now()))
    )


def writer(order: Order, folder: Path) -> sealed_file.Writer:
    """The file of an export, to be written; what was half written before is begun anew."""
    with reading() as session:
        found = session.get_one(Export, order.id)
        secret = _secret(session, found)
    if secret is None:
        raise NotFound
    place = folder / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sealed_file.Writer(place / f"{order.id}.sealed", secret, about=order.id.bytes)


def forget_what_is_over(now: datetime, folder: Path) -> int:
    """Exports of a day that is over are gone, row and file; how many were."""
    with reading() as session:
        over = session.scalars(select(Export.id).where(Export.until <= now)).all()
    if over:
        for identity in over:
            _away(folder / FOLDER / f"{identity}.sealed")
        with transaction() as session:
            for identity in over:
                row = session.get(Export, identity)
                if row is not None:
                    session.delete(row)
    return len(over)


def _own(actor: Actor, session: Session, identity: uuid.UUID) -> Export:
    found = session.get(Export, identity)
    is_own = found is not None and found.person == actor.person_id and found.agency == actor.agency
    if found is None or not is_own or found.until <= clock.now():
        raise NotFound
    return found


def _secret(session: Session, found: Export) -> bytes | None:
    return bound().open_key(session, uuid.UUID(bytes=found.asked[:16]))


def _end_of_day(at: datetime) -> datetime:
    """The midnight that ends the day in Taipei, and an hour at least."""
    return max(clock.end_of_day(at), at + timedelta(hours=1))


def _away(path: Path) -> None:
    for each in (path, path.with_suffix(".part")):
        if each.exists():
            os.unlink(each)
