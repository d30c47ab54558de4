"""What the demonstration leaves: `demo/report.json` (never a value of a person) and the signed records beside it."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.demo.play import Played
from admin.frame.opening import signing
from admin.set_up import make_folder, write_file
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from audit.log.verify import verify
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.core.database import reading
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.keys import ring
from govern.lookups.lookup import Lookup, Task
from govern.rules.denial import Deny

MARK: Final = "made-by-make-demo"


def clear_folder(folder: Path) -> bool:
    """An earlier demonstration's folder is emptied; whether the folder may be used: absent, empty, or made by one."""
    make_folder(folder)
    if any(folder.iterdir()) and not (folder / MARK).exists():
        return False
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    (folder / MARK).touch()
    return True


def keep_folder(folder: Path) -> None:
    """A folder in which a house works is no demonstration's any more: `make demo` will not empty it."""
    (folder / MARK).unlink(missing_ok=True)


def write(
    settings: Settings,
    played: Sequence[Played],
    *,
    case_items: Sequence[Mapping[str, Any]] = (),
    periods: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Write the report; whether every example came out as it should, every period's record is valid, the log whole."""
    held = ring.bound()
    bring_up_to_date(macs_of(held), signing(settings))
    verdict = verify(macs_of(held), signing(settings))
    with reading() as session:
        items, names = {item.code: item for item in session.scalars(select(DataItem))}, names_of(session)
        lookups = []
        for one in played:
            lookup = session.get_one(Lookup, one.lookup_id)
            tasks = session.scalars(select(Task).where(Task.lookup == lookup.id).order_by(Task.seq)).all()
            lookups.append(_lookup(one, lookup, tasks, items, names))
    log = {"size": verdict.size, "root": verdict.root.hex(), "ok": verdict.ok}
    told = {"lookups": lookups, "case_items": list(case_items), "periods": list(periods), "log": log}
    place = settings.folder / "demo"
    place.mkdir(mode=0o700, exist_ok=True)
    write_file(place / "report.json", json.dumps(told, ensure_ascii=False, indent=1))
    return verdict.ok and all(one.is_as_expected for one in played) and all(one["checked"] for one in periods)


def _lookup(
    one: Played, lookup: Lookup, tasks: Sequence[Task], items: Mapping[str, DataItem], names: Mapping[str, Wording]
) -> dict[str, Any]:
    listed = [_task(task, items[task.item], names) for task in tasks]
    all_denied = bool(listed) and all(task["denied"] for task in listed)
    return {
        "example": one.example.name,
        "lookup": str(lookup.id),
        "case_item": lookup.case_item,
        "state": lookup.state,
        "tasks": listed,
        "denied": listed[0]["denied"] if all_denied else None,
        "record": one.record,
    }


def _task(task: Task, item: DataItem, names: Mapping[str, Wording]) -> dict[str, Any]:
    shown = [row["field"] for row in task.permitted]
    masked = [row["field"] for row in task.permitted if row["appearance"] != "clear" and row["mask"] != "none"]
    return {
        "data_item": task.item,
        "kind": item.connector_kind,
        "state": task.state,
        "shown": shown,
        "masked": masked,
        "withheld": [field.code for field in item.fields if field.code not in shown],
        "denied": denied(task, names),
    }


def denied(task: Task, names: Mapping[str, Wording]) -> dict[str, str] | None:
    """The rule that denied a task, with its sentence in both languages; nothing for a permitted one."""
    if task.deny_rule is None:
        return None
    says = Deny(task.deny_rule, parameters=task.deny_parameters or {}).worded(names)
    return {"rule": task.deny_rule, "zh": says.zh, "en": says.en}


def names_of(session: Session) -> dict[str, Wording]:
    """What the codes in sentences are called: agencies, data items, case items."""
    found: dict[str, Wording] = {}
    for table in (Agency, DataItem):
        found |= {
            code: Wording(zh, en) for code, zh, en in session.execute(select(table.code, table.name_zh, table.name_en))
        }
    versions = select(CaseItemVersion.case_item, CaseItemVersion.name_zh, CaseItemVersion.name_en)
    return found | {
        code: Wording(zh, en) for code, zh, en in session.execute(versions.order_by(CaseItemVersion.version))
    }
