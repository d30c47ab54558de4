"""Identifiers that sort by time; reference numbers people can read aloud."""

import secrets
import threading
import time
import uuid
from datetime import datetime
from typing import Final

_LOCK = threading.Lock()
_last: tuple[int, int] = (0, 0)  # the last millisecond and the counter within it

# Letters and digits that are not taken for one another on paper or on the telephone.
REFERENCE_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 §5.7) greater than every one this process made before.

    The 12 bits after the version are a counter within the millisecond (RFC 9562 §6.2, method 1), so that entries of one
    transaction sort in the order in which they were written. A counter that runs over borrows the next millisecond.
    """
    global _last
    with _LOCK:
        now_ms = time.time_ns() // 1_000_000
        last_ms, counter = _last
        if now_ms > last_ms:
            _last = (now_ms, secrets.randbelow(64))
        elif counter < 0xFFF:
            _last = (last_ms, counter + 1)
        else:
            _last = (last_ms + 1, 0)
        milliseconds, counter = _last
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def lowest_id_at(at: datetime) -> uuid.UUID:
    """The lowest UUIDv7 of an instant (aware): entries since then are `id >= lowest_id_at(at)`, by the index on the id."""
    milliseconds = int(at.timestamp() * 1000)
    return uuid.UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | 0b10 << 62)


def new_reference(roc_day: str) -> str:
    """A look-up's number on screen and paper: the ROC day and four characters, such as `1151124-7QX4-M2`.

    Six characters of thirty give 7 × 10⁸ numbers a day; the unique key of the table catches the rest.
    """
    letters = [secrets.choice(REFERENCE_ALPHABET) for _ in range(6)]
    return f"{roc_day}-{''.join(letters[:4])}-{''.join(letters[4:])}"
