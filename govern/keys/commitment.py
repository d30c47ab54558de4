"""Salted commitments: what an entry may say of a value that is sealed elsewhere (docs/leaf.md, Commitments)."""

import hashlib
from typing import Final

SALT_BYTES: Final = 32
_PREFIX: Final = b"govern commitment 1\n"


def commit(value: bytes, salt: bytes) -> bytes:
    """A salted commitment to a value: SHA-256 of a fixed prefix, the salt (exactly 32 random bytes) and the value.

    It binds, because the salt's length is fixed; it hides as long as the salt is secret. That is why a salt is sealed
    with its value and is never written beside the commitment: a national ID has but 10⁹ forms (SECURITY.md, trap 10).
    Raises `ValueError` for a salt of another length.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(_PREFIX + salt + value).digest()


def commit_to_kind(kind: str, value: bytes, salt: bytes) -> bytes:
    """The commitment to a value of a kind: the kind, a zero byte and the value, committed together."""
    return commit(kind.encode() + b"\x00" + value, salt)
