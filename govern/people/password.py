"""Local accounts' passwords: Argon2id, one cost for known and unknown accounts, and the rule for a new one.

Costs follow OWASP's Password Storage Cheat Sheet (19 MiB, two passes, one lane). A password is brought to NFKC first,
so that a full-width letter of an input method is the same as the plain one. Nothing here logs or raises a password.
"""

import secrets
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from govern.core.wording import Wording

SHORTEST: Final = 15  # NIST SP 800-63B-4 §3.1.1.2: at least 15 characters where the password is the only factor
LONGEST: Final = 128  # characters; beyond it only the machine's time is spent

_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
# What an account that does not exist is verified against: nobody knows this password, and it costs the same.
_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe(32))
# Letters and digits that are not taken for one another when a first password is read from paper.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"

# Rows along which the fingers run, longer than any password.
_ROWS: Final = tuple(
    row * (1 + LONGEST // len(row))
    for row in ("0123456789", "1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
)


def hash_password(password: str) -> str:
    """The Argon2id hash in its encoded form, with its own salt and costs; about 30 ms."""
    return _HASHER.hash(_canonical(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is that of the hash, compared in constant time.

    `None` (no such account, or one without a password) takes the same time and is always false (ASVS 6.3.8).
    """
    candidate = _canonical(password)
    if len(candidate) > LONGEST:  # never a password here; verified against nobody's, since cutting it could match
        password_hash, candidate = None, candidate[:LONGEST]
    try:
        _HASHER.verify(password_hash or _NOBODY, candidate)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def renewed(password_hash: str | None, password: str) -> str | None:
    """A new hash where the one just verified was made with other costs than today's; else `None`."""
    if password_hash is None or not _HASHER.check_needs_rehash(password_hash):
        return None
    return hash_password(password)


def faults(password: str, *, account_name: str) -> tuple[Wording, ...]:
    """What is wrong with a new password, all of it; empty when it may be used.

    Length counts, not kinds of characters (NIST SP 800-63B-4 §3.1.1.2 forbids rules of composition).
    """
    canonical, found = _canonical(password), []
    if len(canonical) < SHORTEST:
        found.append(Wording(f"密碼至少要有 {SHORTEST} 個字元。", f"A password has at least {SHORTEST} characters."))
    if len(canonical) > LONGEST:
        found.append(Wording(f"密碼最多 {LONGEST} 個字元。", f"A password has at most {LONGEST} characters."))
    if len(canonical) >= SHORTEST and _follows_a_pattern(canonical.casefold()):
        found.append(
            Wording(
                "密碼只是重複或接續的字元，太容易猜中。",
                "The password only repeats a part or runs along the keyboard; it is guessed too easily.",
            )
        )
    if account_name and account_name.casefold() in canonical.casefold():
        found.append(Wording("密碼不得包含帳號名稱。", "The password must not contain the account's name."))
    return tuple(found)


def new_password() -> str:
    """A random first password of twenty characters (99 bits), in groups that can be read aloud."""
    letters = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def _follows_a_pattern(text: str) -> bool:
    """Whether a text is one part over and over, of few characters, or runs along a row of keys (NIST SP 800-63B-4 §3.1.1.2)."""
    repeats = len(text) > 1 and (text + text).find(text, 1) < len(text)
    return repeats or len(set(text)) < 5 or any(text in row or text in row[::-1] for row in _ROWS)


def _canonical(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
