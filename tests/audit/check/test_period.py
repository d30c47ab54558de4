"""A period's record must be what the log, the draw and the sign-offs say, even when whoever signs the file lies."""

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.check.content import period, period_page
from audit.check.trust import Trust
from audit.check.words import REASONS
from audit.draw.seed import PublicDraw
from govern.trail.kinds import review
from tests.support.proven import LOG, ORIGIN
from tests.support.proven_period import (
    AFTER,
    AGENCY,
    AUDITOR,
    BEFORE,
    CLERK,
    FROZEN_AT,
    HEAD,
    JUDGED_AT,
    MONTH,
    OWNER,
    PERIOD,
    SIGNED_AT,
    Trail,
    a_proven_period,
)

Data = dict[str, Any]
TRUST = Trust((), (), ORIGIN, LOG.key())


def data_of(**given: Any) -> Data:
    """The data of a proven period's record."""
    found: Data = json.loads(a_proven_period(**given).to_json())
    return found


GOOD = data_of()
PUBLIC = data_of(source="public_draw")


ROWS = tuple[bool | None, str]


def said(data: Data, text: str | None = None) -> dict[str, ROWS]:
    """How the claims came out; unless a text is given, the page says what the data says."""
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    text = text if text is not None else page_of(data)
    return {each.claim: (each.holds, each.code) for each in period.content(data, raw, text, TRUST)}


def page_of(data: Data) -> str:
    """A page that says all that it must of the data."""
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    names = period_page._Names(data)
    parts = (
        period_page._literals(data, raw, names),
        period_page._samples(data, names),
        period_page._findings(data, names),
    )
    try:
        return "\n".join(literal for part in parts for literal in part)
    except KeyError:  # no page can say what has no name
        return page_of(GOOD)


def failing(data: Data) -> dict[str, str]:
    """The claims that fail, with the reason's code."""
    return {claim: code for claim, (holds, code) in said(data).items() if holds is False}


@pytest.mark.parametrize("data", [GOOD, PUBLIC], ids=["two numbers", "public draw"])
def test_a_good_period_holds_in_every_claim(data: Data) -> None:
    assert said(data) == dict.fromkeys(("in_log", "drawn", "signed_off", "text_is_data"), (True, ""))


def altered(place: str, value: Any, base: Data = GOOD) -> Data:
    """The data with another value at a place, `samples.2.verdict`."""
    data = copy.deepcopy(base)
    holder: Any = data
    *way, last = place.split(".")
    for step in way:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    assert holder[int(last) if isinstance(holder, list) else last] != value
    holder[int(last) if isinstance(holder, list) else last] = value
    return data


LOGGED = {"in_log": "log_says_otherwise"}
SIGNED = {"signed_off": "signed_off_content_is_another"}
ENDED = GOOD["samples"][0]["number"]
NO_VERDICT = {"in_log": "verdict_is_another", "text_is_data": "data_unreadable"}
FIGURES = {"text_is_data": "figures_wrong"}


def every(code: str) -> dict[str, str]:
    """All claims that rest on the log fail alike."""
    return dict.fromkeys(("in_log", "drawn", "signed_off"), code)


LIES: dict[str, tuple[str, Any, dict[str, str]]] = {
    "the owner": ("period.owner", AGENCY, LOGGED | SIGNED),
    "the month": ("period.month", "2026-10", LOGGED | SIGNED | {"drawn": "draw_not_as_entered"}),
    "the round": ("period.round", 2, {"signed_off": "not_signed_off"}),
    "the state": ("period.state.code", "judged", {"signed_off": "not_signed_off"}),
    "the plan's ratio": ("plan.ratio", "0.01", LOGGED),
    "the plan's items": ("plan.items", [], LOGGED),
    "who brings the seed about": ("plan.other_party", "head@ntpc-civil", LOGGED),
    "where the month began": ("frozen.from_size", 10, LOGGED),
    "the population": ("frozen.population", 41, LOGGED | SIGNED | FIGURES),
    "the population's root": ("frozen.root", "00" * 32, LOGGED | SIGNED),
    "when it was frozen": ("frozen.at", "2026-11-29T16:00:00.000000Z", LOGGED),
    "the frozen checkpoint": ("frozen.checkpoint.size", 199, every("checkpoint_is_another")),
    "the seed": ("draw.seed", "00" * 32, SIGNED | {"drawn": "seed_is_another"}),
    "the draw's ratio": ("draw.plan.ratio", "0.11", {"drawn": "sample_of_another_size"}),
    "the draw's ratio for as many": ("draw.plan.ratio", "0.099", {"drawn": "draw_not_as_entered"}),
    "the entry of the draw": ("drawn.entry", JUDGED_AT + 10, {"drawn": "entry_is_another"}),
    "what was bound before": ("drawn.before", [BEFORE], {"drawn": "draw_not_as_entered"}),
    "what was told after": ("drawn.after", [AFTER, BEFORE], {"drawn": "entry_is_another"}),
    "a sample's look-up": ("samples.0.lookup", GOOD["samples"][1]["lookup"], LOGGED),
    "a sample's clerk": ("samples.0.clerk", str(AUDITOR), LOGGED | {"signed_off": "signed_off_by_one"}),
    "a sample's agency": ("samples.0.agency", AGENCY, LOGGED | FIGURES),
    "a sample's reference": ("samples.0.reference", "1151124-0000-ZZ", LOGGED),
    "a sample's purpose": ("samples.0.case_item_version", 4, LOGGED),
    "a sample's ground": ("samples.0.ground.code", "statutory_duty", LOGGED),
    "a sample's time": ("samples.0.submitted_at", "2026-11-20T00:00:00.000000Z", LOGGED),
    "a sample's ending entry": ("samples.0.number", GOOD["samples"][1]["number"], LOGGED | {"drawn": "sample_is_another"}),
    "an ending that ends nothing": ("samples.0.number", ENDED - 1, {"in_log": "entry_is_another", "drawn": "sample_is_another"}),
    "a sample's subject": ("draw.units.0.commitment", "00" * 32, LOGGED | {"drawn": "unit_not_in_population"}),
    "the kind of a subject's key": ("samples.0.subject.0.kind.code", "plate", LOGGED),
    "a field beyond the permitted": ("samples.0.tasks.0.clear", ["year", "blood"], LOGGED | {"text_is_data": "text_differs"}),
    "a reveal of another look-up": ("samples.0.reveals.0.entry", GOOD["samples"][1]["reveals"][0]["entry"], LOGGED),
    "a verdict": ("samples.2.verdict", "proper", SIGNED | FIGURES | {"in_log": "verdict_is_another"}),
    "a verdict that is none": ("samples.2.verdict", "splendid", SIGNED | NO_VERDICT),
    "who judged": ("samples.0.judged_by", str(HEAD), LOGGED),
    "the entry of a verdict": ("samples.0.judged_entry", JUDGED_AT + 20, {"in_log": "verdict_is_another"}),
    "a note": ("samples.0.note_commitment", None, LOGGED),
    "what a finding says": ("findings.0.what_commitment", "00" * 32, LOGGED),
    "a finding's day": ("findings.0.due_on", "2027-12-15", LOGGED),
    "that a finding is closed": ("findings.0.state.code", "open", LOGGED | FIGURES),
    "who closed a finding": ("findings.0.closed_by", str(CLERK), LOGGED),
    "a figure": ("figures.verdicts.0.count", 4, FIGURES),
    "the median of days": ("figures.answers.median_days", 3, FIGURES),
    "the reveals counted": ("figures.reveals", 0, FIGURES),
    "who signed first": ("sign_offs.0.person", str(HEAD), {"signed_off": "signed_off_by_one"}),
    "that the second signed": ("sign_offs.1.voided_at", "2026-12-01T00:00:00.000000Z", {"signed_off": "not_signed_off"}),
    "when was signed": ("sign_offs.1.at", "2026-12-24T00:00:00.000000Z", {"signed_off": "log_says_otherwise"}),
    "what was signed": ("sign_offs.0.content_sha256", "00" * 32, SIGNED),
    "the role that signed": ("sign_offs.1.role.code", "supervisor", {"signed_off": "not_signed_off"}),
    "an entry's number": ("entries.0.number", 9, every("entry_not_in_log")),
    "a place of no hash": ("entries.0.proof", [-1], every("data_unreadable")),
    "a hash of the proofs": ("hashes.0", "AAAA", every("entry_not_in_log")),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_record_that_lies_is_found_and_the_claim_named(name: str) -> None:
    place, value, expected = LIES[name]
    assert failing(altered(place, value)) == expected
    assert all(code in REASONS for code in expected.values())


@pytest.mark.parametrize("part", ["samples", "sign_offs", "findings", "entries", "hashes"])
def test_a_record_that_leaves_the_last_one_out_is_found(part: str) -> None:
    data = copy.deepcopy(GOOD)
    del data[part][-1]
    assert failing(data) != {}


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"format", "version"}))
def test_a_record_that_lacks_a_part_fails_and_nothing_raises(name: str) -> None:
    data = {key: value for key, value in GOOD.items() if key != name}
    raw = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    found = period.content(data, raw, page_of(GOOD), TRUST)
    assert any(each.holds is False for each in found) or name == "made_at" or name == "invented"


def reopened_later(trail: Trail) -> None:
    again = review.Reopened(about_id=str(PERIOD), owner=OWNER, round=2, samples=(1,))
    trail.write(SIGNED_AT + 30, again, person=HEAD, account="xu.anping", agency=AGENCY, role="head")


def judged_again_after_the_sign_off(trail: Trail) -> None:
    first = trail.events[JUDGED_AT + 10]
    assert isinstance(first.kind, review.Judged)
    trail.write(SIGNED_AT + 30, dataclasses.replace(first.kind, verdict="excessive"), person=AUDITOR, agency=AGENCY)


def signed_by_the_auditor_alone(trail: Trail) -> None:
    second = trail.events[SIGNED_AT + 20]
    trail.events[SIGNED_AT + 20] = dataclasses.replace(second, person=AUDITOR)


def frozen_with_another_ratio(trail: Trail) -> None:
    entry = trail.events[FROZEN_AT]
    assert isinstance(entry.kind, review.Frozen)
    trail.events[FROZEN_AT] = dataclasses.replace(entry, kind=dataclasses.replace(entry.kind, ratio="0.5"))


def disclosed_another_number(trail: Trail) -> None:
    entry = trail.events[AFTER]
    assert isinstance(entry.kind, review.NumberDisclosed)
    trail.events[AFTER] = dataclasses.replace(entry, kind=dataclasses.replace(entry.kind, number=bytes(32)))


def month_never_closed(trail: Trail) -> None:
    del trail.events[FROZEN_AT + 2]


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (reopened_later, LOGGED | {"signed_off": "reopened"}),
        (judged_again_after_the_sign_off, {"in_log": "verdict_is_another"}),
        (signed_by_the_auditor_alone, {"signed_off": "log_says_otherwise"}),
        (frozen_with_another_ratio, {"in_log": "log_says_otherwise", "drawn": "draw_not_as_entered"}),
        (disclosed_another_number, {"drawn": "draw_not_as_entered"}),
        (month_never_closed, {"in_log": "entries_incomplete"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_the_log_tells_otherwise_is_found(happened: Callable[[Trail], None], expected: dict[str, str]) -> None:
    found = failing(data_of(change=happened))
    assert found == {claim: code for claim, code in expected.items() if code}


@pytest.mark.parametrize(
    ("numbers", "code"),
    [
        ({"before": FROZEN_AT + 4}, "seed_known_too_soon"),
        ({"after": FROZEN_AT - 2}, "seed_known_too_soon"),
        ({"drawn": AFTER - 2}, "seed_known_too_soon"),
        ({"frozen": 186}, "seed_known_too_soon"),
    ],
)
@pytest.mark.parametrize("source", ["two_numbers", "public_draw"])
def test_a_seed_that_was_there_too_soon_is_found(source: str, numbers: dict[str, int], code: str) -> None:
    assert failing(data_of(source=source, numbers=numbers))["drawn"] == code


def test_another_public_draw_than_the_one_that_the_freeze_names_is_found() -> None:
    def entered_otherwise(trail: Trail) -> None:
        other = review.DrawEntered(about_id=str(PERIOD), draw_name="另一個抽獎", results=(1, 2, 3, 4, 5))
        trail.write(AFTER, other)

    assert failing(data_of(source="public_draw", change=entered_otherwise)) == {"drawn": "draw_not_as_entered"}
    assert PublicDraw("a", 1, (1,)).name == "a"
    assert PUBLIC["period"]["month"] == MONTH


SAID_OTHERWISE = {
    "number": ("number", "1151201-AAAA-AA"),
    "sample's clerk": ("people.0.name", "王大文"),
    "sample's agency": ("names.agencies.0.zh", "新北市三重區公所"),
    "owner": ("names.agencies.2.zh", "內政部"),
    "case item": ("names.case_items.0.zh", "其他目的"),
    "field": ("names.data_items.0.fields.0.zh", "另一個欄位"),
    "masked key": ("samples.1.subject.0.masked", "B12345****"),
    "moment": ("samples.1.submitted_at", "2026-11-30T13:00:00.000000Z"),
    "due day": ("findings.0.due_on", "2026-12-16"),
    "role": ("sign_offs.0.role.zh", "主管"),
    "plan": ("plan.zh", "另一個計畫"),
}


@pytest.mark.parametrize("name", SAID_OTHERWISE)
def test_a_page_that_says_otherwise_than_the_data_is_found(name: str) -> None:
    place, value = SAID_OTHERWISE[name]
    assert said(altered(place, value), page_of(GOOD))["text_is_data"] == (False, "text_differs")


def test_a_verdict_changed_on_the_page_alone_is_found() -> None:
    page = page_of(GOOD)
    at = page.index("\n無佐證文件\n")
    changed = page[:at] + "\n適當\n" + page[at + len("\n無佐證文件\n") :]
    assert said(GOOD, changed)["text_is_data"] == (False, "text_differs")


def test_two_samples_that_changed_places_on_the_page_are_found() -> None:
    swapped = copy.deepcopy(GOOD)
    swapped["samples"][0], swapped["samples"][1] = swapped["samples"][1], swapped["samples"][0]
    raw = json.dumps(GOOD, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    names = period_page._Names(GOOD)
    rows = "\n".join(period_page._samples(swapped, names))
    rest = "\n".join((*period_page._literals(GOOD, raw, names), *period_page._findings(GOOD, names)))
    assert said(GOOD, rest + rows)["text_is_data"] == (False, "text_differs")
