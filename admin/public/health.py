"""Is every part well: JSON for a watcher, without log-in, and nothing else in it."""

import logging

from flask import Blueprint, Response, jsonify, make_response

from admin.frame.opening import PARTS
from admin.frame.parts import Check, parts

pages = Blueprint("public", __name__)

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


def _is_well(name: str, check: Check | None) -> bool:
    if check is None:
        return False
    try:
        return bool(check())
    except Exception as broken:
        _diagnostics.warning("%s is not well: %s", name, type(broken).__name__)
        return False
