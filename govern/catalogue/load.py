"""The catalogue in as files: read, checked whole, and put in place in one transaction, or not at all.

`sources.yaml` may be absent: known sources then stay. A second load of the same files changes nothing and writes nothing.
What the files name is as they say; data items and fields that owners added in the console and no file names stay (`kept`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents, kept, store, versions
from govern.catalogue.as_files.check import check
from govern.catalogue.as_files.read import CatalogueWrong, Files, Problem, read_files
from govern.catalogue.as_files.shapes import CASE_ITEMS, DATA_ITEMS
from govern.catalogue.as_files.values import Normal, join
from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionField
from govern.core import clock
from govern.core.database import transaction
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

__all__ = ["CatalogueWrong", "Counts", "Problem", "load"]

STILL_USED: Final = Wording(
    "業務案件項目「{case_item}」仍使用欄位「{field}」，不能移除。",
    "The case item “{case_item}” still uses the field “{field}”, which cannot be removed.",
)
OTHER_BUSINESS_AGENCY: Final = Wording(
    "已載入的業務案件項目不能改換業務主管機關；請另立一個。",
    "A case item once loaded cannot change its business agency; make another one.",
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the files hold, and how many of their records were new or differed."""

    agencies: int
    data_items: int
    fields: int
    case_items: int
    changed: int


def load(folder: Path, *, settings: Settings, by: Actor | None = None) -> Counts:
    """The catalogue is as the folder's files say; everything in one transaction, with an entry of the files' hashes.

    Raises `CatalogueWrong` with every problem there is, nothing changed; `InvalidInput` (code `no_folder`) when there is
    no such folder. The first load puts case items in force; a later one proposes what differs.
    """
    files = read_files(folder)
    check(files)
    if files.problems:
        raise CatalogueWrong(files.problems)
    wanted = _settled(files, settings)
    with transaction() as session:
        _refuse_what_is_used(session, files)
        change = store.Changer(session, clock.now(), is_first=session.scalar(select(CaseItem.code).limit(1)) is None)
        count = store.store_agencies(change, files.by_code("agencies"))
        count += store.store_mask_rules(change, files.by_code("mask_rules"))
        count += store.store_categories(
            change, kept.with_counts(session, files.by_code("categories"), wanted["data_items"])
        )
        count += store.store_parameters(change, files.by_code("parameters"))
        count += store.store_data_items(change, wanted["data_items"])
        if files.has_sources:
            count += versions.store_sources(change, files.by_code("sources"), wanted["data_items"])
        laws, laws_changed = versions.store_legal_bases(change, wanted["case_items"])
        stored = versions.store_case_items(change, wanted["case_items"], wanted["data_items"], laws)
        counts = Counts(
            agencies=len(files.by_code("agencies")),
            data_items=len(wanted["data_items"]),
            fields=sum(len(item["fields"]) for item in wanted["data_items"].values()),
            case_items=len(wanted["case_items"]),
            changed=count + laws_changed + stored.changed,
        )
        if counts.changed:
            append(session, _loaded(files, counts, stored), by=by)
    return counts


def _settled(files: Files, settings: Settings) -> dict[str, dict[str, Normal]]:
    """Data items and case items with nothing left open: what the file leaves to us stands in it."""
    case_items = {
        code: {"retention_years": settings.retention_years} | row for code, row in files.by_code("case_items").items()
    }
    data_items = {code: contents.plainly(row) for code, row in files.by_code("data_items").items()}
    return {"case_items": case_items, "data_items": data_items}


def _refuse_what_is_used(session: Session, files: Files) -> None:
    """What the files cannot know: fields that versions still use, and business agencies that are settled."""
    items, case_items = files.by_code("data_items"), files.by_code("case_items")
    known = {(code, field["code"]) for code, item in items.items() for field in item["fields"]}
    used = session.execute(
        select(CaseItemVersion.case_item, VersionField.item, VersionField.field)
        .join(VersionField, VersionField.version_id == CaseItemVersion.id)
        .where(CaseItemVersion.state.not_in(("retired", "rejected", "withdrawn")))
        .order_by(VersionField.item, VersionField.field, CaseItemVersion.case_item)
    )
    for case_item, item, field in used:
        if item in items and (item, field) not in known and field not in kept.fields_of_the_console(session, item):
            wording = STILL_USED.fill(case_item=case_item, field=field)
            files.say(DATA_ITEMS, item, join("fields", field), wording)
    for code, agency in session.execute(select(CaseItem.code, CaseItem.business_agency)):
        if code in case_items and case_items[code]["business_agency"] != agency:
            files.say(CASE_ITEMS, code, "business_agency", OTHER_BUSINESS_AGENCY)
    if files.problems:
        raise CatalogueWrong(files.problems)


def _loaded(files: Files, counts: Counts, stored: versions.CaseItemsStored) -> kinds.Loaded:
    return kinds.Loaded(
        files=files.sha256,
        counts={
            "agencies": counts.agencies,
            "data_items": counts.data_items,
            "fields": counts.fields,
            "case_items": counts.case_items,
            "changed": counts.changed,
        },
        case_items_in_force=tuple(stored.in_force),
        case_items_waiting=tuple(stored.waiting),
        case_items_proposed=tuple(stored.proposed),
    )
