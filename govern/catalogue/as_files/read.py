"""A folder's files as records in normal form, with every problem of form that they have.

YAML is read with the safe loader. A key that occurs twice in one record is a problem, where YAML would take the last; and
so are aliases that unfold to more than any catalogue holds (a few lines can unfold to gigabytes). Nothing here knows the
database.
"""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from govern.catalogue.as_files.shapes import CODE_LISTS, FILES, SCHEMA_VERSION, SECTIONS, SOURCES
from govern.catalogue.as_files.values import MISSING, NOT_A_LIST, NOT_ONE_OF, TWICE, UNKNOWN_KEY, Normal, Read, record
from govern.core.errors import InvalidInput
from govern.core.wording import Wording

LARGEST_BYTES: Final = 20_000_000
MOST_VALUES: Final = 2_000_000

NO_FOLDER: Final = Wording("找不到資料夾。", "There is no such folder.")
NO_FILE: Final = Wording("找不到檔案。", "The file is missing.")
TOO_LARGE: Final = Wording("檔案過大，最多 20 MB。", "The file is too large; at most 20 MB.")
NOT_UTF8: Final = Wording("檔案不是 UTF-8 文字。", "The file is not UTF-8 text.")
NOT_YAML: Final = Wording("第 {line} 行不是正確的 YAML。", "Line {line} is not proper YAML.")
KEY_TWICE: Final = Wording("第 {line} 行的名稱在同一筆內重複。", "The key in line {line} occurs twice in one record.")
UNFOLDS: Final = Wording("YAML 別名展開後過大。", "The YAML aliases of this file unfold to too much.")
WRONG_SCHEMA: Final = Wording("只認得第 1 版的格式。", "Only schema version 1 is known.")
WRONG: Final = Wording(
    "目錄檔案有 {number} 處錯誤，未作任何變更。", "The catalogue's files have {number} errors; nothing was changed."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: in which file, at which code (empty where there is none), in which field of it."""

    file: str
    code: str
    field: str
    wording: Wording


class CatalogueWrong(InvalidInput):
    """The files cannot be loaded; nothing was changed. `problems` has all of them, in the files' order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(WRONG.fill(number=len(problems)), code="catalogue_wrong")
        self.problems = problems


@dataclass(slots=True)
class Files:
    """What the files say, in normal form, section by section; unusable parts are left out and stand in `problems`."""

    sections: dict[str, list[Normal]] = field(default_factory=dict)
    code_lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, file: str, code: object, place: str, wording: Wording) -> None:
        """Note a problem."""
        self.problems.append(Problem(file, str(code)[:80] if code else "", place, wording))

    def by_code(self, section: str) -> dict[str, Normal]:
        """A section's records by their code; of two with one code the first."""
        found: dict[str, Normal] = {}
        for row in self.sections.get(section, []):
            if "code" in row:
                found.setdefault(row["code"], row)
        return found

    @property
    def has_sources(self) -> bool:
        """Whether the folder has a file of sources; without one the known sources stay."""
        return SOURCES in self.sha256


def read_files(folder: Path) -> Files:
    """The files of a folder; `InvalidInput` when there is no folder. `sources.yaml` alone may be absent."""
    if not folder.is_dir():
        raise InvalidInput(NO_FOLDER, code="no_folder")
    files = Files()
    for name in FILES:
        path = folder / name
        if not path.is_file():
            if name != SOURCES:
                files.say(name, None, "", NO_FILE)
            continue
        content = _parsed(path, files)
        if content is not None:
            _take(name, content, files)
    return files


def _parsed(path: Path, files: Files) -> Mapping[str, Any] | None:
    if path.stat().st_size > LARGEST_BYTES:
        files.say(path.name, None, "", TOO_LARGE)
        return None
    octets = path.read_bytes()
    files.sha256[path.name] = hashlib.sha256(octets).hexdigest()
    try:
        text = octets.decode("utf-8-sig")
        content = yaml.load(text, Loader=_StricterSafeLoader)  # noqa: S506 (the safe loader, made stricter)
    except UnicodeDecodeError:
        files.say(path.name, None, "", NOT_UTF8)
        return None
    except _NotTaken as wrong:
        files.say(path.name, None, "", wrong.wording)
        return None
    except (yaml.YAMLError, ValueError) as wrong:  # a day such as 2026-02-30 is a ValueError to PyYAML
        mark = getattr(wrong, "problem_mark", None)
        files.say(path.name, None, "", NOT_YAML.fill(line=mark.line + 1 if mark else "?"))
        return None
    if not isinstance(content, dict):
        files.say(path.name, None, "", NOT_YAML.fill(line=1))
        return None
    if _unfolds(content):
        files.say(path.name, None, "", UNFOLDS)
        return None
    return content


def _unfolds(content: object) -> bool:
    """Whether there are more values than any catalogue has, each counted as often as an alias repeats it."""
    count, waiting = 0, [content]
    while waiting and count + len(waiting) <= MOST_VALUES:
        value = waiting.pop()
        count += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return bool(waiting)


def _take(file: str, content: Mapping[str, Any], files: Files) -> None:
    sections, lists = SECTIONS[file], CODE_LISTS.get(file, {})
    for name in content:
        if name not in sections and name not in lists and name != "schema_version":
            files.say(file, None, str(name)[:60], UNKNOWN_KEY)
    if content.get("schema_version") != SCHEMA_VERSION:
        files.say(file, None, "schema_version", WRONG_SCHEMA)
    for name, known in lists.items():
        files.code_lists[name] = known
        given = content.get(name, list(known))
        if not isinstance(given, list):
            files.say(file, None, name, NOT_A_LIST)
            continue
        for code in given:
            if code not in known:
                files.say(file, code, name, NOT_ONE_OF.fill(known="、".join(known)))
        files.code_lists[name] = tuple(code for code in known if code in given)
    for name, shape in sections.items():
        rows = content.get(name)
        if isinstance(rows, list):
            files.sections[name] = _take_rows(file, name, rows, record(shape), files)
        else:
            files.say(file, None, name, MISSING if rows is None else NOT_A_LIST)


def _take_rows(file: str, section: str, rows: list[Any], read: Read, files: Files) -> list[Normal]:
    found, seen = [], set()
    for place, row in enumerate(rows, start=1):
        code = row.get("code") if isinstance(row, dict) else None
        named = code if isinstance(code, str) and code else f"{section}[{place}]"
        got = read(row, "", partial(files.say, file, named))
        if not isinstance(got, dict):
            continue
        if named in seen:
            files.say(file, named, "code", TWICE)
        seen.add(named)
        found.append(got)
    return found


class _NotTaken(Exception):
    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.wording = wording


class _StricterSafeLoader(yaml.CSafeLoader):
    """The safe loader, which takes no key that stands twice in one record."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key, _value in node.value:
            if key.value in seen or key.tag == "tag:yaml.org,2002:merge":
                raise _NotTaken(KEY_TWICE.fill(line=key.start_mark.line + 1))
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)
