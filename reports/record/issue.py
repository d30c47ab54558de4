"""issue(): gather, render, sign, enter in the trail.

    1. Everything that waits is numbered and under a signed checkpoint.
    2. Read only: the content is gathered, as of that checkpoint.
    3. No transaction open: rendered in the press, signed, stamped.
    4. One transaction: the PDF on the shelf, and the entry *record_issued* with its number and SHA-256.

A record is made by a worker (`ask_for`, `run`) or by a command (`issue`). What fails before step 4 leaves nothing.
"""

import hashlib
import json
import logging
import ssl
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from audit.log.note import NoteSigner
from audit.log.rows import macs_of
from audit.log.sequence import Signing, bring_up_to_date, give_up_lease
from connectors import addresses
from govern.core import clock
from govern.core.database import assert_none_open, reading, transaction
from govern.core.errors import TryLater
from govern.core.ids import new_id, new_reference
from govern.core.settings import Settings
from govern.keys import ring
from govern.keys.signer import log_key, record_key
from govern.lookups.scope import lookup_for
from govern.queue import lease as leases
from govern.queue.lease import Lease
from govern.queue.offer import offer
from govern.queue.work import Work, plan_work
from govern.rules.actor import Actor
from govern.rules.calendar import to_roc_digits
from govern.trail.append import append
from govern.trail.kinds.system import RecordAsked, RecordIssued
from reports.record import shelf
from reports.record.course import instant
from reports.record.gather import Frame, gather
from reports.record.render import NotPrinted, render
from reports.record.shelf import IssuedRecord
from reports.record.sign import NotStamped, RecordSigner, Stamp, stamp_over_http

WORK: Final = "record"  # the kind of its rows of work; their target is the look-up
DEADLINE_S: Final = 180.0
AGAIN_AFTER: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)

diagnostics: Final = logging.getLogger(__name__)


def issue(
    lookup_id: uuid.UUID, *, settings: Settings, time_stamp_url: str = "", lease: Lease | None = None
) -> IssuedRecord:
    """A new signed record of a look-up lies on the shelf, and the trail says so; each call makes another.

    `NotFound` without such a look-up; `TryLater` while its entries have no checkpoint or no time stamp can be had;
    `NotPrinted` when it cannot be shown as it is. With a `lease` its work is done in the same transaction, and
    `LeaseLost` undoes all when somebody else holds it by now.
    """
    assert_none_open()
    bring_checkpoint(settings)
    stamp, signer = time_stamp(settings, time_stamp_url), signer_of(settings.folder / "keys")
    made_at = clock.now()
    with reading() as session:
        frame = new_frame(session, settings, made_at)
        content = gather(session, lookup_id, frame)
    pdf = signer.sign(render(content), stamp)
    digest, size, number = hashlib.sha256(pdf).digest(), content.checkpoint.size, frame.number
    record = IssuedRecord(
        id=new_id(), number=number, lookup=lookup_id, pdf=pdf, pdf_sha256=digest, checkpoint_size=size, made_at=made_at
    )
    with transaction() as session:
        session.add(record)
        append(session, RecordIssued(lookup=lookup_id, about_id=number, pdf_sha256=digest, checkpoint_size=size))
        if lease is not None:
            leases.done(session, lease)
    return record


def ask_for(actor: Actor, lookup_id: uuid.UUID) -> None:
    """A worker will make a record of a look-up within the actor's reach; asked again before it is made, once.

    `NotFound` for a foreign look-up as for an absent one.
    """
    with transaction() as session:
        lookup = lookup_for(actor, session, lookup_id)
        if not is_asked_for(session, lookup.id):
            now = clock.database_now(session)
            append(session, RecordAsked(lookup=lookup.id, case_item=lookup.case_item), by=actor)
            work = plan_work(session, kind=WORK, target_id=lookup.id, queue="normal", due_at=now)
            session.flush()
            offer(session, work)


def is_asked_for(session: Session, lookup_id: uuid.UUID) -> bool:
    """Whether a worker is still to make a record of the look-up."""
    return session.query(Work.id).filter(Work.kind == WORK, Work.target_id == lookup_id).first() is not None


def run(work_id: uuid.UUID, settings: Settings) -> None:
    """One attempt at a record that was asked for. It waits while no time stamp can be had; it ends when it cannot be.

    Nothing happens when the work is done, held by another, or not due.
    """
    with transaction() as session:
        lease = leases.take(session, work_id, leases.this_worker(), DEADLINE_S + settings.lease_s)
    if lease is None:
        return
    try:
        issue(lease.target_id, settings=settings, lease=lease)
    except leases.LeaseLost:
        return
    except TryLater as later:
        diagnostics.warning("record of %s waits: %s", lease.target_id, later.code)
        with transaction() as session:
            leases.give_up(session, lease, clock.now() + min(AGAIN_AFTER * lease.tries, LONGEST_WAIT))
    except NotPrinted as refused:
        diagnostics.error("record of %s not made: %s", lease.target_id, refused.code)
        with transaction() as session:
            leases.done(session, lease)


def new_frame(session: Session, settings: Settings, made_at: datetime) -> Frame:
    """What a record says of itself, under a number that no record has."""
    number = new_reference(to_roc_digits(clock.today()))
    while shelf.by_number(session, number) is not None:
        number = new_reference(to_roc_digits(clock.today()))
    return Frame(
        number=number,
        made_at=instant(made_at),
        signed_by=record_key(settings.folder / "keys").name,
        log_origin=settings.log_origin,
        check_address=f"{settings.console_url}/check#{number}",
        is_demonstration=settings.demonstration,
    )


def bring_checkpoint(settings: Settings) -> None:
    """The newest entries are under a checkpoint, where this process may see to it; else the sequencer's next will do."""
    if settings.database_url_sequencer:
        return  # its role alone may number entries; what it has not covered yet makes `gather` say: later
    signer = NoteSigner(settings.log_origin, log_key(settings.folder / "keys"))
    bring_up_to_date(macs_of(ring.bound()), Signing(signer, settings.folder / "checkpoints"))
    give_up_lease()


def time_stamp(settings: Settings, address: str) -> Stamp:
    """The time stamp service: the one given, the installation's, or the demonstration's; `NotStamped` without any."""
    address = address or settings.time_stamp_url or _local_service(settings.folder)
    if not address:
        raise NotStamped
    parts = urlsplit(address)
    if address != settings.time_stamp_url:
        return stamp_over_http(address)
    allowed = addresses.parse(f"{parts.scheme}://{parts.netloc}")
    authority = ssl.get_default_verify_paths().cafile or ""
    return stamp_over_http(address, allowed=allowed, authority=authority if parts.scheme == "https" else "")


def _local_service(folder: Path) -> str:
    """Where the demonstration's own service listens, if it runs."""
    try:
        found = json.loads((folder / "simulated" / "addresses.json").read_text())
        return f"http://127.0.0.1:{int(found['time_stamp'])}/"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@cache
def signer_of(folder: Path) -> RecordSigner:
    """The signer with the installation's key, loaded once a process."""
    return RecordSigner(record_key(folder))
