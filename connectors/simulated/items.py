"""The data items as a simulated agency knows them: fields, keys and owners, read from the catalogue's files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from connectors.exchange import FieldSpec, ItemSpec, Shape

FILES: Final = Path(__file__).resolve().parents[2] / "govern" / "catalogue" / "files"
PERSON_OR_FIRM_FILE: Final = "file"  # a data item asked by file is asked by the national ID numbers in it


@dataclass(frozen=True, slots=True)
class Item:
    """A data item with the owner that answers it, the connector's kind and the kinds of key it may be asked by."""

    spec: ItemSpec
    owner: str
    kind: str
    key_kinds: tuple[str, ...]
    name_zh: str

    @property
    def code(self) -> str:
        """The data item's code."""
        return self.spec.code

    @property
    def group(self) -> str:
        """What a repeated record of it is called on the wire: `rows`, `members`, or empty for a single record."""
        return next((field.group for field in self.spec.fields if field.group), "")


@cache
def items() -> Mapping[str, Item]:
    """All data items by code, in the catalogue's order."""
    read = _Loader((FILES / "data_items.yaml").read_text("utf-8")).get_single_data()
    return {each["code"]: _item(each) for each in read["data_items"]}


def of_owner(owner: str, *kinds: str) -> tuple[Item, ...]:
    """The data items that an owner answers by one of these kinds of connector."""
    return tuple(item for item in items().values() if item.owner == owner and item.kind in kinds)


def owners(*kinds: str) -> tuple[str, ...]:
    """The owners that answer by one of these kinds of connector."""
    return tuple(dict.fromkeys(item.owner for item in items().values() if item.kind in kinds))


def _item(each: Mapping[str, Any]) -> Item:
    fields = tuple(
        FieldSpec(
            code=field["code"],
            type=field["type"],
            group=field.get("group", ""),
            values=tuple(str(value["code"]) for value in field.get("values", ())),
        )
        for field in each["fields"]
    )
    asked = [each["subject_key"], *each["alt_subject_keys"]]
    key_kinds = tuple("national_id" if kind == PERSON_OR_FIRM_FILE else kind for kind in asked)
    return Item(
        ItemSpec(each["code"], Shape(each["shape"]), fields),
        each["owner"],
        each["connector"],
        key_kinds,
        each["name_zh"],
    )


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the safe one, in C where it is there: ten times as fast
