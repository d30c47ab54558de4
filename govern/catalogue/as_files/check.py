"""Whether the records of a catalogue's files fit together: references, forests, subsets, letters, sources.

Every problem is found, not the first one: a record that has lost an unusable part is still checked for all its others.
Pure: what the database has to say is asked by `load`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final

from connectors.kinds import problems as kind_problems
from govern.catalogue.as_files.read import Files
from govern.catalogue.as_files.shapes import AGENCIES, CASE_ITEMS, DATA_ITEMS, SOURCES
from govern.catalogue.as_files.values import NOT_A_NUMBER, TWICE, Normal, Report, join
from govern.core.wording import Wording

UNKNOWN: Final = Wording("目錄中沒有「{code}」。", "The catalogue has no “{code}”.")
CIRCLE: Final = Wording("上級機關繞回自己。", "The chain of parents leads back to itself.")
NOT_AN_OWNER: Final = Wording("「{code}」未標示為資料主政機關。", "“{code}” is not marked as a data owner.")
NOT_LISTED: Final = Wording("本檔開頭的清單沒有「{code}」。", "“{code}” is not in the list at the head of this file.")
ITEM_COUNT: Final = Wording(
    "應為 {number}，與所屬查調項目數相符。", "This must be {number}, the count of its data items."
)
WRONG_GROUP: Final = Wording("形式「{shape}」不能有這個分組。", "The shape “{shape}” has no such group.")
NO_GROUP: Final = Wording(
    "形式「{shape}」至少要有一個欄位屬於分組。", "The shape “{shape}” needs a field within a group."
)
NO_VALUES: Final = Wording("代碼型欄位必須列出代碼值。", "A field of type code must list its values.")
STRAY_VALUES: Final = Wording("只有代碼型欄位可以列代碼值。", "Only a field of type code lists values.")
SAME_KEY: Final = Wording("與主要查詢鍵相同。", "This is the subject key itself.")
NO_SUCH_FIELD: Final = Wording(
    "查調項目「{item}」沒有欄位「{field}」。", "The data item “{item}” has no field “{field}”."
)
NOT_PERMITTED: Final = Wording("「{field}」不在 fields 所列欄位內。", "“{field}” is not among the listed fields.")
CLEAR_AND_REVEALABLE: Final = Wording(
    "「{field}」不能同時為明示與可揭示。", "“{field}” cannot be both clear and revealable."
)
ENDS_FIRST: Final = Wording("迄日早於起日。", "The last day is before the first.")
NEEDS_LETTER: Final = Wording(
    "使用了須經核定的查調項目，但沒有核定函。", "A data item used here needs a letter of approval, and none is listed."
)
NO_DAY: Final = Wording("已核定者須填核定日期。", "An approved letter needs its day.")
STRAY_DAY: Final = Wording("未核定者不得填核定日期。", "A pending letter has no day of approval.")
TWO_READINGS: Final = Wording("同一法條在他處的寫法不同。", "The same article is written differently elsewhere.")
NO_SCHEDULE: Final = Wording("定時者須填 default_schedule。", "A scheduled case item needs default_schedule.")
NOT_USED: Final = Wording(
    "條件用到「{name}」，但未在此宣告。", "A condition uses “{name}”, which is not declared here."
)
OTHER_KIND: Final = Wording(
    "查調項目「{item}」的介接方式不是這一種。", "The data item “{item}” has another kind of connector."
)
OTHER_OWNER: Final = Wording(
    "查調項目「{item}」屬於另一個主政機關。", "The data item “{item}” belongs to another owner."
)
TWO_SOURCES: Final = Wording("查調項目「{item}」已有另一個來源。", "The data item “{item}” has another source already.")
SOURCE_WORDS: Final[Mapping[str, Wording]] = {
    "address": Wording("位址不能使用。", "The address cannot be used."),
    "setting_unknown": Wording("這種介接沒有這個設定。", "This kind of source has no such setting."),
    "setting_missing": Wording("缺少這個設定。", "This setting is missing."),
    "setting_value": Wording("設定的值不能使用。", "The setting's value cannot be used."),
}

# What an expression may name: `d.item`, `hh.item`, `p.parameter`, `input.fact`; texts within it are taken out first.
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'")
_NAMED: Final = re.compile(r"(?<![\w.])(d|hh|p|input)\.([A-Za-z_]\w*)")
_PLACE: Final = re.compile(r"\{(soap|https|sftp|simulated)\}")


def check(files: Files) -> None:
    """Every problem of the records among each other, noted in `files.problems`.

    Where a whole file could not be read there is nothing to hold the others against, and its own problem is said already.
    """
    if not {"agencies", "data_items", "case_items"} <= files.sections.keys():
        return
    _check_agencies(files)
    _check_data_items(files)
    _check_case_items(files)
    if files.has_sources:
        _check_sources(files)


def _check_agencies(files: Files) -> None:
    agencies = files.by_code("agencies")
    for code, agency in agencies.items():
        parent = agency.get("parent")
        if parent is not None and parent not in agencies:
            files.say(AGENCIES, code, "parent", UNKNOWN.fill(code=parent))
        seen = {code}
        while parent is not None and parent in agencies:
            if parent in seen:
                if parent == code:  # said once for each agency on the circle, not for those that hang below it
                    files.say(AGENCIES, code, "parent", CIRCLE)
                break
            seen.add(parent)
            parent = agencies[parent].get("parent")


def _check_data_items(files: Files) -> None:
    categories, masks = files.by_code("categories"), files.by_code("mask_rules")
    counts = Counter(item.get("category") for item in files.by_code("data_items").values())
    for category_code, row in categories.items():
        if row.get("item_count", counts[category_code]) != counts[category_code]:
            files.say(DATA_ITEMS, category_code, "item_count", ITEM_COUNT.fill(number=counts[category_code]))
    _check_seq(files, DATA_ITEMS, "categories")
    _check_seq(files, DATA_ITEMS, "data_items")
    for item in files.sections.get("data_items", []):
        check_data_item(files, item)
        _check_fields(files, item, masks)


def check_data_item(files: Files, item: Normal) -> None:
    """What is wrong with one data item beside its fields: its owner, category, keys; also of one made in the console."""
    agencies, categories = files.by_code("agencies"), files.by_code("categories")
    code, owner, category = item.get("code"), item.get("owner"), item.get("category")
    if owner is not None and owner not in agencies:
        files.say(DATA_ITEMS, code, "owner", UNKNOWN.fill(code=owner))
    elif owner is not None and not agencies[owner].get("data_owner"):
        files.say(DATA_ITEMS, code, "owner", NOT_AN_OWNER.fill(code=owner))
    if category is not None and category not in categories:
        files.say(DATA_ITEMS, code, "category", UNKNOWN.fill(code=category))
    if item.get("subject_key") in item.get("alt_subject_keys", []):
        files.say(DATA_ITEMS, code, "alt_subject_keys", SAME_KEY)
    for key, name in (("subject_key", "subject_key_types"), ("connector", "connector_kinds")):
        if key in item and item[key] not in files.code_lists.get(name, (item[key],)):
            files.say(DATA_ITEMS, code, key, NOT_LISTED.fill(code=item[key]))


def _check_fields(files: Files, item: Normal, masks: Mapping[str, Normal]) -> None:
    code, shape, seen = item.get("code"), item.get("shape", ""), set()
    for field in item.get("fields", []):
        place = join("fields", field.get("code", "?"))
        if field.get("code") in seen:
            files.say(DATA_ITEMS, code, place, TWICE)
        seen.add(field.get("code"))
        for key, name in (("type", "field_types"), ("sensitivity", "sensitivities")):
            if key in field and field[key] not in files.code_lists.get(name, (field[key],)):
                files.say(DATA_ITEMS, code, join(place, key), NOT_LISTED.fill(code=field[key]))
        check_field(field, shape, masks, place, partial(files.say, DATA_ITEMS, code))
    if lacks_group(shape, item.get("fields", [])):
        files.say(DATA_ITEMS, code, "fields", NO_GROUP.fill(shape=shape))


def check_field(field: Normal, shape: str, masks: Collection[str], place: str, report: Report) -> None:
    """What is wrong with one field of a data item of this shape: its mask, its part of the answer, its coded values."""
    if "mask" in field and field["mask"] not in masks:
        report(join(place, "mask"), UNKNOWN.fill(code=field["mask"]))
    group = field.get("group", "")
    if (shape == "single" and group) or (shape == "list" and group == "members"):
        report(join(place, "group"), WRONG_GROUP.fill(shape=shape))
    if field.get("type") == "code" and not field.get("values"):
        report(join(place, "values"), NO_VALUES)
    elif "type" in field and field["type"] != "code" and field.get("values"):
        report(join(place, "values"), STRAY_VALUES)
    for twice in _twice(value.get("code") for value in field.get("values", [])):
        report(join(join(place, "values"), str(twice)), TWICE)


def lacks_group(shape: str, fields: Iterable[Normal]) -> bool:
    """Whether an answer of several rows has no field that stands in rows."""
    return shape in ("list", "grouped") and not any(field.get("group") for field in fields)


def _check_case_items(files: Files) -> None:
    agencies, items, parameters = (files.by_code(name) for name in ("agencies", "data_items", "parameters"))
    _check_seq(files, CASE_ITEMS, "case_items")
    laws: dict[tuple[str, str], Normal] = {}
    for row in files.sections.get("case_items", []):
        code = row.get("code")
        named = [("business_agency", row.get("business_agency"))]
        named += [("authorised_agencies", agency) for agency in row.get("authorised_agencies", [])]
        for key in ("owner", "for_owner"):
            named += [(join("approvals", key), letter.get(key)) for letter in row.get("approvals", [])]
        for place, agency in named:
            if agency is not None and agency not in agencies:
                files.say(CASE_ITEMS, code, place, UNKNOWN.fill(code=agency))
        for place, last in (("valid_from", "valid_to"),):
            if place in row and last in row and row[last] < row[place]:
                files.say(CASE_ITEMS, code, last, ENDS_FIRST)
        if row.get("urgency") == "scheduled" and "default_schedule" not in row:
            files.say(CASE_ITEMS, code, "default_schedule", NO_SCHEDULE)
        _check_legal_bases(files, row, laws)
        _check_permitted(files, row, items)
        _check_letters(files, row, items)
        _check_conditions(files, row, parameters)


def _check_legal_bases(files: Files, row: Normal, laws: dict[tuple[str, str], Normal]) -> None:
    code, seen = row.get("code"), set()
    for basis in row.get("legal_basis", []):
        if "law_zh" not in basis or "article" not in basis:
            continue
        key = (basis["law_zh"], basis["article"])
        place = f"legal_basis.{basis['law_zh']} {basis['article']}"
        if key in seen:
            files.say(CASE_ITEMS, code, place, TWICE)
        seen.add(key)
        first = laws.setdefault(key, basis)
        facts = ("law_en", "checked", "in_force_from", "in_force_to")  # of the law, not of this use of it
        if any(first.get(fact) != basis.get(fact) for fact in facts):
            files.say(CASE_ITEMS, code, place, TWO_READINGS)
        if basis.get("in_force_from", "") > basis.get("in_force_to", "9999"):
            files.say(CASE_ITEMS, code, join(place, "in_force_to"), ENDS_FIRST)


def _check_permitted(files: Files, row: Normal, items: Mapping[str, Normal]) -> None:
    code = row.get("code")
    for twice in _twice(part.get("item") for part in row.get("data", [])):
        files.say(CASE_ITEMS, code, join("data", str(twice)), TWICE)
    for part in row.get("data", []):
        if "item" not in part:
            continue
        item, place = part["item"], join("data", part["item"])
        if item not in items:
            files.say(CASE_ITEMS, code, place, UNKNOWN.fill(code=item))
            continue
        known = {field.get("code") for field in items[item].get("fields", [])}
        listed = part.get("fields", [])
        for field in listed:
            if field not in known:
                files.say(CASE_ITEMS, code, join(place, "fields"), NO_SUCH_FIELD.fill(item=item, field=field))
        for key in ("clear", "revealable", "necessity"):
            for field in part.get(key, []):
                if field not in listed:
                    files.say(CASE_ITEMS, code, join(place, key), NOT_PERMITTED.fill(field=field))
        for field in part.get("revealable", []):
            if field in part.get("clear", []):
                files.say(CASE_ITEMS, code, join(place, "revealable"), CLEAR_AND_REVEALABLE.fill(field=field))


def _check_letters(files: Files, row: Normal, items: Mapping[str, Normal]) -> None:
    code, letters = row.get("code"), row.get("approvals", [])
    used = [items[part["item"]] for part in row.get("data", []) if part.get("item") in items]
    if any(item.get("approval") for item in used) and not letters:
        files.say(CASE_ITEMS, code, "approvals", NEEDS_LETTER)
    for superior, _owner in _twice((letter.get("owner"), letter.get("for_owner")) for letter in letters):
        files.say(CASE_ITEMS, code, join("approvals", str(superior)), TWICE)
    for letter in letters:
        approved_on, status = letter.get("approved_on"), letter.get("status")
        if status == "approved" and approved_on is None:
            files.say(CASE_ITEMS, code, "approvals.approved_on", NO_DAY)
        elif status == "pending" and approved_on is not None:
            files.say(CASE_ITEMS, code, "approvals.approved_on", STRAY_DAY)


def _check_conditions(files: Files, row: Normal, parameters: Mapping[str, Normal]) -> None:
    """An expression names only what its case item looks up, what its officer enters, and parameters that exist."""
    rule: Normal = row.get("eligibility", {})
    items = {part.get("item") for part in row.get("data", [])}
    known: dict[str, Iterable[Any]] = {
        "d": items,
        "hh": items,
        "p": parameters.keys(),
        "input": {fact.get("code") for fact in rule.get("inputs", [])},
    }
    for twice in _twice(condition.get("code") for condition in rule.get("conditions", [])):
        files.say(CASE_ITEMS, row.get("code"), join("eligibility.conditions", str(twice)), TWICE)
    for condition in [*rule.get("conditions", []), rule.get("amount", {})]:
        for sort, name in names_in(condition.get("expr", "")):
            if name not in known[sort]:
                place = join("eligibility", condition.get("code", "amount"))
                files.say(CASE_ITEMS, row.get("code"), place, NOT_USED.fill(name=f"{sort}.{name}"))


def names_in(expression: str) -> list[tuple[str, str]]:
    """What an expression names, as pairs of sort (`d`, `hh`, `p`, `input`) and name."""
    return _NAMED.findall(_TEXT.sub('""', expression))


def _check_sources(files: Files) -> None:
    agencies, items = files.by_code("agencies"), files.by_code("data_items")
    answered: set[str] = set()
    for row in files.sections.get("sources", []):
        code, owner, kind = row.get("code"), row.get("owner"), row.get("kind")
        if owner is not None and owner not in agencies:
            files.say(SOURCES, code, "owner", UNKNOWN.fill(code=owner))
        if kind is not None and "address" in row:
            address = _PLACE.sub(lambda place: "1" if place[1] != "simulated" else "x", row["address"])
            for name, detail in kind_problems(kind, address, row.get("settings", {})):
                place = name if name == "address" else join("settings", name)
                files.say(SOURCES, code, place, SOURCE_WORDS.get(detail, SOURCE_WORDS["setting_value"]))
        if row.get("deadline_s", 0) < 0:
            files.say(SOURCES, code, "deadline_s", NOT_A_NUMBER)
        for item in dict.fromkeys(row.get("items", [])):
            if item not in items:
                files.say(SOURCES, code, "items", UNKNOWN.fill(code=item))
                continue
            if item in answered:
                files.say(SOURCES, code, "items", TWO_SOURCES.fill(item=item))
            answered.add(item)
            if kind is not None and items[item].get("connector", kind) != kind:
                files.say(SOURCES, code, "items", OTHER_KIND.fill(item=item))
            if owner is not None and items[item].get("owner", owner) != owner:
                files.say(SOURCES, code, "items", OTHER_OWNER.fill(item=item))


def _check_seq(files: Files, file: str, section: str) -> None:
    seen: set[int] = set()
    for row in files.sections.get(section, []):
        if row.get("seq") in seen:
            files.say(file, row.get("code"), "seq", TWICE)
        seen.add(row.get("seq", -1))


def _twice(codes: Iterable[Any]) -> list[Any]:
    return [code for code, times in Counter(code for code in codes if code is not None).items() if times > 1]
