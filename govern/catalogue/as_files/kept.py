"""What the console added and no file names: a load leaves it where it is, behind what the files say.

A file is the word on what it names, and on nothing else. Data items, fields and what a source answers that an owner entered
in the console stay until a file names them; from then on they are the file's. Which fields these are, the trail says.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.as_files.values import Normal
from govern.catalogue.data_item import DataItem
from govern.trail.entry import Entry
from govern.trail.kinds.catalogue import DataItemChanged

ADDS_FIELDS: Final = frozenset({"added", "extended"})


def fields_of_the_console(session: Session, item: str) -> frozenset[str]:
    """The fields of a data item that its owner entered in the console, as its entries tell."""
    found: set[str] = set()
    for details in session.scalars(
        select(Entry.details).where(
            Entry.about_kind == "data_item", Entry.about_id == item, Entry.kind == DataItemChanged.name
        )
    ):
        said = json.loads(details)
        if said.get("act") in ADDS_FIELDS:
            found |= set(said.get("field_codes", ()))
    return frozenset(found)


def with_fields_of_the_console(
    session: Session, wanted: Mapping[str, Normal], known: Mapping[str, Normal]
) -> dict[str, Normal]:
    """Data items as a file wants them, each with the console's fields that it does not name behind its own."""
    found: dict[str, Normal] = {}
    for code, item in wanted.items():
        named = {one["code"] for one in item["fields"]}
        others = [one for one in known.get(code, {}).get("fields", ()) if one["code"] not in named]
        ours: Collection[str] = fields_of_the_console(session, code) if others else ()
        found[code] = item | {"fields": [*item["fields"], *(one for one in others if one["code"] in ours)]}
    return found


def behind(wanted: Mapping[str, Normal], known: Mapping[str, Normal]) -> dict[str, Normal]:
    """Data items that no file names and whose place in lists a file gives to another: behind all others."""
    taken = {item["seq"] for item in wanted.values()}
    last = max([*taken, *(item["seq"] for item in known.values())], default=0)
    moved = [item for code, item in known.items() if code not in wanted and item["seq"] in taken]
    return {item["code"]: item | {"seq": last + place} for place, item in enumerate(moved, start=1)}


def with_counts(session: Session, categories: Mapping[str, Normal], items: Collection[str]) -> dict[str, Normal]:
    """Categories as a file wants them, each counting the data items that the file does not name as well."""
    rows = session.execute(select(DataItem.code, DataItem.category)).tuples()
    more = Counter(category for code, category in rows if code not in items)
    return {code: row | {"item_count": row["item_count"] + more[code]} for code, row in categories.items()}


def with_items_of_the_console(
    wanted: Mapping[str, Normal], known: Mapping[str, Normal], items: Collection[str]
) -> dict[str, Normal]:
    """Sources as a file wants them, each answering also what it was given in the console and no file names."""
    found: dict[str, Normal] = {}
    for code, row in wanted.items():
        others = [item for item in known.get(code, {}).get("items", ()) if item not in items]
        found[code] = row | {"items": [*row["items"], *others]}
    return found
