"""What operators tell everybody who works with the console: from and until a moment, in both languages.

A notice is ended early by a moment, never overwritten; what was said when can be read later. Each act is an entry with
the hash of the texts, which themselves stay out of the trail: an operator could name somebody by mistake.
"""

import hashlib
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core import clock
from govern.core.database import Base, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds.system import NoticeEnded, NoticePublished

TONES: Final = ("info", "wait", "bad")
LONGEST: Final = 400
LONGEST_LIFE: Final = timedelta(days=90)
SHOWN_AT_ONCE: Final = 5

NEEDED: Final = Wording("請填寫，中英文都要有。", "Please fill this in; both languages are needed.")
TOO_LONG: Final = Wording(f"最多{LONGEST}個字。", f"At most {LONGEST} characters.")
NO_TONE: Final = Wording("請選擇公告的種類。", "Please choose the kind of notice.")
ENDS_BEFORE: Final = Wording("結束時間要晚於開始時間。", "It must end after it begins.")
IS_OVER: Final = Wording("結束時間已經過了。", "That moment has passed.")
LASTS_TOO_LONG: Final = Wording("公告最長90天。", "A notice lasts 90 days at most.")
NOT_PUBLISHED: Final = Wording("公告沒有發布。", "The notice was not published.")
ENDED_ALREADY: Final = Wording("這則公告已經結束。", "This notice has ended already.")


class Notice(Base):
    """A notice; ended early by a moment, never overwritten."""

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tone: Mapped[str] = mapped_column(String(5))
    text_zh: Mapped[str] = mapped_column(String(400))
    text_en: Mapped[str] = mapped_column(String(800))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))

    @property
    def text(self) -> Wording:
        """What it says."""
        return Wording(self.text_zh, self.text_en)

    def is_over(self, at: datetime) -> bool:
        """Whether nobody is shown it any more."""
        return self.ended_at is not None or at >= self.until_at


@dataclass(frozen=True, slots=True)
class NoticeGiven:
    """A notice as an operator wrote it."""

    tone: str
    text_zh: str
    text_en: str
    from_at: datetime
    until_at: datetime


def publish(actor: Actor, given: NoticeGiven) -> uuid.UUID:
    """Everybody sees the notice from and until its moments; an entry says so. An operator's act.

    Raises `InvalidInput` with the fields `tone`, `text_zh`, `text_en` or `until`.
    """
    _must_be_operator(actor)
    given = replace(given, text_zh=_cleaned(given.text_zh), text_en=_cleaned(given.text_en))
    with transaction() as session:
        wrong = _wrong(given, clock.database_now(session))
        if wrong:
            raise InvalidInput(NOT_PUBLISHED, fields=wrong)
        notice = Notice(
            id=new_id(),
            tone=given.tone,
            text_zh=given.text_zh,
            text_en=given.text_en,
            from_at=given.from_at,
            until_at=given.until_at,
            by=actor.person_id,
        )
        session.add(notice)
        append(
            session,
            NoticePublished(
                about_id=str(notice.id),
                tone=given.tone,
                from_at=given.from_at,
                until_at=given.until_at,
                text_sha256=_print_of(notice),
            ),
            by=actor,
            role=Role.OPERATOR.value,
        )
        return notice.id


def end(actor: Actor, identity: uuid.UUID) -> None:
    """The notice is shown no more; an entry says so. `NotFound` where there is none, `Conflict` when it is over."""
    _must_be_operator(actor)
    with transaction() as session:
        notice = session.get(Notice, identity, with_for_update=True)
        if notice is None:
            raise NotFound
        at = clock.database_now(session)
        if notice.is_over(at):
            raise Conflict(ENDED_ALREADY, code="notice_is_over")
        notice.ended_at, notice.ended_by = at, actor.person_id
        append(session, NoticeEnded(about_id=str(notice.id)), by=actor, role=Role.OPERATOR.value)


def notices_now(session: Session) -> Sequence[Notice]:
    """The notices that hold now by the database's clock, the newest first, a few at most."""
    at = clock.database_now(session)
    return session.scalars(
        select(Notice)
        .where(Notice.until_at > at, Notice.from_at <= at, Notice.ended_at.is_(None))
        .order_by(Notice.from_at.desc(), Notice.id.desc())
        .limit(SHOWN_AT_ONCE)
    ).all()


def all_notices(actor: Actor, session: Session, *, most: int = 100) -> Sequence[Notice]:
    """Past, present and coming notices, those that end last first; an operator's to see."""
    _must_be_operator(actor)
    return session.scalars(select(Notice).order_by(Notice.until_at.desc(), Notice.id.desc()).limit(most)).all()


def _must_be_operator(actor: Actor) -> None:
    if not actor.holds(Role.OPERATOR):
        raise NotAllowed


def _cleaned(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _print_of(notice: Notice) -> bytes:
    return hashlib.sha256(f"{notice.text_zh}\n{notice.text_en}".encode()).digest()


def _wrong(given: NoticeGiven, at: datetime) -> dict[str, Wording]:
    wrong: dict[str, Wording] = {}
    if given.tone not in TONES:
        wrong["tone"] = NO_TONE
    for name, text in (("text_zh", given.text_zh), ("text_en", given.text_en)):
        if not text:
            wrong[name] = NEEDED
        elif len(text) > LONGEST:
            wrong[name] = TOO_LONG
    if given.until_at <= given.from_at:
        wrong["until"] = ENDS_BEFORE
    elif given.until_at <= at:
        wrong["until"] = IS_OVER
    elif given.until_at - given.from_at > LONGEST_LIFE:
        wrong["until"] = LASTS_TOO_LONG
    return wrong
