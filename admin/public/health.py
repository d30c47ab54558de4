"""Is every part well: JSON for a watcher, without log-in, and nothing else in it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, make_response
from sqlalchemy.orm import Session

from admin.frame.opening import PARTS
from admin.frame.parts import Check, parts
from govern.core.wording import Wording
from govern.queue.refused_jobs import refused_lately
from govern.rules.actor import Actor

pages = Blueprint("public", __name__)

PART_NAMES: Final[Mapping[str, Wording]] = {
    "database": Wording("資料庫", "Database"),
    "queue": Wording("工作佇列", "Queue"),
    "answers": Wording("查調結果暫存", "Store of answers"),
    "entries": Wording("軌跡寫入", "Writing of entries"),
    "sequencer": Wording("軌跡編號", "Numbering of entries"),
    "trail": Wording("軌跡完整", "Trail whole"),
}

_diagnostics = logging.getLogger("govern.health")


def state_of_health(checks: dict[str, Check]) -> dict[str, object]:
    """Every part with whether it is well; a part without a check, or whose check raises, is not."""
    found = {name: _is_well(name, checks.get(name)) for name in PARTS}
    return {"ok": all(found.values()), "parts": found}


@pages.get("/health")
def health() -> Response:
    """200 when all parts are well, else 503."""
    state = state_of_health(dict(parts().health))
    return make_response(jsonify(state), 200 if state["ok"] else 503)


@dataclass(frozen=True, slots=True)
class Platform:
    """What an operator's home page says: every part and whether it is well, and how many jobs were none of ours."""

    parts: Sequence[tuple[Wording, bool]]
    refused_jobs: int


def platform_now(_actor: Actor, session: Session) -> Platform:
    """The platform as it is now."""
    known = dict(parts().health)
    found = [(PART_NAMES[name], _is_well(name, known.get(name))) for name in PARTS]
    return Platform(found, refused_lately(session))


def _is_well(name: str, check: Check | None) -> bool:
    if check is None:
        return False
    try:
        return bool(check())
    except Exception as broken:
        _diagnostics.warning("%s is not well: %s", name, type(broken).__name__)
        return False
