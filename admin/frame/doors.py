"""How an area of the console plugs in, and what the bar and the home page show of it.

An area (`console`, `desk`, `auditing`, `public`, `login`) knows the frame and no other area. Its `menu.py` (or `pages.py`)
exports one value, `AREA`, and `admin/app.py` names it in its list; nothing else has to be changed but the table of rules:

1. Views: a `Blueprint` for pages of one's own, `GovernedView`s for lists and details. `Area.register(app, console)` adds
   both: `app.register_blueprint(pages)`, `console.add_view(CaseItems(...))`.
2. Rules: one line a route in `frame/permission.py`, in the area's part of the table; else the application does not start.
3. Doors: `Door(endpoint, label, roles, order)` stands in the bar for whoever holds one of the roles. `endpoint` is the page
   that opens; every page of the same blueprint marks the door as current, and `also` names other blueprints that do.
4. Figures in the bar: `Area.counts(actor, session)` names for doors' endpoints how many things wait behind them. Every page
   asks, so that each figure is one query by an index.
5. The home page: `Area.waits(actor, session)` offers what waits for the actor, `Area.panels` are parts of the page, each a
   template and a function that gathers its values within one reading.
6. The palette (Ctrl-K): `Area.finders` find the area's things by words, `Area.acts` are what can be begun.

Templates extend `base.html` and are built from `pieces/*.html` (see the comment at the head of each file); every text is
`t("中文", "English")`. Views read through a room's scope, write through use cases, and raise `GovernError`s: the frame
makes pages of them and enters refusals.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, request, url_for
from flask_admin import Admin
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from admin.frame.actor import visitor
from admin.frame.offered import Act, Finder
from govern.core.database import reading
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

EVERYBODY: Final = frozenset(Role)
NAME: Final = "govern_areas"


@dataclass(frozen=True, slots=True)
class Door:
    """A place in the bar: where it leads, what it is called, whose it is."""

    endpoint: str
    label: Wording
    roles: frozenset[Role] = EVERYBODY
    order: int = 50
    also: tuple[str, ...] = ()
    says: Wording | None = None  # one sentence, for a home page that has nothing else to show

    @property
    def is_current(self) -> bool:
        """Whether the page at hand lies behind this door."""
        here = request.blueprint if request else None
        return here is not None and here in (self.endpoint.split(".")[0], *self.also)


Thing = TypeVar("Thing")
HOME: Final = Door("home.index", Wording("首頁", "Home"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody: what, by when, and the one click that does it. No value of a person."""

    title: Wording
    detail: Wording
    action: Wording
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the home page: its template gets what `gather` returns, as `panel`."""

    template: str
    gather: Callable[[Actor, Session], Any]
    roles: frozenset[Role] = EVERYBODY
    is_beside: bool = False
    order: int = 50


def _nothing_waits(_actor: Actor, _session: Session) -> Sequence[Waiting]:
    return ()


def _nothing_to_count(_actor: Actor, _session: Session) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the console, as the application puts it in its place."""

    name: str
    register: Callable[[Flask, Admin], None]
    doors: tuple[Door, ...] = ()
    waits: Callable[[Actor, Session], Sequence[Waiting]] = _nothing_waits
    panels: tuple[Panel, ...] = ()
    counts: Callable[[Actor, Session], Mapping[str, int]] = _nothing_to_count
    finders: tuple[Finder, ...] = ()
    acts: tuple[Act, ...] = ()


def install(app: Flask, areas: Sequence[Area]) -> None:
    """The bar and the home page know the areas of this application."""
    app.extensions[NAME] = tuple(areas)
    app.jinja_env.globals.update(doors=doors_now, door_to=door_to, waits_behind=waits_behind)


def areas() -> tuple[Area, ...]:
    """The areas of the application at work."""
    found: tuple[Area, ...] = current_app.extensions[NAME]
    return found


def doors_now() -> list[Door]:
    """The doors of the visitor, in order; none for nobody."""
    found = visitor()
    if found is None or found.must_change_password:
        return []
    mine = [door for area in areas() for door in area.doors if found.actor.holds(*door.roles)]
    return [HOME, *sorted(mine, key=lambda door: door.order)]


def waits_behind(door: Door) -> int:
    """How many things behind a door wait for the visitor; 0 while the database is away. Counted once a request."""
    if "waits_behind" not in g:
        g.waits_behind = _counted()
    return int(g.waits_behind.get(door.endpoint, 0))


def _counted() -> dict[str, int]:
    found = visitor()
    counted: dict[str, int] = {}
    if found is None:
        return counted
    try:
        with reading() as session:
            for area in areas():
                counted.update(area.counts(found.actor, session))
    except SQLAlchemyError:  # a page is shown without its figures rather than not at all
        return {}
    return counted


def once(name: str, find: Callable[[], Thing]) -> Thing:
    """What several parts of a page ask for, found once a request."""
    kept: dict[str, Any] = g.setdefault("found_once", {})
    if name not in kept:
        kept[name] = find()
    found: Thing = kept[name]
    return found


def door_to(endpoint: str, **values: Any) -> str | None:
    """The address of a page of another area, or nothing where that area is not part of this application."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
