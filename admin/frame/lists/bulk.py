"""Deeds on many things at once: chosen in the list, looked at in a preview, then done one by one, each told apart.

A preview says for each thing what will change, or why it will not; nothing that was chosen is dropped silently. What is
confirmed goes to the use case thing by thing, each in a transaction of its own with its own entry, together with what was
seen (`seen`), so that what changed meanwhile is refused. A refusal of one thing is said in its row and entered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask import request
from sqlalchemy.orm import Session

from admin.frame.display import State
from admin.frame.errors import enter_refusal
from govern.core.database import reading
from govern.core.errors import EvidenceUnavailable, GovernError, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

CHOSEN_AT_MOST: Final = 100
TOO_MANY: Final = Wording(
    "一次最多處理{n}項；超過的沒有列入，請分次處理。",
    "At most {n} at once; the others are left out, please do them after.",
)
NOT_THERE: Final = Wording("不在您權責範圍內的項目", "Something not within your remit")
BLOCKED: Final = State("denied", Wording("不會處理", "Left as it is"), "bad")
GONE: Final = Wording("已經不在這裡，或不在您的權責範圍內。", "It is not here any more, or not within your remit.")


@dataclass(frozen=True, slots=True)
class Change:
    """What a deed would do with one of the things chosen; `no` says why it will not."""

    identity: Any
    name: Wording
    detail: Wording | None = None
    says: Sequence[Wording] = ()
    word: State | None = None  # what kind of change, as a pill
    no: Wording | None = None
    seen: str = ""  # what was shown; the use case gets it back
    url: str = ""


@dataclass(frozen=True, slots=True)
class Asks:
    """Something that the preview asks for, once for all things: a text, a day or a choice."""

    name: str
    label: Wording
    kind: str = "text"
    options: Mapping[str, Wording] = field(default_factory=dict)
    is_needed: bool = False
    help: Wording | None = None
    value: Callable[[], str] = str  # what stands there at first


@dataclass(frozen=True, slots=True)
class Act:
    """A deed on chosen things: previewed by `preview`, done by `use_case(actor, identity, seen, given)`."""

    label: Wording
    sure: Wording  # on the button that does it; `{n}` is how many
    done: Wording  # said of each thing that it was done to
    preview: Callable[[Actor, Session, Sequence[Any]], Sequence[Change]]
    use_case: Callable[[Actor, Any, str, Mapping[str, str]], object]
    says: Wording | None = None  # what to know before
    asks: tuple[Asks, ...] = ()
    roles: frozenset[Role] = frozenset(Role)
    tabs: tuple[str, ...] = ()  # where it is offered; empty: everywhere
    is_danger: bool = False
    key: str = ""

    def is_offered(self, actor: Actor, tab: str) -> bool:
        """Whether the actor may do it in this tab."""
        return actor.holds(*self.roles) and (not self.tabs or tab in self.tabs)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one thing."""

    change: Change
    no: Wording | None = None


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of all: a row for each, or the mistakes in what was asked for, and then nothing was done."""

    results: tuple[Result, ...] = ()
    mistakes: Mapping[str, Wording] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many it was done to."""
        return sum(result.no is None for result in self.results)


def previewed(act: Act, actor: Actor, ids: Sequence[Any]) -> list[Change]:
    """What the deed would do with each thing chosen, in the order chosen; what is not there is said to be so."""
    wanted = list(dict.fromkeys(ids))[:CHOSEN_AT_MOST]
    with reading() as session:
        found = {change.identity: change for change in act.preview(actor, session, wanted)}
    return [found.get(each) or Change(each, NOT_THERE, no=GONE) for each in wanted]


def perform(
    act: Act, actor: Actor, changes: Sequence[Change], seen: Mapping[str, str], given: Mapping[str, str]
) -> Performed:
    """The deed is done to each thing that it can be done to, one by one.

    A mistake in what was asked for (`asks`), found before anything was done, is returned to be mended.
    """
    results: list[Result] = []
    asked_for = {each.name for each in act.asks}
    for change in changes:
        no = change.no
        if no is None:
            try:
                act.use_case(actor, change.identity, seen.get(str(change.identity), change.seen), given)
            except InvalidInput as wrong:
                about = {name: said for name, said in wrong.fields.items() if name in asked_for}
                if about and not any(result.no is None for result in results):
                    return Performed(mistakes=about)
                no = next(iter(wrong.fields.values()), wrong.wording)
            except EvidenceUnavailable:
                raise
            except GovernError as refused:
                no = _refused(actor, refused)
        results.append(Result(change, no))
    return Performed(tuple(results))


def _refused(actor: Actor, refused: GovernError) -> Wording:
    """Why not, for its row; what the roles do not open is an entry here as on any page."""
    if isinstance(refused, NotAllowed | NotFound):
        enter_refusal(
            actor, rule=refused.code, route=request.endpoint or "", method=request.method, status=refused.status
        )
    return refused.wording
