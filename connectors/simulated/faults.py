"""What an agency is told to do wrong, in one control file that every server reads before it answers."""

import fcntl
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# What each fault does, with its options.
FAULTS: Final[Mapping[str, str]] = {
    "slow": "answer after `seconds`",
    "hang": "take the request and never answer (`seconds`, 120 unless told)",
    "byte_by_byte": "send a byte each `seconds`",
    "dead": "close the connection without a word",
    "cut_short": "stop in the middle of the answer; a file lacks its last third and its trailer",
    "no_trailer": "a file without its trailer",
    "garbage": "bytes that are no answer",
    "wrong_encoding": "the answer in Big5 under the name of UTF-8",
    "redirect": "send the asker elsewhere (`location`)",
    "too_much": "an answer of `bytes` bytes, or with `rows` rows",
    "another_person": 'a proper answer about somebody else; with `echo="asked"` under the asked key',
    "nothing": "nobody found",
    "error": "an error of the server: HTTP 500, a SOAP fault, no file",
    "extra_fields": "`count` more fields than the data item has",
    "wrong_request_id": "the answer to another question",
    "limit": "no more than `calls` at a time, more are told that it is busy; stands beside another fault",
}

_FILE: Final = "faults.json"
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault with its options."""

    name: str
    options: Mapping[str, float | str]

    def amount(self, option: str, otherwise: float) -> float:
        """An option that is a number."""
        return float(self.options.get(option, otherwise))

    def text(self, option: str, otherwise: str) -> str:
        """An option that is a text."""
        return str(self.options.get(option, otherwise))


def set(folder: Path, owner: str, item: str, fault: str, **options: float | str) -> None:
    """Tell an agency to do this wrong from the next request on, for one data item or for all (`*`).

    A second fault for the same agency and item replaces the first; `limit` stands beside it. `ValueError` for a fault that
    is not known.
    """
    if fault not in FAULTS:
        raise ValueError(f"no such fault: {fault}")
    place = "limit" if fault == "limit" else "fault"
    _change(folder, lambda told: told | {f"{owner}|{item}|{place}": {"name": fault, "options": options}})


def clear(folder: Path) -> None:
    """All agencies behave again."""
    _change(folder, lambda told: {})


def find(folder: Path, owner: str, item: str) -> Fault | None:
    """What an agency is told to do wrong with a data item; the item's own fault comes before the agency's."""
    told = _read(folder)
    return told.get(f"{owner}|{item}|fault") or told.get(f"{owner}|{_EVERY}|fault")


def limit_of(folder: Path, owner: str) -> int | None:
    """How many calls at a time an agency takes; None is any number."""
    told = _read(folder).get(f"{owner}|{_EVERY}|limit")
    return int(told.amount("calls", 1)) if told else None


_seen: dict[Path, tuple[tuple[int, int], dict[str, Fault]]] = {}


def _read(folder: Path) -> dict[str, Fault]:
    """The control file; parsed again only when it was replaced."""
    path = folder / _FILE
    try:
        state = path.stat()
    except FileNotFoundError:
        return {}
    mark = (state.st_ino, state.st_mtime_ns)
    held = _seen.get(folder)
    if held is None or held[0] != mark:
        told = json.loads(path.read_text("utf-8"))
        held = (mark, {place: Fault(each["name"], each["options"]) for place, each in told.items()})
        _seen[folder] = held
    return held[1]


def _change(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{_FILE}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / _FILE
        told = json.loads(path.read_text("utf-8")) if path.exists() else {}
        part = folder / f"{_FILE}.part"
        part.write_text(json.dumps(change(told), ensure_ascii=False), "utf-8")
        os.replace(part, path)
