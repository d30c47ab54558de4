"""Was an entry changed? The line from the entry to the signed checkpoint, checked anew each time it is shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from audit.log.prove import prove
from audit.log.rows import macs_of, rows_of
from audit.log.store import newest_checkpoint
from audit.log.tree import leaf_hash
from govern.core.errors import EvidenceUnavailable, TryLater
from govern.keys import ring
from govern.trail.entry import Entry


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked: the MAC under a key outside the database, and the hashes up to a signed root.

    `state` is `proven`, `waiting` (no number yet, or no checkpoint that covers it) or `broken`.
    """

    state: str
    leaf: str
    hashes: int = 0
    root: str = ""
    size: int = 0
    signed_at: datetime | None = None


def proof_of(session: Session, entry: Entry, number: int | None) -> Proof:
    """The proof of an entry at the newest checkpoint; an entry that is not what the tree holds is broken."""
    row = next(iter(rows_of(session, [entry.id])), None)
    if row is None or row.leaf is None:
        return Proof("broken", "")
    leaf = leaf_hash(row.leaf).hex()
    if not row.mac_is_right(macs_of(ring.bound())):
        return Proof("broken", leaf)
    checkpoint = newest_checkpoint(session)
    if checkpoint is None or number is None or number >= checkpoint.size:
        return Proof("waiting", leaf)
    try:
        proven = prove(session, [entry.id], at=checkpoint)
    except TryLater as wrong:
        return Proof("broken" if isinstance(wrong, EvidenceUnavailable) else "waiting", leaf)
    return Proof(
        state="proven",
        leaf=leaf,
        hashes=len(proven.entries[0].proof),
        root=proven.root.hex(),
        size=proven.size,
        signed_at=checkpoint.at,
    )
