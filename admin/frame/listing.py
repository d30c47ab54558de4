"""What a request for a list asks for: a tab, an order, a mark, and what the list is narrowed by."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin.frame import seek
from admin.frame.forms.pick import NAMED
from admin.frame.paging import SIZES, Order, Things
from admin.frame.seek import LONGEST_WORDS, Filter, Searched, Seek
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor

NO_SUCH: Final = Wording(
    "篩選裡找不到「{text}」；請從清單選取，或填完整名稱。",
    "“{text}” is nothing to filter by; choose from the list or give the whole name.",
)
# What an address carries from page to page; a saved view among it, so that its tab stays the current one.
KEPT: Final = ("s", "tab", "sort", "size", "view")


@dataclass(frozen=True, slots=True)
class Tab:
    """A ready view of a list: a name and what it narrows to."""

    name: str
    label: Wording
    narrow: Callable[[Select[Any]], Select[Any]]
    is_counted: bool = False  # what stands in it is to be done, and an index leads to it (`lists/counted.py`)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request for a list asks for, read from its address."""

    tab: Tab | None
    order: Order
    size: int
    seek: Seek
    token: str
    after: Any = None
    before: Any = None
    kept: Mapping[str, str] = field(default_factory=dict)  # what the addresses of other pages carry on

    def address(self, **changed: Any) -> dict[str, Any]:
        """The parts of another page's address: these, with changes; nothing stands there empty."""
        return {name: value for name, value in {**self.kept, **changed}.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list may be asked for."""

    place: str
    orders: Sequence[Order]
    size: int
    tabs: Sequence[Tab] = ()
    searched: Searched | None = None
    choices: Sequence[Filter] = ()

    def asked(self, args: "MultiDict[str, str]", secret: bytes) -> Asked:
        """What the address asks for; what it does not say, or says wrongly, is as usual. A wrong mark is `NotFound`."""
        tab = next((tab for tab in self.tabs if tab.name == args.get("tab")), self.tabs[0] if self.tabs else None)
        sort, token = args.get("sort", ""), args.get("s", "")
        order = next((order for order in self.orders if order.name == sort.removeprefix("-")), self.orders[0])
        if sort.startswith("-") and order.name == sort[1:]:
            order = replace(order, descending=not order.descending)
        size = args.get("size", self.size, type=int)
        kept = {name: args.get(name, "") for name in KEPT}
        return Asked(
            tab=tab,
            order=order,
            size=size if size in SIZES else self.size,
            seek=seek.open_token(secret, self.place, token) if token else Seek(),
            token=token,
            after=self.identity_of(args["after"]) if args.get("after") else None,
            before=self.identity_of(args["before"]) if args.get("before") else None,
            kept={name: value for name, value in kept.items() if value},
        )

    def sought(self, form: Mapping[str, str], secret: bytes) -> Seek:
        """The state after a form of the search bar: words typed, a filter chosen, one dropped, or all cleared."""
        if "clear" in form:
            return Seek()
        now = seek.open_token(secret, self.place, form.get("s", ""))
        known = {each.name for each in self.choices}
        chosen = {name: form[f"filter-{name}"] for name in known if f"filter-{name}" in form}
        filters = {name: value for name, value in {**now.filters, **chosen}.items() if value and name in known}
        wanted = Seek(" ".join(seek.plain_words(form.get("words", now.words))), filters)
        return wanted.without(form["drop"]) if "drop" in form else wanted

    def by_code(
        self, form: "MultiDict[str, str]", actor: Actor, session: Session
    ) -> tuple["MultiDict[str, str]", list[Wording]]:
        """The search bar's form with a code for each name typed in a filter; and what is said of those that are none."""
        found, unknown = form.copy(), []
        for each in self.choices:
            typed = " ".join(form.get(f"filter-{each.name}", "").split())
            if each.pick and typed:
                options = each.options(actor, session)
                code = each.code_of(typed, options) or _picked(each.pick, typed, dict(options), actor, session)
                found[f"filter-{each.name}"] = code
                if not code:
                    unknown.append(NO_SUCH.fill(text=typed[:LONGEST_WORDS]))
        return found, unknown

    def narrowed(self, things: Things, asked: Asked) -> Things:
        """The things that the tab, the words and the filters leave; of several ways, of each."""
        if not isinstance(things, Select):
            return [self._narrowed(way, asked) for way in things]
        return self._narrowed(things, asked)

    def _narrowed(self, things: Select[Any], asked: Asked) -> Select[Any]:
        if asked.tab is not None:
            things = asked.tab.narrow(things)
        if self.searched is not None and asked.seek.words:
            things = self.searched.narrow(things, asked.seek.words)
        for each in self.choices:
            if each.name in asked.seek.filters:
                things = each.narrow(things, asked.seek.filters[each.name])
        return things

    def identity_of(self, text: Any) -> Any:
        """An id from an address or a form, as its column holds it; two at once, or what is none, are `NotFound`."""
        if not isinstance(text, str):
            raise NotFound
        kind = self.orders[0].identity.type.python_type
        try:
            return uuid.UUID(text) if kind is uuid.UUID else kind(text)
        except ValueError:
            raise NotFound from None


def _picked(what: str, typed: str, options: Mapping[str, Wording], actor: Actor, session: Session) -> str:
    """The one option whose whole name was chosen from the picker's list, which says more of it than the list's own."""
    codes = {code for code in NAMED[what](actor, session, typed) if code in options}
    return codes.pop() if len(codes) == 1 else ""
