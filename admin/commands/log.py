"""flask log verify: walk all of the trail and say whether anything was changed."""

import contextlib
import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from admin.commands.refusal import speaks
from admin.frame.opening import open_house, signing
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from audit.log.verify import verify as verify_log
from govern.core.settings import load_settings

log = AppGroup("log", help="The trail as a verifiable log.")


@log.command("verify")
@click.option(
    "--since", type=click.Path(exists=True, path_type=Path), help="A checkpoint saved earlier, to hold against."
)
@speaks
def verify(since: Path | None) -> None:
    """Print one JSON line: size, root, ok, first_bad. Exit 1 when anything is wrong."""
    settings = load_settings()
    house = open_house(settings)
    with contextlib.suppress(Exception):  # a log that contradicts itself cannot grow; verify is to name where
        bring_up_to_date(macs_of(house.ring), signing(settings))
    verdict = verify_log(macs_of(house.ring), signing(settings), since=since.read_text() if since else None)
    print(json.dumps(verdict.to_json()))
    sys.exit(0 if verdict.ok else 1)
