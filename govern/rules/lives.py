"""The states of everything that has a life as tables: event, next state, who may, which entry.

The tables are data: use cases ask `step` for the next state, the console makes its buttons from them, the tests walk
them and the documentation prints them. `entry` names the kind of entry that the step writes in its transaction, or None
where another step's entry tells it (a lease is no event of the trade; what it leads to is).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from govern.core.errors import Conflict
from govern.core.wording import Wording
from govern.rules.actor import Role


class TaskState(StrEnum):
    """One data item for one subject and key. *Answered* survives the answer's destruction; *expired* was never asked."""

    WAITING = "waiting"
    RUNNING = "running"
    ANSWERED = "answered"
    UNKNOWN = "unknown"  # 結果不明: asked, and nobody can say what came of it
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DENIED = "denied"


# A look-up has the same states, found from its tasks' states by `state_of_lookup`.
LookupState = TaskState

STATE_NAMES: Final[Mapping[TaskState, Wording]] = {
    TaskState.WAITING: Wording("等候中", "Waiting"),
    TaskState.RUNNING: Wording("查調中", "Running"),
    TaskState.ANSWERED: Wording("已回覆", "Answered"),
    TaskState.UNKNOWN: Wording("結果不明", "Unknown"),
    TaskState.FAILED: Wording("查調失敗", "Failed"),
    TaskState.EXPIRED: Wording("逾期未查", "Expired"),
    TaskState.CANCELLED: Wording("已取消", "Cancelled"),
    TaskState.DENIED: Wording("不准許", "Denied"),
}


class Party(StrEnum):
    """Who takes a step that no single role takes."""

    WORKER = "worker"
    RECONCILER = "reconciler"
    SESSION_HOLDER = "session_holder"
    EVERY_OWNER = "every_owner"  # of the data items used; the last yes takes the step
    SETTER = "setter"  # the part that set a stop, and no other, lifts it
    CALENDAR = "calendar"  # a day or an hour that has come
    RESPONSIBLE = "responsible"  # who has to mend a finding


NEW: Final = "new"  # before the first state: no row yet


@dataclass(frozen=True, slots=True)
class Step:
    """From a state, by an event, to the next state: who may take it, and which kind of entry it writes."""

    state: str
    event: str
    next_state: str
    who: Role | Party
    entry: str | None


@dataclass(frozen=True, slots=True)
class Life:
    """The whole life of a thing: every step that there is. Steps from `NEW` make it."""

    thing: str
    steps: tuple[Step, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """All states that a row can be in, in the order in which the table first names them."""
        named = (state for each in self.steps for state in (each.state, each.next_state))
        return tuple(state for state in dict.fromkeys(named) if state != NEW)

    @property
    def final(self) -> frozenset[str]:
        """States that no step leaves."""
        return frozenset(self.states) - {each.state for each in self.steps}


class NoSuchStep(Conflict):
    """The thing's state does not know this event: somebody else was first, or the caller is wrong. Nothing was done."""

    code = "no_such_step"


def step(life: Life, state: str, event: str) -> Step:
    """The step that an event makes in a state; raises `NoSuchStep` where the table has none."""
    for each in life.steps:
        if each.state == state and each.event == event:
            return each
    raise NoSuchStep(
        Wording(
            "這筆資料的狀態已經改變，請重新整理後再試。",
            "Its state has changed meanwhile; please reload and try again.",
        )
    )


def steps_from(life: Life, state: str) -> tuple[Step, ...]:
    """All steps that leave a state: what a console may offer."""
    return tuple(each for each in life.steps if each.state == state)


OPEN_STATES: Final = frozenset({TaskState.WAITING, TaskState.RUNNING})
# The first of these that a task has is the look-up's state once no task is open (DESIGN.md, "States").
ENDED_ORDER: Final = (
    TaskState.ANSWERED,
    TaskState.UNKNOWN,
    TaskState.FAILED,
    TaskState.EXPIRED,
    TaskState.CANCELLED,
    TaskState.DENIED,
)


def state_of_lookup(task_states: Iterable[str]) -> TaskState:
    """A look-up's state from its tasks' states, in any order; none at all, or an unknown one, is a `ValueError`."""
    states = {TaskState(state) for state in task_states}
    for state in (TaskState.RUNNING, TaskState.WAITING, *ENDED_ORDER):
        if state in states:
            return state
    raise ValueError("a look-up has at least one task")


def is_ended(state: str) -> bool:
    """True if a task or look-up in this state will never be asked again."""
    return TaskState(state) not in OPEN_STATES


TASK: Final = Life(
    "task",
    (
        Step(NEW, "permit", TaskState.WAITING, Role.CLERK, "asked"),
        Step(NEW, "deny", TaskState.DENIED, Role.CLERK, "denied"),
        Step(TaskState.WAITING, "permit", TaskState.RUNNING, Party.WORKER, "about_to_ask"),
        Step(TaskState.WAITING, "deny", TaskState.DENIED, Party.WORKER, "denied"),
        Step(TaskState.WAITING, "expire", TaskState.EXPIRED, Party.RECONCILER, "expired"),
        Step(TaskState.WAITING, "cancel", TaskState.CANCELLED, Role.CLERK, "cancelled"),
        Step(TaskState.RUNNING, "answer", TaskState.ANSWERED, Party.WORKER, "answered"),
        Step(TaskState.RUNNING, "fail", TaskState.FAILED, Party.WORKER, "failed"),
        Step(TaskState.RUNNING, "lose", TaskState.UNKNOWN, Party.WORKER, "unknown"),
        Step(TaskState.RUNNING, "try_again", TaskState.WAITING, Party.WORKER, "attempt_failed"),
    ),
)

# A look-up follows its tasks (`state_of_lookup`): their entries tell its steps, and the last one's says `ends_lookup`.
LOOKUP: Final = Life(
    "lookup",
    (
        Step(NEW, "submit", LookupState.WAITING, Role.CLERK, "asked"),
        Step(NEW, "deny_all", LookupState.DENIED, Role.CLERK, "denied"),
        Step(LookupState.WAITING, "start", LookupState.RUNNING, Party.WORKER, None),
        Step(LookupState.RUNNING, "pause", LookupState.WAITING, Party.WORKER, None),
        *(
            Step(state, f"end_{ended}", ended, Party.WORKER, None)
            for state in (LookupState.WAITING, LookupState.RUNNING)
            for ended in ENDED_ORDER
        ),
    ),
)

ANSWER: Final = Life(
    "answer",
    (
        Step(NEW, "intend", "expected", Party.WORKER, "about_to_ask"),
        Step("expected", "put", "alive", Party.WORKER, "answered"),
        Step("expected", "none_came", "none", Party.WORKER, None),
        Step(
            "expected", "destroy", "destroyed", Party.WORKER, "destroyed"
        ),  # after *unknown*: says whether one lay there
        Step("alive", "time_over", "destroyed", Party.CALENDAR, "destroyed"),
        Step("alive", "session_over", "destroyed", Party.RECONCILER, "destroyed"),
        Step("alive", "deny", "destroyed", Party.WORKER, "destroyed"),
        Step("alive", "store_lost", "destroyed", Party.RECONCILER, "destroyed"),
        Step("alive", "destroy_now", "destroyed", Party.SESSION_HOLDER, "destroyed"),
    ),
)

WORK: Final = Life(
    "work",
    (
        Step(NEW, "plan", "due", Party.WORKER, None),
        Step("due", "lease", "leased", Party.WORKER, None),  # the fence rises
        Step("leased", "done", "gone", Party.WORKER, None),  # the row is deleted
        Step("leased", "put_back", "due", Party.WORKER, None),
        Step("leased", "lease_over", "due", Party.RECONCILER, None),
    ),
)

SESSION: Final = Life(
    "session",
    (
        Step(NEW, "sign_on", "active", Party.SESSION_HOLDER, "signed_on"),
        Step("active", "log_out", "ended", Party.SESSION_HOLDER, "session_ended"),
        Step("active", "idle", "ended", Party.RECONCILER, "session_ended"),
        Step("active", "too_long", "ended", Party.RECONCILER, "session_ended"),
        Step("active", "locked", "ended", Role.SUPERVISOR, "session_ended"),
    ),
)

RIGHT: Final = Life(
    "right",
    (
        Step(NEW, "grant", "in_force", Role.SUPERVISOR, "granted"),
        Step("in_force", "end", "ended", Role.SUPERVISOR, "right_ended"),
        Step("in_force", "term_over", "ended", Party.CALENDAR, None),  # its last day is in the entry *granted*
    ),
)

VERSION: Final = Life(
    "case_item_version",
    (
        Step(NEW, "draft", "draft", Role.DRAFTER, "drafted"),
        Step(NEW, "load", "in_force", Role.OPERATOR, "loaded"),
        Step(NEW, "load_pending", "waiting_for_letter", Role.OPERATOR, "loaded"),
        Step(NEW, "load_change", "proposed", Role.OPERATOR, "loaded"),
        Step("draft", "change", "draft", Role.DRAFTER, "draft_changed"),
        *(
            Step(state, "withdraw", "withdrawn", Role.DRAFTER, "withdrawn")
            for state in ("draft", "proposed", "waiting_for_letter", "waiting_for_date")
        ),
        Step("draft", "propose", "proposed", Role.DRAFTER, "proposed"),
        Step("proposed", "approve_part", "proposed", Role.APPROVER, "approved"),
        Step("proposed", "approve", "approved", Party.EVERY_OWNER, "approved"),
        Step("proposed", "return", "draft", Role.APPROVER, "returned"),
        Step("proposed", "reject", "rejected", Role.APPROVER, "rejected"),
        Step("approved", "letter_needed", "waiting_for_letter", Party.EVERY_OWNER, None),
        Step("approved", "complete", "waiting_for_date", Party.EVERY_OWNER, None),
        Step("waiting_for_letter", "one_letter_of_several", "waiting_for_letter", Role.APPROVER, "letter_entered"),
        Step("waiting_for_letter", "letter_entered", "waiting_for_date", Role.APPROVER, "letter_entered"),
        Step("waiting_for_date", "day_comes", "in_force", Party.CALENDAR, "came_in_force"),
        Step("in_force", "superseded", "retired", Party.CALENDAR, "retired"),
        Step("in_force", "retire", "retired", Role.DRAFTER, "retired"),
    ),
)

CASE_ITEM: Final = Life(
    "case_item",
    (
        Step(NEW, "draft", "open", Role.DRAFTER, "drafted"),
        Step("open", "suspend", "suspended", Party.SETTER, "suspended"),
        Step("suspended", "resume", "open", Party.SETTER, "resumed"),
    ),
)

PERIOD: Final = Life(
    "period",
    (
        Step(NEW, "close", "frozen", Party.CALENDAR, "frozen"),
        Step(NEW, "close_empty", "nothing_to_draw", Party.CALENDAR, "frozen"),
        Step("frozen", "draw", "drawn", Party.WORKER, "drawn"),
        Step("drawn", "last_verdict", "judged", Role.AUDITOR, "judged"),
        Step("judged", "judge_again", "judged", Role.AUDITOR, "judged"),
        Step("judged", "sign_auditor", "signed_1", Role.AUDITOR, "signed_off"),
        Step("signed_1", "sign_head", "signed", Role.HEAD, "signed_off"),
        Step("signed_1", "reopen", "drawn", Role.HEAD, "reopened"),  # its sign-offs are void, the round rises
        Step("signed", "reopen", "drawn", Role.HEAD, "reopened"),
    ),
)

SAMPLE: Final = Life(
    "sample",
    (
        Step(NEW, "draw", "drawn", Party.WORKER, "drawn"),
        Step("drawn", "ask_clerk", "with_clerk", Role.AUDITOR, "document_asked"),
        Step("with_clerk", "answer", "to_judge", Role.CLERK, "clerk_answered"),
        Step("with_clerk", "too_late", "to_judge", Party.CALENDAR, None),  # the deadline is in *document_asked*
        Step("to_judge", "answer_late", "to_judge", Role.CLERK, "clerk_answered"),  # until there is a verdict
        Step("to_judge", "ask_clerk", "with_clerk", Role.AUDITOR, "document_asked"),
        Step("drawn", "judge", "judged", Role.AUDITOR, "judged"),
        Step("to_judge", "judge", "judged", Role.AUDITOR, "judged"),
        Step("judged", "judge", "judged", Role.AUDITOR, "judged"),  # until the period is signed off
        Step("judged", "reopen", "to_judge", Role.HEAD, "reopened"),
    ),
)

FINDING: Final = Life(
    "finding",
    (
        Step(NEW, "open", "open", Role.AUDITOR, "finding_opened"),
        Step("open", "answer", "to_close", Party.RESPONSIBLE, "finding_answered"),
        Step("to_close", "send_back", "open", Role.AUDITOR, "finding_sent_back"),
        Step("to_close", "close", "closed", Role.AUDITOR, "finding_closed"),  # never by the one responsible
    ),
)

LIVES: Final = (LOOKUP, TASK, ANSWER, WORK, SESSION, RIGHT, VERSION, CASE_ITEM, PERIOD, SAMPLE, FINDING)
