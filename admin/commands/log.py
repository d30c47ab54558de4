"""flask log verify, flask log checkpoint: walk the trail and say whether anything was changed; save what to hold it against."""

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup

from admin.commands.refusal import speaks
from admin.frame.opening import House, open_house, signing
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from audit.log.store import newest_checkpoint
from audit.log.verify import Verdict
from audit.log.verify import verify as verify_log
from govern.core.database import reading
from govern.core.errors import InvalidInput, TryLater
from govern.core.settings import load_settings
from govern.core.wording import Wording

log = AppGroup("log", help="The trail as a verifiable log.")

WHOLE: Final = Wording(
    "軌跡{size}筆，逐筆核對無誤。", "All {size} entries of the trail were checked; nothing was changed."
)
CHANGED: Final = Wording(
    "軌跡遭到更動。第一筆不符的是{place}。請保全現場，並通報資訊中心與政風單位。",
    "The trail was changed. The first entry that is not as it was: {place}. Keep everything as it is and report it.",
)
NOT_SIGNED: Final = Wording(
    "軌跡目前不能簽署檢核點；請執行 flask log verify 查明原因。",
    "No checkpoint can be signed at the moment; flask log verify says why.",
)
IS_THERE: Final = Wording(
    "這個檔案已經存在；保存的檢核點不覆蓋，請另取檔名。",
    "The file is there already. A saved checkpoint is never overwritten; choose another name.",
)


@log.command("verify")
@click.option(
    "--since",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A checkpoint saved earlier (flask log checkpoint FILE), to hold against; more than one may be named.",
)
@speaks
def verify(since: tuple[Path, ...]) -> None:
    """Print one JSON line: size, root, ok, first_bad, since. Exit 1 when anything is wrong; what it means goes to stderr."""
    house = open_house(load_settings())
    with contextlib.suppress(Exception):  # a log that contradicts itself cannot grow; verify is to name where
        bring_up_to_date(macs_of(house.ring), signing(house.settings))
    verdict = verify_log(macs_of(house.ring), signing(house.settings), since=[_text_of(path) for path in since])
    print(json.dumps(verdict.to_json()))
    for wording in _said(verdict):
        print(f"{wording.zh}\n{wording.en}", file=sys.stderr)
    sys.exit(0 if verdict.ok else 1)


@log.command("checkpoint")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@speaks
def checkpoint(file: Path | None) -> None:
    """Sign a checkpoint over all entries and print it, or save it in FILE, to be kept elsewhere for `verify --since`."""
    house = open_house(load_settings())
    note = _signed_now(house)
    if file is None:
        print(note, end="")
        return
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise InvalidInput(IS_THERE, code="file_exists") from None
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(note)
    print(file)


def _signed_now(house: House) -> str:
    """The note of a checkpoint over all that is numbered; `TryLater` when the trail contradicts itself."""
    size = bring_up_to_date(macs_of(house.ring), signing(house.settings))
    with reading() as session:
        newest = newest_checkpoint(session)
        if newest is None or newest.size < size:
            raise TryLater(NOT_SIGNED)
        return newest.note


def _text_of(path: Path) -> str:
    """What a file says; bytes that are no text make a checkpoint that nobody signed, not an error of ours."""
    return path.read_text(encoding="utf-8", errors="replace")


def _said(verdict: Verdict) -> list[Wording]:
    bad = verdict.first_bad
    if bad is None:
        size = f"{verdict.size:,}"
        said = [Wording(WHOLE.zh.format(size=size), WHOLE.en.format(size=size))]
    else:
        identity = "" if bad.entry_id is None else str(bad.entry_id)
        number = "" if bad.number is None else f"{bad.number:,}"
        zh = f"第{number}筆" + (f"（{identity}）" if identity else "") if number else identity or "整份軌跡"
        en = f"number {number}" + (f" ({identity})" if identity else "") if number else identity or "the whole trail"
        said = [Wording(CHANGED.zh.format(place=zh), CHANGED.en.format(place=en))]
    return [*said, *(held.says for held in verdict.since)]
