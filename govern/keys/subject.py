"""A subject's identifier and all free text: sealed, found by keyed index, shredded.

The ciphertext holds the value and its salt together (a salt in clear would let anyone try all numbers against the
commitment); the leaf of an entry holds the salted commitment and the ciphertext's SHA-256, so that a swap shows without
keys (DESIGN.md, Subjects).
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base
from govern.core.ids import new_id
from govern.keys.commitment import SALT_BYTES, commit_to_kind
from govern.keys.ring import Ring


class SealedValue(Base):
    """A value at rest. Shredding sets ciphertext and index to nothing; the commitment stays."""

    __tablename__ = "sealed_value"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("key.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    ciphertext: Mapped[bytes | None]
    ciphertext_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    keyed_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    __table_args__ = (Index("ix_sealed_value_keyed_index", "keyed_index", "id"),)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key in hand: its id and secret."""

    id: uuid.UUID
    secret: bytes


def data_key(ring: Ring, session: Session, *, agency: str, retention_years: int, at: datetime) -> DataKey:
    """The key under which an agency's subjects and texts of this month are sealed."""
    return DataKey(*ring.data_key(session, use="sealed", agency=agency, retention_years=retention_years, at=at))


def seal(key: DataKey, kind: str, value: str, *, index: bytes | None = None) -> SealedValue:
    """A new sealed value, not yet in a session. AES-256-GCM over salt ‖ value, bound to the row's id and kind."""
    identity, salt, nonce = new_id(), secrets.token_bytes(SALT_BYTES), secrets.token_bytes(12)
    text = value.encode()
    ciphertext = nonce + AESGCM(key.secret).encrypt(nonce, salt + text, identity.bytes + kind.encode())
    return SealedValue(
        id=identity,
        key_id=key.id,
        kind=kind,
        ciphertext=ciphertext,
        ciphertext_sha256=hashlib.sha256(ciphertext).digest(),
        commitment=commit_to_kind(kind, text, salt),
        keyed_index=index,
    )


def open_value(ring: Ring, session: Session, identity: uuid.UUID) -> str | None:
    """The value, or `None` when it was shredded or its key destroyed. A changed ciphertext raises `InvalidTag`."""
    sealed = session.get(SealedValue, identity)
    if sealed is None or sealed.ciphertext is None:
        return None
    secret = ring.open_key(session, sealed.key_id)
    if secret is None:
        return None
    clear = AESGCM(secret).decrypt(
        sealed.ciphertext[:12], sealed.ciphertext[12:], sealed.id.bytes + sealed.kind.encode()
    )
    return clear[SALT_BYTES:].decode()
