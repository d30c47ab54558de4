"""What a clerk would see of a field: on an invented person, under the very masks of the rulebook.

The values are invented here (虛構) and belong to nobody; a field of a type has one value, a code the first of its list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from govern.catalogue.data_item import DataItem, DataItemField
from govern.core.wording import Wording
from govern.rules.masking import mask

BY_TYPE: Final[Mapping[str, str]] = {
    "string": "範例文字",
    "text": "無特別記載",
    "date": "民國75年3月8日",
    "datetime": "民國115年5月20日",
    "year_month": "民國110年5月",
    "year": "民國114年",
    "name": "王小明",
    "address": "新北市板橋區中山路一段161號",
    "money": "1,234,567元",
    "national_id": "A123456789",
    "integer": "3",
    "decimal": "85.6",
    "boolean": "是",
    "land_no": "AD0609 18-1",
    "building_no": "AD0609 123-0",
    "company_no": "12345675",
    "plate_no": "ABC-1234",
    "file": "附件一份",
}
# A family has more than one name: the first part of the field's code that fits.
BY_CODE: Final[Mapping[str, str]] = {
    "father": "王大同",
    "mother": "林秀英",
    "spouse": "陳美惠",
    "guardian": "林秀英",
    "note": "無特別記載",
    "household_no": "F1234567",
    "account": "0012345678901",
    "phone": "0912345678",
    "income_year": "民國114年",
    "relation": "長子",
    "village": "留侯里5鄰",
    "birth_place": "新北市",
}
ENGLISH: Final[Mapping[str, str]] = {
    "是": "Yes",
    "長子": "eldest son",
    "無特別記載": "nothing noted",
    "範例文字": "sample text",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as the clerk would see it: its name, its shape and its text."""

    code: str
    name: Wording
    appearance: str
    text: Wording


def in_clear(field: DataItemField) -> Wording:
    """The invented value of a field, whole."""
    if field.values:
        first = field.values[0]
        return Wording(str(first["zh"]), str(first["en"]))
    text = next((value for part, value in BY_CODE.items() if part in field.code), "") or BY_TYPE.get(field.type, "…")
    return Wording(text, ENGLISH.get(text, text))


def under_mask(field: DataItemField) -> Wording:
    """The same under the field's mask."""
    text = mask(field.mask, in_clear(field).zh, field.type)
    return Wording(text, text)


def shown(item: DataItem, appearances: Mapping[str, str]) -> list[Shown]:
    """An answer of the data item as the clerk would see it, by how its fields appear; what is absent is not there."""
    return [
        Shown(
            field.code,
            field.name,
            appearances[field.code],
            in_clear(field) if appearances[field.code] == "clear" else under_mask(field),
        )
        for field in item.fields
        if field.code in appearances
    ]
