"""An agency's names are kept by its head or supervisor, or those above; its place in the tree by an operator.

The code never changes, so that a leaf of the log reads alone. Reach follows the tree, so that a move holds at once.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency, agencies_below
from govern.catalogue.as_files import contents
from govern.catalogue.as_files.shapes import LEVELS
from govern.catalogue.as_files.values import Normal
from govern.catalogue.data_item import DataItem
from govern.catalogue.maintain.shown import NEEDED, UNKNOWN, demand_unchanged, refuse, say, texts
from govern.core.database import transaction
from govern.core.errors import Conflict, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.kinds.catalogue import AgencyChanged

NAMES: Final[Mapping[str, int]] = {
    "name_zh": 100,
    "name_en": 200,
    "short_zh": 60,
    "current_name_zh": 100,
    "current_name_en": 200,
    "district": 20,
    "note": 400,
}
NEEDED_NAMES: Final = frozenset({"name_zh", "name_en"})
PLACE: Final = ("level", "parent", "is_data_owner")
CODE: Final = re.compile(r"[a-z][a-z0-9-]{2,59}")

CIRCLE: Final = Wording("上級機關不能是自己或自己的下級。", "An agency cannot stand under itself or one below it.")
STILL_OWNS: Final = Wording(
    "這個機關仍主政{n}個查調項目，不能取消資料主政。", "This agency still owns {n} data items and stays a data owner."
)
TAKEN: Final = Wording("這個代碼已有機關使用。", "Another agency has this code.")
BAD_CODE: Final = Wording(
    "請用小寫英文、數字與連字號，3至60個字。", "Use lower-case letters, digits and hyphens, 3 to 60 characters."
)


def may_change(actor: Actor, code: str) -> frozenset[str]:
    """Which facts of an agency the actor keeps: names, place, both or none."""
    found: set[str] = set()
    if actor.holds(Role.HEAD, Role.SUPERVISOR) and code in actor.reach.agencies:
        found |= NAMES.keys()
    if actor.holds(Role.OPERATOR):
        found |= set(PLACE)
    return frozenset(found)


def shown(session: Session, code: str) -> Normal:
    """An agency as pages show it, for the hash that a form carries; `NotFound` where there is none."""
    found = contents.agencies(session).get(code)
    if found is None:
        raise NotFound
    return found


def change_agency(actor: Actor, code: str, given: Mapping[str, Any], *, seen: str) -> None:
    """The agency is as given, in those facts that the actor keeps and `given` names; an entry holds both hashes.

    Raises `NotAllowed` for a fact that is another's to keep, `InvalidInput` with the fields, `ChangedMeanwhile` when the
    agency is no longer what the page showed. Giving what is there already writes nothing.
    """
    allowed = may_change(actor, code)
    if not allowed or not given.keys() <= allowed:
        raise NotAllowed
    values = _cleaned(given)
    refuse(_wrong_texts(values))
    with transaction() as session:
        # All agencies are locked while one moves, so that two moves at once cannot close a circle.
        query = select(Agency).order_by(Agency.code).with_for_update()
        rows = {
            row.code: row for row in session.scalars(query if "parent" in values else query.where(Agency.code == code))
        }
        if code not in rows:
            raise NotFound
        before = shown(session, code)
        refuse(_wrong_place(session, code, values))
        demand_unchanged(seen, before)
        for name, value in values.items():
            setattr(rows[code], name, value)
        session.flush()
        after = shown(session, code)
        if after != before:
            say(session, AgencyChanged, code, before, after, by=actor, act="changed")


def add_agency(actor: Actor, code: str, given: Mapping[str, Any]) -> str:
    """A new agency stands in the tree, last in lists; an operator's act. Returns its code."""
    if not actor.holds(Role.OPERATOR):
        raise NotAllowed
    values = {"level": None, "parent": None, "is_data_owner": False, "kind": "bureau"} | _cleaned(given)
    wrong = _wrong_texts({name: values.get(name) for name in (*NAMES, "level")})
    if not CODE.fullmatch(code):
        wrong["code"] = BAD_CODE
    refuse(wrong)
    with transaction() as session:
        if session.get(Agency, code) is not None:
            raise Conflict(TAKEN, code="agency_taken")
        refuse(_wrong_place(session, code, values))
        last = session.scalar(select(func.max(Agency.seq))) or 0
        session.add(Agency(code=code, seq=last + 1, **values))
        session.flush()
        say(session, AgencyChanged, code, None, shown(session, code), by=actor, act="added")
    return code


def _cleaned(given: Mapping[str, Any]) -> dict[str, Any]:
    """Texts without what surrounds them; an empty one is none, but for names that are needed."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        text = value.strip() if isinstance(value, str) else value
        found[name] = text if text != "" or name in NEEDED_NAMES else None
    return found


def _wrong_texts(values: Mapping[str, Any]) -> dict[str, Wording]:
    longest = {name: most for name, most in NAMES.items() if name in values}
    wrong = texts(values, longest, NEEDED_NAMES)
    if "level" in values and values["level"] not in LEVELS:
        wrong["level"] = UNKNOWN if values["level"] else NEEDED
    return wrong


def _wrong_place(session: Session, code: str, values: Mapping[str, Any]) -> dict[str, Wording]:
    wrong: dict[str, Wording] = {}
    parent = values.get("parent")
    if parent is not None and session.get(Agency, parent) is None:
        wrong["parent"] = UNKNOWN
    elif parent is not None and parent in agencies_below(session, code):
        wrong["parent"] = CIRCLE
    if values.get("is_data_owner") is False and session.scalar(select(exists().where(DataItem.owner == code))):
        owned = session.scalar(select(func.count()).select_from(DataItem).where(DataItem.owner == code))
        wrong["is_data_owner"] = STILL_OWNS.fill(n=owned)
    return wrong
