"""Key-encryption keys in files readable by the service user alone; data keys per use, month, agency and retention.

Files below `<data>/keys/` (0600 in a 0700 folder): `master.key` wraps the data keys of the table `key`; `index.key` makes
keyed indexes, `mac.key` the entries' MACs, `salt.key` the salts of answers' commitments, `job.key` the queue's payloads.
None of them is in the database, so that a dump of it opens nothing (SECURITY.md, trap 10).
"""

import hmac
import os
import secrets
import uuid
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.clock import TAIPEI
from govern.core.database import Base
from govern.core.errors import WrongSetting
from govern.core.ids import new_id
from govern.core.wording import Wording

FILES: Final = ("master.key", "index.key", "mac.key", "salt.key", "job.key", "cookie.key")


class Key(Base):
    """A data key, wrapped. Destroying it forgets everything of one month, agency and retention, and nothing else."""

    __tablename__ = "key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(String(20))
    month: Mapped[str] = mapped_column(String(7))
    agency: Mapped[str] = mapped_column(String(60))
    retention_years: Mapped[int]
    version: Mapped[int]
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary(80))
    destroyed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("use", "month", "agency", "retention_years", "version"),)


class Ring:
    """The installation's secret keys, read once a process."""

    def __init__(self, folder: Path) -> None:
        self._files = {name: _read(folder / name) for name in FILES}

    def mac(self, message: bytes) -> bytes:
        """The MAC of an entry's leaf: HMAC-SHA256 under a key outside the database."""
        return hmac.digest(self._files["mac.key"], message, "sha256")

    def mac_is_right(self, message: bytes, mac: bytes) -> bool:
        """Whether a MAC is that of the message, compared in constant time."""
        return hmac.compare_digest(self.mac(message), mac)

    def index(self, kind: str, value: str) -> bytes:
        """The keyed index of a subject's canonical value: one for the platform, so that an audit finds a person again."""
        return hmac.digest(self._files["index.key"], f"{kind}\x00{value}".encode(), "sha256")

    def answer_salt(self, answer: uuid.UUID) -> bytes:
        """The salt of an answer's commitment: an HMAC of its id under a key outside the database (DESIGN.md, Subjects)."""
        return hmac.digest(self._files["salt.key"], answer.bytes, "sha256")

    def job_key(self) -> bytes:
        """What signs the queue's payloads, so that whoever writes to Redis cannot name work (SECURITY.md, trap 5)."""
        return self._files["job.key"]

    def cookie_key(self) -> str:
        """What Flask signs its forms' tokens with."""
        return self._files["cookie.key"].hex()

    def data_key(
        self, session: Session, *, use: str, agency: str, retention_years: int, at: datetime
    ) -> tuple[uuid.UUID, bytes]:
        """The key of a use, month (Asia/Taipei), agency and retention; made in the caller's transaction when new."""
        month = f"{at.astimezone(TAIPEI):%Y-%m}"
        key = session.scalars(
            select(Key)
            .where(Key.use == use, Key.month == month, Key.agency == agency, Key.retention_years == retention_years)
            .where(Key.destroyed_at.is_(None))
            .order_by(Key.version.desc())
            .limit(1)
        ).first()
        if key is None:
            identity, secret = new_id(), secrets.token_bytes(32)
            session.add(
                Key(
                    id=identity,
                    use=use,
                    month=month,
                    agency=agency,
                    retention_years=retention_years,
                    version=1,
                    wrapped=self._wrap(identity, secret),
                )
            )
            session.flush()
            return identity, secret
        return key.id, self._unwrap(key.id, key.wrapped)

    def open_key(self, session: Session, identity: uuid.UUID) -> bytes | None:
        """A data key by its id; `None` once it was destroyed. Asks the table each time, so that forgetting holds at once."""
        wrapped = session.execute(select(Key.wrapped).where(Key.id == identity)).scalar_one_or_none()
        return None if wrapped is None else self._unwrap(identity, wrapped)

    def _wrap(self, identity: uuid.UUID, secret: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._files["master.key"]).encrypt(nonce, secret, identity.bytes)

    def _unwrap(self, identity: uuid.UUID, wrapped: bytes | None) -> bytes:
        if wrapped is None:
            raise KeyError(identity)
        return AESGCM(self._files["master.key"]).decrypt(wrapped[:12], wrapped[12:], identity.bytes)


def make_keys(folder: Path) -> None:
    """Every key file that is missing, 32 random bytes each; those that are there stay."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in FILES:
        path = folder / name
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())


class _Bound:
    ring: Ring | None = None


def bind(folder: Path) -> Ring:
    """Take the keys of a folder for this process. A missing or damaged file raises `WrongSetting`."""
    _Bound.ring = Ring(folder)
    return _Bound.ring


def bound() -> Ring:
    """The ring that `bind` took."""
    if _Bound.ring is None:
        raise RuntimeError("no keys are bound")
    return _Bound.ring


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except OSError:
        raise WrongSetting(
            Wording(
                f"找不到金鑰檔 {path.name}；請先執行 flask setup。",
                f"The key file {path.name} is missing; run flask setup first.",
            )
        ) from None
    if len(secret) != 32:
        raise WrongSetting(Wording(f"金鑰檔 {path.name} 損壞。", f"The key file {path.name} is damaged."))
    return secret
