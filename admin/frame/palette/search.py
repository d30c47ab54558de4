"""One search of the palette: pages and acts of the visitor by name, things by the areas' finders, each within scope."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from flask import current_app, url_for
from sqlalchemy.orm import Session

from admin.frame.actor import the_actor
from admin.frame.doors import areas, doors_now
from admin.frame.language import w
from admin.frame.offered import AT_MOST, Act
from admin.frame.permission import Rule, rule_of
from govern.core.database import reading
from govern.core.wording import Wording
from govern.names.parts import canonical, words_of
from govern.rules.actor import Actor

NAME: Final = "govern_palette"
PAGES: Final = Wording("頁面", "Pages")
ACTS: Final = Wording("動作", "Actions")
# G and then a letter, for whoever the page is a door of.
GO: Final = {
    "home.index": "G H",
    "lookups.index_view": "G L",
    "case_items.index_view": "G C",
    "trail.index_view": "G T",
}
TO_WHAT_WAITS: Final = Act(Wording("前往待處理", "Go to what waits for you"), "home.index", keys="W", anchor="waiting")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the palette: its title in stretches, each with whether it was typed; where it leads."""

    title: Sequence[tuple[str, bool]]
    detail: str
    url: str
    icon: str
    keys: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind."""

    name: str
    rows: Sequence[Row]

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return asdict(self)


def go_keys() -> Iterator[tuple[str, str, str]]:
    """Keys, name and address of the pages that keys lead to, for the visitor: the same for the list and the behaviour."""
    for door in doors_now():
        if door.endpoint in GO:
            yield GO[door.endpoint], w(door.label), url_for(door.endpoint)
    yield TO_WHAT_WAITS.keys, w(TO_WHAT_WAITS.label), _address(TO_WHAT_WAITS)


def search(words: str) -> list[Group]:
    """What the words find, at most `AT_MOST` of each kind; without words the visitor's pages and acts."""
    actor, wanted = the_actor(), words_of(words)
    pages = [
        Row(marked(w(door.label), wanted), "", url_for(door.endpoint), "to", GO.get(door.endpoint, "").split())
        for door in doors_now()
        if _holds(wanted, door.label)
    ]
    acts = [
        Row(marked(w(act.label), wanted), "", _address(act), act.icon, act.keys.split())
        for act in _acts(actor)
        if _holds(wanted, act.label)
    ]
    things: list[Group] = []
    if wanted:
        with reading() as session:
            things = list(_things(actor, session, words, wanted))
    groups = [*things, Group(w(PAGES), pages[: 2 * AT_MOST]), Group(w(ACTS), acts[:AT_MOST])]
    return [group for group in groups if group.rows]


def _things(actor: Actor, session: Session, words: str, wanted: Sequence[str]) -> Iterator[Group]:
    for finder in (finder for area in areas() for finder in area.finders):
        if _may_open(actor, finder.endpoint):
            rows = [
                Row(
                    marked(w(each.title), wanted),
                    w(each.detail),
                    url_for(each.endpoint, **dict[str, Any](each.values)),
                    finder.icon,
                )
                for each in finder.find(actor, session, words, AT_MOST)
            ]
            yield Group(w(finder.label), rows)


def _acts(actor: Actor) -> Iterator[Act]:
    yield TO_WHAT_WAITS
    for area in areas():
        yield from (act for act in area.acts if _may_open(actor, act.endpoint))


def _may_open(actor: Actor, endpoint: str) -> bool:
    table: Mapping[str, Rule] = current_app.extensions[NAME]
    rule = rule_of(table, "GET", endpoint)
    return rule is not None and rule.permits(actor)


def _address(act: Act) -> str:
    return url_for(act.endpoint, _anchor=act.anchor or None)


def _holds(wanted: Sequence[str], label: Wording) -> bool:
    names = (canonical(label.zh), canonical(label.en))
    return all(any(word in name for name in names) for word in wanted)


def marked(title: str, wanted: Sequence[str]) -> list[tuple[str, bool]]:
    """A title in stretches, those that hold a word marked, however it is written; unmarked where letters join or part."""
    folded = [canonical(char) or " " for char in title]
    if any(len(char) != 1 for char in folded):
        return [(title, False)]
    plain, hit = "".join(folded), [False] * len(title)
    for word in wanted:
        at = plain.find(word)
        while at >= 0:
            hit[at : at + len(word)] = [True] * len(word)
            at = plain.find(word, at + 1)
    stretches: list[tuple[str, bool]] = []
    for char, is_hit in zip(title, hit, strict=True):
        if stretches and stretches[-1][1] == is_hit:
            stretches[-1] = (stretches[-1][0] + char, is_hit)
        else:
            stretches.append((char, is_hit))
    return stretches
