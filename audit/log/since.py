"""A checkpoint that somebody saved, held against the log of today: does the one only append to the other?

The answer carries a consistency proof (RFC 9162 §2.1.4), so that whoever keeps the saved file need not take our word: root,
size and proof are all that a checker needs. A log that was rolled back is shorter than the saved checkpoint; one that was
written anew, with whatever keys, has another root there. Neither can be repaired by whoever holds the database, its copies
and our keys, as long as the saved file lies elsewhere.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from audit.log import tiles, tree
from audit.log.checkpoint import Checkpoint, CheckpointError, read_checkpoint
from audit.log.sequence import Signing
from audit.log.store import tile_reader
from govern.core.errors import InvalidInput
from govern.core.wording import Wording

NOT_A_CHECKPOINT: Final = Wording("這不是本日誌簽署的檢核點。", "This is not a checkpoint that this log has signed.")
GROWN: Final = Wording(
    "與{day}筆時保存的檢核點相符：其後只有增加，沒有改寫（一致性證明{hashes}個雜湊值）。",
    "It agrees with the checkpoint saved at {day} entries: since then entries were only added (consistency proof of "
    "{hashes} hashes).",
)
SHORTER: Final = Wording(
    "軌跡現有{size}筆，比保存的檢核點（{day}筆）少：尾端遭截短，或還原成舊的備份。",
    "The trail has {size} entries, fewer than the saved checkpoint ({day}): its end was cut off, or an old copy was "
    "put in its place.",
)
REWRITTEN: Final = Wording(
    "前{day}筆與保存的檢核點不符：保存之後，過去的紀錄遭到改寫（即使用的是本日誌自己的金鑰）。",
    "The first {day} entries are not those of the saved checkpoint: the past was written anew after it was saved, be it "
    "with the log's own key.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A saved checkpoint against the log: whether it grew from it, in words, and the proof."""

    size: int
    consistent: bool
    says: Wording
    is_shorter: bool = False
    proof: tuple[bytes, ...] = ()

    @property
    def is_rewritten(self) -> bool:
        """Whether the log has as many entries as were signed then, and others."""
        return not self.consistent and not self.is_shorter

    def to_json(self) -> dict[str, Any]:
        """As the command's line carries it; hashes in hexadecimal."""
        return {"size": self.size, "consistent": self.consistent, "proof": [each.hex() for each in self.proof]}


def read_saved(note: str, signing: Signing) -> Checkpoint:
    """The saved checkpoint; `InvalidInput` for what this log has not signed."""
    try:
        return read_checkpoint(note, origin=signing.signer.name, trusted=[signing.signer.key()])
    except CheckpointError:
        raise InvalidInput(NOT_A_CHECKPOINT, code="not_a_checkpoint") from None


def hold(session: Session, saved: Checkpoint, size: int, root: bytes) -> Held:
    """The saved checkpoint against a tree of this size and root: believed only if the proof between them holds."""
    if size < saved.size:
        return Held(saved.size, False, _said(SHORTER, day=saved.size, size=size), is_shorter=True)
    try:
        proof = tree.consistency_proof(saved.size, size, tiles.node_reader(tile_reader(session)))
        holds = tree.verify_consistency(saved.size, size, saved.root, root, proof)
    except (tiles.MissingHash, ValueError):
        proof, holds = [], False
    if not holds:
        return Held(saved.size, False, _said(REWRITTEN, day=saved.size))
    return Held(saved.size, True, _said(GROWN, day=saved.size, hashes=len(proof)), proof=tuple(proof))


def _said(wording: Wording, **values: int) -> Wording:
    written = {name: f"{value:,}" for name, value in values.items()}
    return Wording(wording.zh.format(**written), wording.en.format(**written))
