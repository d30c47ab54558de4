"""flask record make LOOKUP_ID --out FILE: the signed record of a look-up."""

import uuid
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from admin.commands.refusal import speaks, stop
from admin.commands.services import time_stamps
from admin.frame.opening import open_house
from govern.core.database import reading
from govern.core.settings import load_settings
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from reports.record.issue import issue

record = AppGroup("record", help="Signed records.")


@record.command("make")
@click.argument("lookup_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the PDF goes.")
@speaks
def make(lookup_id: str, out: Path) -> None:
    """Write the signed PDF record of a look-up, given by its id or its reference number."""
    if not out.parent.is_dir():
        stop(Wording(f"沒有 {out.parent} 這個資料夾。", f"There is no folder {out.parent}."), 2)
    settings = load_settings()
    open_house(settings)
    with reading() as session:
        found = session.scalars(select(Lookup.id).where(Lookup.reference == lookup_id)).first()
    if found is None:
        try:
            found = uuid.UUID(lookup_id)
        except ValueError:
            stop(Wording("沒有這個查調編號。", "There is no look-up of this number."), 2)
    with time_stamps(settings) as address:
        made = issue(found, settings=settings, time_stamp_url=address)
    out.write_bytes(made.pdf)
    print(out)
