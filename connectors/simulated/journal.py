"""What each agency was asked: message ids and keyed digests of the keys, never a person, one file an agency.

Tests and auditors lay it beside the trail: each request here must have its intent entry there (both sides log). A digest is an
HMAC under a key of the simulated folder, so that the journal alone tells nobody who was asked about.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

_KEY_FILE: Final = "journal.key"


def prepare(folder: Path) -> None:
    """Make the journal's key and folder where there are none."""
    (folder / "journal").mkdir(parents=True, exist_ok=True)
    if not (folder / _KEY_FILE).exists():
        descriptor = os.open(folder / _KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))


def digest(folder: Path, kind: str, value: str) -> str:
    """The keyed digest under which a key stands in the journals."""
    return hmac.new(_key(folder), f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def write(folder: Path, owner: str, request_id: str, item: str, keys: Iterable[tuple[str, str]]) -> None:
    """Add a line for each asked key, before anything is answered."""
    at = datetime.now(UTC).isoformat()
    lines = "".join(
        json.dumps({"request_id": request_id, "item": item, "key_digest": digest(folder, kind, value), "at": at}) + "\n"
        for kind, value in keys
    )
    descriptor = os.open(_path(folder, owner), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        file.write(lines.encode())  # one write, so that lines of two requests do not mix


def read(folder: Path, owner: str) -> list[dict[str, str]]:
    """All lines of an agency's journal, oldest first: `request_id`, `item`, `key_digest`, `at`."""
    path = _path(folder, owner)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _path(folder: Path, owner: str) -> Path:
    return folder / "journal" / f"{owner}.jsonl"


@cache
def _key(folder: Path) -> bytes:
    return (folder / _KEY_FILE).read_bytes()
