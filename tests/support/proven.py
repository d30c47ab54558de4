"""A signed record whose entries stand in a real log, and the trust list that believes it."""

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.check.trust import Trust, parse_trust
from audit.log.checkpoint import Checkpoint as LogCheckpoint
from audit.log.checkpoint import sign_checkpoint
from audit.log.note import NoteSigner
from audit.log.tree import inclusion_proof, leaf_hash, nodes_of, root
from connectors.simulated import time_stamp
from govern.keys import signer
from govern.trail.kinds.kind import Kind
from govern.trail.kinds.lookups import AboutToAsk, Asked, Revealed, Shown
from govern.trail.leaf import COLUMNS, canonical_details, leaf_bytes
from reports.record import render
from reports.record.content import Checkpoint, Entry, Event, LookupRecord
from tests.support.pdf import SigningDesk
from tests.support.records import a_record

ORIGIN = "govern.example/log"
LOG = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LOOKUP = uuid.UUID("019abcde-1111-7000-8000-000000000001")
SUBMITTED = datetime(2026, 11, 24, 6, 32, 8, 120_000, UTC)


def a_leaf(kind: Kind, at: datetime, number: int) -> bytes:
    """The leaf of an event by the record's clerk."""
    values: dict[str, Any] = dict.fromkeys(COLUMNS) | kind.columns()
    values.update(
        id=uuid.UUID(int=(0x019ABCDE << 96) | (7 << 76) | (2 << 62) | number),
        kind=kind.name,
        kind_version=kind.version,
        at=at,
        account="lin.xiaofen",
        agency="ntpc-banqiao",
        role="clerk",
        ends_lookup=bool(values.get("ends_lookup")),
        details=canonical_details(kind.details()),
    )
    return leaf_bytes(values)


def events(record: LookupRecord, **changes: Any) -> list[Kind]:
    """What happened in a look-up over the record's data items; `changes` are made to "asked"."""
    about: dict[str, Any] = {"lookup": LOOKUP, "case_item": "low_income", "case_item_version": 3}
    task: dict[str, Any] = {"task": uuid.UUID(int=7), "data_item": "household_full", "owner": "ntpc-civil"}
    tasks = tuple(
        {
            "task": uuid.UUID(int=position),
            "item": each.data_item.code,
            "owner": each.owner.code,
            "permitted": {field.code: "clear" for field in (*each.clear, *each.masked, *each.revealable)},
        }
        for position, each in enumerate(record.tasks)
    )
    asked: dict[str, Any] = about | {
        "ground_kind": "consent",
        "subjects": len(record.subjects),
        "reference": record.reference,
        "queue": "normal",
        "due_at": "",
        "tasks": tasks,
        "subject_list": (),
        "subjects_root": bytes(32),
    }
    intent = AboutToAsk(
        **about,
        **task,
        rule="all_conditions_hold",
        rule_version=1,
        source="ntpc-civil.soap_ws",
        ground_kind="consent",
        subjects=1,
        fields=7,
        attempt=1,
        fence=1,
        permitted={},
    )
    seen = Shown(**about, fields=7, rows=1, answers=())
    opened = Revealed(**about, **task, answer=uuid.UUID(int=8), field="national_id", place="1")
    return [Asked(**asked | changes), intent, seen, opened]


def proven(record: LookupRecord, kinds: Sequence[Kind], *, first: int = 40, size: int = 300) -> LookupRecord:
    """The record with these events as its entries, each third leaf from `first` on, in a log of `size`."""
    leaves = [b"another %d" % number for number in range(size)]
    numbers = [first + 3 * step for step in range(len(kinds))]
    for step, (number, kind) in enumerate(zip(numbers, kinds, strict=True)):
        leaves[number] = a_leaf(kind, SUBMITTED + timedelta(seconds=step), number)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    read, whole = nodes_of(hashes), root(hashes)
    entries = tuple(
        Entry(
            id=str(uuid.UUID(bytes=leaves[number][16:32])),
            number=number,
            kind=kind.name,
            leaf=base64.b64encode(leaves[number]).decode(),
            proof=tuple(base64.b64encode(one).decode() for one in inclusion_proof(number, size, read)),
        )
        for number, kind in zip(numbers, kinds, strict=True)
    )
    note = sign_checkpoint(LogCheckpoint(ORIGIN, size, whole), LOG)
    checkpoint = Checkpoint(ORIGIN, size, base64.b64encode(whole).decode(), note)
    return replace(record, entries=entries, checkpoint=checkpoint)


def a_proven_record(**changes: Any) -> LookupRecord:
    """The record of a look-up over seven data items, its four entries in a log of 300; `changes` are made to "asked"."""
    record = a_record()
    seen = events(record, **changes)
    made = proven(record, seen)
    numbers = [entry.number for entry in made.entries]
    course = tuple(
        Event(f"2026-11-24T06:32:{8 + step:02d}.120000Z", zh, zh, number)
        for step, (zh, number) in enumerate(zip(("送出", "查調", "顯示", "揭示一個欄位"), numbers, strict=True))
    )
    reveals = tuple(replace(reveal, entry=numbers[3]) for reveal in made.reveals)
    return replace(made, course=course, reveals=reveals)


def trust_of(folder: Path, *, log: NoteSigner = LOG, origin: str = ORIGIN) -> str:
    """The trust list, as JSON, that believes the keys in a folder."""
    return json.dumps(
        {
            "record_authorities": [(folder / signer.RECORD_AUTHORITY).read_text()],
            "time_stamp_authorities": [(folder / time_stamp.AUTHORITY).read_text()],
            "log_origin": origin,
            "log_key": log.key().text(),
        }
    )


def a_trust(folder: Path) -> Trust:
    """The same, read."""
    return parse_trust(trust_of(folder).encode())


def signed(desk: SigningDesk, record: LookupRecord) -> bytes:
    """The record as a signed PDF."""
    return desk.sign(render.render(record))
