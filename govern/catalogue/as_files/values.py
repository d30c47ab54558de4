"""What a value of a file may be: small readers that say everything that is wrong and go on.

A reader takes a value as YAML gave it and returns its normal form, or `UNUSABLE` after it has reported why. Records are
declared as keys with a reader each; what is not declared is reported, so that a misspelt key is never silently ignored.
The normal form is what is compared and hashed: keys in the order declared, optional ones left out where they say nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import InstrumentedAttribute

from govern.core.wording import Wording

Normal = dict[str, Any]
Report = Callable[[str, Wording], None]
Read = Callable[[object, str, Report], Any]

UNUSABLE: Final = object()

MISSING: Final = Wording("缺少這一項。", "This is missing.")
UNKNOWN_KEY: Final = Wording("沒有這個項目名稱。", "There is no key of this name.")
NOT_A_RECORD: Final = Wording("應為成對的名稱與值。", "This must be names with values.")
NOT_A_LIST: Final = Wording("應為清單。", "This must be a list.")
EMPTY_LIST: Final = Wording("清單不得為空。", "The list must not be empty.")
NOT_TEXT: Final = Wording("應為文字。", "This must be text.")
BAD_TEXT: Final = Wording(
    "文字不得空白、前後有空格或含控制字元。",
    "Text must not be empty, begin or end with a space, or hold control characters.",
)
TOO_LONG: Final = Wording("文字過長，最多 {most} 個字。", "The text is too long; at most {most} characters.")
BAD_CODE: Final = Wording(
    "代碼應以小寫字母起首，僅用小寫字母、數字{signs}。",
    "A code begins with a small letter and has small letters, digits{signs} only.",
)
NOT_ONE_OF: Final = Wording("應為下列之一：{known}。", "This must be one of: {known}.")
NOT_WHOLE: Final = Wording("應為 {least} 到 {most} 的整數。", "This must be a whole number from {least} to {most}.")
NOT_A_NUMBER: Final = Wording("應為數字。", "This must be a number.")
NOT_TRUTH: Final = Wording("應為 true 或 false。", "This must be true or false.")
NOT_A_DATE: Final = Wording("應為 ISO 日期，例如 2026-01-01。", "This must be an ISO date such as 2026-01-01.")
TWICE: Final = Wording("重複出現。", "This occurs twice.")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record. Optional ones are left out of the normal form where they equal `default`, unless `is_kept`."""

    read: Read
    needed: bool = True
    default: Any = None
    is_kept: bool = False


def optional(read: Read, default: Any = None) -> Key:
    """A key that may be absent, and then means `default`."""
    return Key(read, needed=False, default=default)


def record(shape: Mapping[str, Key]) -> Read:
    """A mapping with these keys and no others."""

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, dict):
            report(path, NOT_A_RECORD)
            return UNUSABLE
        for name in value:
            if name not in shape:
                report(join(path, str(name)[:60]), UNKNOWN_KEY)
        normal: Normal = {}
        for name, key in shape.items():
            given = value.get(name)
            if given is None:
                if key.is_kept:
                    normal[name] = key.default
                elif key.needed:
                    report(join(path, name), MISSING)
                continue
            got = key.read(given, join(path, name), report)
            if got is not UNUSABLE and (key.needed or key.is_kept or got != key.default):
                normal[name] = got
        return normal

    return read


def list_of(read_one: Read, *, least: int = 0, unique: bool = False) -> Read:
    """A list of such values; what cannot be used is left out of the normal form."""

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, list):
            report(path, NOT_A_LIST)
            return UNUSABLE
        if len(value) < least:
            report(path, EMPTY_LIST)
        found: list[Any] = []
        for place, one in enumerate(value):
            named = one.get("code") or one.get("item") if isinstance(one, dict) else None
            here = f"{path}.{named}" if isinstance(named, str) else f"{path}[{place + 1}]"
            got = read_one(one, here, report)
            if got is UNUSABLE:
                continue
            if unique and got in found:
                report(here, TWICE)
            found.append(got)
        return found

    return read


def mapping_of(read_one: Read) -> Read:
    """A mapping from codes to such values."""

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            report(path, NOT_A_RECORD)
            return UNUSABLE
        found = {name: read_one(one, join(path, name), report) for name, one in value.items()}
        return {name: got for name, got in found.items() if got is not UNUSABLE}

    return read


def text(column: InstrumentedAttribute[Any] | int) -> Read:
    """One line or more of text, as long as the column holds."""
    most = column if isinstance(column, int) else int(column.property.columns[0].type.length or 0)

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, str):
            report(path, NOT_TEXT)
            return UNUSABLE
        bad = any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") and sign != "\n" for sign in value)
        if bad or not value or value != value.strip():
            report(path, BAD_TEXT)
            return UNUSABLE
        if most and len(value) > most:
            report(path, TOO_LONG.fill(most=most))
            return UNUSABLE
        return value

    return read


def code(*, hyphens: bool = False, dots: bool = False) -> Read:
    """A code: what tables, leaves and, for items and fields, the sources' own messages name things by."""
    pattern = re.compile(rf"[a-z][a-z0-9_{'.' if dots else ''}{'-' if hyphens else ''}]{{0,59}}")
    signs = "、底線" + ("、連字號" if hyphens else "") + ("、句點" if dots else "")
    signs_en = ", underscores" + (", hyphens" if hyphens else "") + (", dots" if dots else "")
    wording = Wording(BAD_CODE.zh.format(signs=signs), BAD_CODE.en.format(signs=signs_en))

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            report(path, wording)
            return UNUSABLE
        return value

    return read


def one_of(known: Collection[str]) -> Read:
    """One of the codes that the program knows."""

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, str) or value not in known:
            report(path, NOT_ONE_OF.fill(known="、".join(sorted(known))))
            return UNUSABLE
        return value

    return read


def whole(least: int, most: int = 2**31 - 1, *, steps: Collection[int] = ()) -> Read:
    """A whole number within bounds, or one of the steps."""

    def read(value: object, path: str, report: Report) -> Any:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            report(path, NOT_WHOLE.fill(least=least, most=most))
            return UNUSABLE
        if steps and value not in steps:
            report(path, NOT_ONE_OF.fill(known="、".join(str(step) for step in sorted(steps))))
            return UNUSABLE
        return value

    return read


def number(value: object, path: str, report: Report) -> Any:
    """A whole number or a fraction; which of the two is kept."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:  # nor NaN
        report(path, NOT_A_NUMBER)
        return UNUSABLE
    return value


def truth(value: object, path: str, report: Report) -> Any:
    """True or false."""
    if not isinstance(value, bool):
        report(path, NOT_TRUTH)
        return UNUSABLE
    return value


def day(value: object, path: str, report: Report) -> Any:
    """A date, in its normal form as ISO text."""
    if type(value) is date:
        return value.isoformat()
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        report(path, NOT_A_DATE)
        return UNUSABLE


def anything(value: object, _path: str, _report: Report) -> Any:
    """What a kind of source checks by itself."""
    return value


def join(path: str, name: str) -> str:
    """The name of a key within a record, as a problem names it."""
    return f"{path}.{name}" if path else name
