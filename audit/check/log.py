"""in_log: the entries that a record names stand in the log, under a checkpoint that the log signed.

1. the checkpoint in the record is a note signed by the log's key from the trust list, for the log's origin
2. size and root that the record states are the ones of that checkpoint
3. each entry's leaf decodes (docs/leaf.md) to the id and kind that the record states
4. each entry's proof leads from its leaf, at its number, to the root (RFC 9162 §2.1.3.2)

What the entries say is then held against what the record says (`content/`); here it is only sure that they are
entries.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.check.claim import ClaimFailed
from audit.check.leaf import NotALeaf, decode, details_of
from audit.check.trust import Trust
from audit.log.checkpoint import Checkpoint, CheckpointError, read_checkpoint
from audit.log.tree import leaf_hash, verify_inclusion


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry that stands in the log: its number, its columns, and its details."""

    number: int
    columns: Mapping[str, Any]
    details: Mapping[str, Any]


def proven_entries(data: Mapping[str, Any], trust: Trust) -> tuple[Proven, ...]:
    """The entries of a record's data, each once and in the order of their numbers, all of them proven.

    Raises `ClaimFailed` for the first that is not.
    """
    checkpoint = must_be_signed(data["checkpoint"], trust)
    proven = tuple(_proven(entry, checkpoint) for entry in data["entries"])
    numbers = [entry.number for entry in proven]
    if numbers != sorted(set(numbers)):
        raise ClaimFailed("entry_is_another", "order")
    return proven


def seen(entries: Sequence[Proven], data: Mapping[str, Any]) -> tuple[str, str]:
    """What was looked at, in both languages."""
    size = data["checkpoint"]["size"]
    return (
        f"{len(entries):,}筆軌跡紀錄，逐筆算到檢核點{size:,}；檢核點由信任清單中的日誌簽署",
        f"{len(entries):,} entries, each led to checkpoint {size:,}, which the log in the trust list signed",
    )


def must_be_signed(stated: Mapping[str, Any], trust: Trust) -> Checkpoint:
    """Steps 1 and 2: the checkpoint that a record states, if the log signed it. Raises `ClaimFailed`."""
    try:
        checkpoint = read_checkpoint(stated["note"], origin=trust.log_origin, trusted=[trust.log_key])
    except CheckpointError:
        raise ClaimFailed("checkpoint_wrong") from None
    if stated["origin"] != checkpoint.origin:
        raise ClaimFailed("checkpoint_wrong")
    if (stated["size"], _bytes(stated["root"])) != (checkpoint.size, checkpoint.root):
        raise ClaimFailed("checkpoint_is_another")
    return checkpoint


def _proven(stated: Mapping[str, Any], checkpoint: Checkpoint) -> Proven:
    """Steps 3 and 4."""
    leaf = _bytes(stated["leaf"])
    try:
        columns = decode(leaf)
        details = details_of(columns)
    except NotALeaf:
        raise ClaimFailed("entry_unreadable", str(stated["number"])) from None
    if (str(columns["id"]), columns["kind"]) != (stated["id"], stated["kind"]):
        raise ClaimFailed("entry_is_another", str(stated["number"]))
    proof = [_bytes(one) for one in stated["proof"]]
    if not verify_inclusion(leaf_hash(leaf), stated["number"], checkpoint.size, proof, checkpoint.root):
        raise ClaimFailed("entry_not_in_log", str(stated["number"]))
    return Proven(stated["number"], columns, details)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise ClaimFailed("data_unreadable") from None
