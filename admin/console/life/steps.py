"""The progress line of a version: drafted, proposed, each owner's word, letters, in force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from govern.catalogue.case_item import CaseItemVersion, Letter
from govern.catalogue.life.approve import Part
from govern.core.wording import Wording


@dataclass(frozen=True, slots=True)
class Step:
    """A place on the line: done, now, back (returned or rejected) or to come; what it is called, who, and when."""

    state: str
    name: Wording
    who: Wording | None = None
    on: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenLetter:
    """A superior's letter of a version, whose part it concerns, and whether the actor is the one to enter it.

    Without a row it is one that will be asked for once all owners have approved.
    """

    superior: Wording
    owner: Wording | None
    letter: Letter | None = None
    is_mine: bool = False
    will_carry: bool = False


@dataclass(frozen=True, slots=True)
class OwnerPart:
    """An owner whose yes is needed, and what it said in this round."""

    name: Wording
    code: str
    said: Part | None
    is_mine: bool


WORDS = {
    "waiting": Wording("審核中", "under review"),
    "approved": Wording("已核准", "approved"),
    "returned": Wording("退回修正", "returned"),
    "rejected": Wording("駁回", "rejected"),
}
YOURS = Wording("等您審核", "awaits you")
AT_ONCE = Wording("核准後即生效", "once approved")
TO_COME = Wording("須核准", "must approve")


def steps(
    version: CaseItemVersion,
    business: Wording,
    owners: Sequence[OwnerPart],
    letters: Sequence[SeenLetter],
    today: date,
) -> list[Step]:
    """How far the version is."""
    state = version.state
    is_draft = state == "draft"
    found = [
        Step("now" if is_draft else "done", Wording("草擬", "Drafted"), business, version.drafted_at),
        Step(
            "" if is_draft else "done",
            Wording("提出", "Proposed"),
            None if is_draft else business,
            None if is_draft else version.proposed_at,
        ),
        *_of_owners(owners, is_draft=is_draft),
        *_of_letters(letters, is_waiting=state == "waiting_for_letter"),
    ]
    is_over = state in ("rejected", "withdrawn")
    if not is_over:
        is_in_force = state in ("in_force", "retired")
        is_at_once = version.valid_from <= today
        says = None if is_in_force else AT_ONCE if is_at_once else Wording("最早", "at the earliest")
        found.append(
            Step(
                "done" if is_in_force else "now" if state == "waiting_for_date" else "",
                Wording("生效", "In force"),
                says,
                version.in_force_at if is_in_force else None if is_at_once else version.valid_from,
            )
        )
    if state == "withdrawn":
        found.append(Step("back", Wording("撤回", "Withdrawn"), business))
    return found


def _of_owners(owners: Sequence[OwnerPart], *, is_draft: bool) -> Iterator[Step]:
    for each in owners:
        said = each.said
        if is_draft or said is None:
            returned = said is not None and said.state in ("returned", "rejected")
            yield Step(
                "back" if returned else "",
                each.name,
                WORDS[said.state] if returned and said else TO_COME,
                said.at if returned and said else None,
            )
        else:
            yield Step(
                {"waiting": "now", "approved": "done"}.get(said.state, "back"),
                each.name,
                YOURS if said.state == "waiting" and each.is_mine else WORDS[said.state],
                said.at,
            )


def _of_letters(letters: Sequence[SeenLetter], *, is_waiting: bool) -> Iterator[Step]:
    for each in letters:
        letter = each.letter
        name = Wording(f"{each.superior.zh}核備", f"Letter, {each.superior.en}")
        if letter is not None and letter.status == "approved":
            carried = Wording(f"沿用第{letter.carried_from}版", f"carried from version {letter.carried_from}")
            yield Step("done", name, carried if letter.carried_from else None, letter.approved_on)
        else:
            says = Wording("沿用前版", "carries over") if each.will_carry else Wording("待來函", "awaited")
            yield Step("now" if is_waiting else "", name, says)
