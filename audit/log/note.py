"""C2SP signed notes: text with Ed25519 signatures under named keys.

A note is text, an empty line, and signature lines `— <key name> <base64(key id ‖ signature)>`. The key id is the
first four bytes of SHA-256(key name ‖ 0x0A ‖ 0x01 ‖ public key). Signatures of unknown keys are ignored, so that
witnesses can add theirs; a known key whose signature does not hold makes the whole note invalid (signed-note,
Signatures).

What is done here: writing, taking apart and checking notes. What their text means is said elsewhere (`checkpoint.py`).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 0x01
LONGEST_NOTE: Final = 1_000_000
MOST_SIGNATURES: Final = 100
_DASH: Final = "\u2014 "


class NoteError(ValueError):
    """A note or a key is not well-formed, or no trusted key has signed it. The message says which rule fails."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that may sign notes: its name and its Ed25519 public key of 32 bytes."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(letter.isspace() or ord(letter) < 0x20 for letter in self.name):
            raise NoteError("a key's name must not be empty nor hold spaces or a plus")
        if len(self.public) != 32:
            raise NoteError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell this key from others of the same name (signed-note, Ed25519 signatures)."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([ED25519]) + self.public).digest()[:4]

    def text(self) -> str:
        """The key as one line of text: `<name>+<key id in hex>+<base64(0x01 ‖ public key)>`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([ED25519]) + self.public)}"


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A key in hand that signs notes."""

    name: str
    private: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"NoteSigner({self.name!r})"

    def key(self) -> NoteKey:
        """The public half, for those who check."""
        return NoteKey(self.name, self.private.public_key().public_bytes_raw())

    def signature_line(self, text: str) -> str:
        """The line that signs a note's text (which ends in a newline)."""
        return f"{_DASH}{self.name} {_base64(self.key().key_id + self.private.sign(text.encode()))}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose it says it is, the key id, and what follows."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart. Nothing about it is to be believed before `verified_text` has said so."""

    text: str
    signatures: tuple[Signature, ...]


def parse_key(line: str) -> NoteKey:
    """The key that `NoteKey.text` wrote. Raises `NoteError` for another type of key or an id that does not fit."""
    try:
        name, key_id, encoded = line.strip().split("+", 2)
        raw = _unbase64(encoded)
    except ValueError:
        raise NoteError("a note's key is <name>+<key id>+<base64>") from None
    if len(raw) != 33 or raw[0] != ED25519:
        raise NoteError("only Ed25519 keys (type 1) of 32 bytes are known")
    key = NoteKey(name, raw[1:])
    if key.key_id.hex() != key_id:
        raise NoteError("the key id does not fit name and key")
    return key


def sign(text: str, signers: Iterable[NoteSigner]) -> str:
    """A note of this text, signed by each signer in turn."""
    _must_be_note_text(text)
    return text + "\n" + "".join(signer.signature_line(text) for signer in signers)


def parse(note: str) -> Note:
    """The note taken apart, form checked and signatures not. Raises `NoteError`."""
    if len(note) > LONGEST_NOTE:
        raise NoteError("the note is too long")
    text, gap, tail = note.rpartition("\n\n")
    if not gap:
        raise NoteError("no empty line parts text and signatures")
    text += "\n"
    _must_be_note_text(text)
    if not tail.endswith("\n"):
        raise NoteError("the last signature line does not end")
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError("too many signatures")
    return Note(text, tuple(_signature(line) for line in lines))


def verified_text(note: str, trusted: Sequence[NoteKey]) -> str:
    """The text of a note that at least one trusted key has signed.

    Raises `NoteError` when none has, and also when one of them has and its signature does not hold: such a note was
    made or altered by somebody.
    """
    parsed = parse(note)
    known = {(key.name, key.key_id): key for key in trusted}
    held = 0
    for line in parsed.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(line.signature, parsed.text.encode())
        except (InvalidSignature, ValueError):
            raise NoteError("the signature of a trusted key does not hold") from None
        held += 1
    if not held:
        raise NoteError("no trusted key has signed")
    return parsed.text


def _signature(line: str) -> Signature:
    dash, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    if dash != _DASH or not name or "+" in name or any(letter.isspace() for letter in name):
        raise NoteError("a signature line is — <name> <base64>")
    raw = _unbase64(encoded)
    if len(raw) < 5:
        raise NoteError("a signature is too short")
    return Signature(name, raw[:4], raw[4:])


def _must_be_note_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise NoteError("a note's text ends in a newline")
    if any(ord(letter) < 0x20 and letter != "\n" for letter in text):
        raise NoteError("a note holds no control characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("a note is Unicode") from None


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unbase64(text: str) -> bytes:
    """Standard base64 with its padding, and in its one spelling: what decodes must encode to the same text."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise NoteError("not base64") from None
    if _base64(raw) != text:
        raise NoteError("not base64 in its one spelling")
    return raw
