"""An answer sealed to one log-in session: HPKE with the hybrid of ML-KEM-768 and X25519.

The log-in cookie carries 32 random bytes. HKDF gives from them the session's id, which is stored hashed, and its key
pair, of which the server keeps the public half alone. So neither the database nor a dump of the store nor an operator
holding both can read an answer (DESIGN.md, road 5).
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES: Final = 32
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MLKEM_PUBLIC_BYTES: Final = 1184


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What a cookie's secret gives: the stored hash, the public half, and the private half that only the cookie has."""

    session_hash: bytes
    public_key: bytes
    private_key: MLKEM768X25519PrivateKey = field(repr=False)


def new_secret() -> bytes:
    """32 random bytes for a new log-in's cookie."""
    return secrets.token_bytes(SECRET_BYTES)


def session_keys(secret: bytes) -> SessionKeys:
    """The session's id (hashed) and key pair of a cookie's secret: the same each time, and nowhere written down."""
    if len(secret) != SECRET_BYTES:
        raise ValueError("a session's secret has 32 bytes")
    lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(_derive(secret, b"ml-kem-768", 64))
    curve = x25519.X25519PrivateKey.from_private_bytes(_derive(secret, b"x25519", 32))
    private = MLKEM768X25519PrivateKey(lattice, curve)
    public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return SessionKeys(session_hash(secret), public, private)


def session_hash(secret: bytes) -> bytes:
    """The id under which a session is stored: the hash of what HKDF gives, so that a stolen row opens no session."""
    return hashlib.sha256(_derive(secret, b"session id", 32)).digest()


def seal_to(public_key: bytes, message: bytes, *, about: bytes) -> bytes:
    """The message for the holder of the session alone; `about` names answer and place, and must be the same to open."""
    lattice = mlkem.MLKEM768PublicKey.from_public_bytes(public_key[:_MLKEM_PUBLIC_BYTES])
    curve = x25519.X25519PublicKey.from_public_bytes(public_key[_MLKEM_PUBLIC_BYTES:])
    return _SUITE.encrypt(message, MLKEM768X25519PublicKey(lattice, curve), about)


def open_with(keys: SessionKeys, envelope: bytes, *, about: bytes) -> bytes:
    """The message; raises `cryptography.exceptions.InvalidTag` for another session, place or a changed envelope."""
    return _SUITE.decrypt(envelope, keys.private_key, about)


def _derive(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=b"govern:session:1", info=purpose).derive(secret)
