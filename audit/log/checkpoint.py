"""C2SP checkpoints: origin, size, root; and what it takes to believe one.

A checkpoint is a signed note whose text has three lines: the log's origin, the number of leaves in decimal, the root in
base64 (tlog-checkpoint, Note text). Lines after these are allowed by the specification and never written by us; one
that carries them is read, and the lines are ignored.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.log import note as notes
from audit.log.note import NoteError, NoteKey, NoteSigner
from audit.log.tree import HASH_BYTES

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(ValueError):
    """A note is no checkpoint of this log, or nobody trusted has signed it. The message says which rule fails."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: at `size` leaves its tree has this root."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise CheckpointError("a checkpoint's origin is one line")
        if self.size < 0 or len(self.root) != HASH_BYTES:
            raise CheckpointError("a checkpoint has a size and a root of 32 bytes")

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> str:
    """The checkpoint as a note signed by the log; the key's name should be the origin (tlog-checkpoint, Signatures)."""
    return notes.sign(checkpoint.text(), [signer])


def parse_text(text: str) -> Checkpoint:
    """The checkpoint that a note's text states. Raises `CheckpointError`."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or "" in lines[:-1]:
        raise CheckpointError("a checkpoint has an origin, a size and a root")
    origin, size, encoded = lines[:3]
    if not _SIZE.fullmatch(size):
        raise CheckpointError("a checkpoint's size is a plain decimal number")
    try:
        root = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise CheckpointError("a checkpoint's root is base64") from None
    if base64.b64encode(root).decode("ascii") != encoded:
        raise CheckpointError("a checkpoint's root is base64 in its one spelling")
    return Checkpoint(origin, int(size), root)


def read_checkpoint(note: str, *, origin: str, trusted: Sequence[NoteKey]) -> Checkpoint:
    """The checkpoint in a note, once it is sure that a trusted key signed it for the log of this origin.

    Raises `CheckpointError` otherwise: a signature of another log's key, or a checkpoint of another log, proves
    nothing.
    """
    try:
        text = notes.verified_text(note, trusted)
    except NoteError as wrong:
        raise CheckpointError(str(wrong)) from wrong
    checkpoint = parse_text(text)
    if checkpoint.origin != origin:
        raise CheckpointError("the checkpoint is of another log")
    return checkpoint
