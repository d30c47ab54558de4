"""What a page showed of a thing, as a hash: whoever saves with an old one is told, and nothing is changed."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from govern.catalogue.as_files.contents import digest
from govern.catalogue.as_files.values import Normal
from govern.core import clock
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue, data_key, seal
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds.kind import Kind

RETENTION_YEARS: Final = 30  # of reasons: the archives' longest step below permanent
SHORTEST_REASON, LONGEST_REASON = 4, 400

UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
NEEDED: Final = Wording("請填寫。", "Please fill this in.")
TOO_LONG: Final = Wording("最多{n}個字。", "At most {n} characters.")
UNREADABLE: Final = Wording("含有不能顯示的字元。", "It holds characters that cannot be shown.")
UNKNOWN: Final = Wording("沒有這個選項。", "There is no such choice.")
NO_REASON: Final = Wording("請至少寫{n}個字，說明原因。", "Please say why, in {n} characters or more.")
MEANWHILE: Final = Wording(
    "您開啟之後，有人先改了這筆資料；您的修改還沒有儲存。",
    "Somebody changed this after you opened it; your change is not saved yet.",
)


class ChangedMeanwhile(Conflict):
    """The thing is no longer what the page showed. The page lays theirs beside yours; saving again is a choice."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(MEANWHILE)


def print_of(normal: Normal) -> str:
    """The hash that a page carries of what it shows: the same that entries name as before and after."""
    return digest(normal).hex()


def demand_unchanged(seen: str, now: Normal) -> None:
    """Raise `ChangedMeanwhile` unless the thing is what the page showed."""
    if seen != print_of(now):
        raise ChangedMeanwhile


def texts(given: Mapping[str, Any], longest: Mapping[str, int], needed: frozenset[str]) -> dict[str, Wording]:
    """What is wrong with texts: one that is needed and missing, one that is too long."""
    wrong: dict[str, Wording] = {}
    for name, most in longest.items():
        value = given.get(name) or ""
        if not value and name in needed:
            wrong[name] = NEEDED
        elif len(value) > most:
            wrong[name] = TOO_LONG.fill(n=most)
        elif any(not letter.isprintable() and letter != "\n" for letter in value):
            wrong[name] = UNREADABLE
    return wrong


def refuse(wrong: Mapping[str, Wording]) -> None:
    """Raise `InvalidInput` with what is wrong, if anything is."""
    if wrong:
        raise InvalidInput(UNUSABLE, fields=wrong)


def reason_in(text: str | None) -> str:
    """A reason as typed, without what surrounds it; `InvalidInput` when it says nothing or too much."""
    reason = (text or "").strip()
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(UNUSABLE, fields={"reason": NO_REASON.fill(n=SHORTEST_REASON)})
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(UNUSABLE, fields={"reason": TOO_LONG.fill(n=LONGEST_REASON)})
    return reason


def sealed_reason(session: Session, agency: str, reason: str) -> SealedValue:
    """The reason, sealed under the agency's key of this month, in the session."""
    key = data_key(ring.bound(), session, agency=agency, retention_years=RETENTION_YEARS, at=clock.now())
    sealed = seal(key, "reason", reason)
    session.add(sealed)
    session.flush()
    return sealed


def say(
    session: Session,
    kind: type[Any],
    about_id: str,
    before: Normal | None,
    after: Normal,
    *,
    by: Actor,
    reason: SealedValue | None = None,
    **more: Any,
) -> None:
    """The entry of a change: both hashes (before: empty when new), who did it, and the sealed reason where there is one."""
    former = "" if before is None else print_of(before)
    made: Kind = kind(about_id=about_id, before=former, after=print_of(after), **more)
    append(session, made, by=by, text=reason)
