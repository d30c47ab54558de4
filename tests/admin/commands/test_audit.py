"""flask audit: each command ends with what was done, or with a sentence in both languages and an exit code."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from admin.commands.audit import audit
from audit.draw.period import month_before, month_of
from govern.core import clock
from govern.rules.actor import Role
from tests.support.houses import TestHouse, a_request
from tests.support.months import AGENCY, OWNER, a_plan, an_actor, commit, days_later, disclose, periods

Runs = Callable[..., Result]


@pytest.fixture
def runs(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """`flask audit ...` on the house of this test."""
    for name in ("data_dir", "database_url", "redis_url", "answers_url"):
        monkeypatch.setenv(f"GOVERN_{name.upper()}", str(getattr(house.settings, name)))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(audit, arguments, catch_exceptions=False)

    return run


def told(runs: Runs, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(runs("status", *arguments, "--json").stdout)["periods"]
    return found


def looked_up(house: TestHouse, count: int = 3) -> str:
    """A plan, both numbers committed to, and so many look-ups; the month at hand."""
    month = month_of(clock.now())
    a_plan()
    commit(an_actor(AGENCY, Role.AUDITOR), month, f"auditor@{AGENCY}")
    commit(an_actor(OWNER, Role.HEAD), month, f"head@{OWNER}")
    clerk = house.a_clerk(AGENCY)
    for _ in range(count):
        house.submit(clerk, a_request())
    return month


def test_a_month_is_closed_drawn_and_told(house: TestHouse, runs: Runs) -> None:
    month = looked_up(house)
    closed = runs("close", "--at", clock.now().isoformat())
    assert closed.exit_code == 0
    assert closed.stdout.startswith(f"{month}: 0 .. ")
    (period,) = [each for each in told(runs) if each["population"]]
    assert period["state"] == "frozen"
    assert period["sample"] is None
    waits = runs("draw", period["period"])
    assert waits.exit_code == 1
    assert f"head@{OWNER}" in waits.stderr
    disclose(an_actor(AGENCY, Role.AUDITOR), month, f"auditor@{AGENCY}")
    disclose(an_actor(OWNER, Role.HEAD), month, f"head@{OWNER}")
    drawn = runs("draw", f"{month}/{AGENCY}/{OWNER}")
    assert (drawn.exit_code, drawn.stdout) == (0, f"{period['period']} 1 of 3, two_numbers\n")
    early = runs("record", period["period"], "--out", "never.pdf")
    assert early.exit_code == 1
    again = runs("draw", period["period"])
    assert again.exit_code == 0
    assert "已經抽樣" in again.stdout
    (after,) = told(runs, period["period"])
    expected = {
        "period": period["period"], "month": month, "agency": AGENCY, "owner": OWNER, "population": 3, "sample": 1,
        "state": "drawn", "verdicts": {}, "awaits": None, "source": "two_numbers",
    }  # fmt: skip
    assert expected.items() <= after.items()
    assert f"{month}/{AGENCY}/{OWNER} drawn 1/3" in runs("status").stdout


def test_closing_twice_says_so_and_is_no_failure(house: TestHouse, runs: Runs) -> None:
    at = clock.now().isoformat()
    assert runs("close", "--at", at).exit_code == 0
    again = runs("close", "--at", at)
    assert again.exit_code == 0
    assert "已經月結" in again.stdout
    assert "is closed already" in again.stdout


def test_the_last_month_that_is_over_is_closed_when_none_is_named(house: TestHouse, runs: Runs) -> None:
    last = month_before(month_of(clock.now()))
    assert runs("close").stdout.startswith(f"{last}: ")
    assert "已經月結" in runs("close", "--month", last).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("close", "--month", "2026-13"), 2, "2026-11"),
        (("close", "--month", "26-1"), 2, "2026-11"),
        (("close", "--at", "soon"), 2, "2026-12-01T"),
        (("close", "--at", "2199-01-01T00:00:00+08:00"), 1, "尚未到"),
        (("close", "--month", "2199-01"), 1, "2199-01"),
        (("close", "--month", "2020-01", "--at", "2020-02-01"), 2, "擇一"),
        (("draw", str(uuid.uuid4())), 2, "沒有這個稽核期別"),
        (("draw", "2026-11/nobody/nothing"), 2, "沒有這個稽核期別"),
        (("status", "x"), 2, "沒有這個稽核期別"),
        (("record", str(uuid.uuid4()), "--out", "/nowhere/at/all.pdf"), 2, "資料夾"),
        (("record", str(uuid.uuid4()), "--out", "all.pdf"), 2, "沒有這個稽核期別"),
        (("plan", "make", "nobody"), 2, "找不到"),
        (("plan", "make", "ntpc-civil", "--ratio", "2"), 2, "不能使用"),
        (("plan", "end", "x", "--reason", "y"), 2, "沒有這項稽核計畫"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence(
    house: TestHouse, runs: Runs, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ended = runs(*arguments)
    assert ended.exit_code == code
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 2  # both languages


def test_a_name_that_means_several_periods_is_asked_for_by_its_id(house: TestHouse, runs: Runs) -> None:
    month = looked_up(house, 1)
    a_plan(name_zh="另一計畫")
    runs("close", "--at", clock.now().isoformat())
    ended = runs("draw", f"{month}/{AGENCY}/{OWNER}")
    assert ended.exit_code == 2
    assert all(str(period.id) in ended.stderr for period in periods())


def test_plans_are_made_listed_and_ended(house: TestHouse, runs: Runs) -> None:
    made = runs("plan", "make", OWNER, "--by-owner", "--by-agency", "--ratio", "0.05", "--floor", "2")
    assert made.exit_code == 0
    identity = made.stdout.strip()
    (row,) = json.loads(runs("plan", "list", "--json").stdout)["plans"]
    assert (row["plan"], row["owner"], row["ratio"], row["floor"]) == (identity, OWNER, "0.05", 2)
    assert runs("plan", "end", identity, "--reason", "改由每季查核").exit_code == 0
    assert "(ended)" in runs("plan", "list").stdout
    assert runs("plan", "end", identity, "--reason", "again").exit_code == 1


def test_a_seed_that_needs_the_public_draw_says_which(house: TestHouse, runs: Runs) -> None:
    month = looked_up(house)
    runs("close", "--at", clock.now().isoformat())
    with clock.clock_reads(days_later(8)):
        ended = runs("draw", f"{month}/{AGENCY}/{OWNER}")
    assert ended.exit_code == 1
    assert "今彩539" in ended.stderr
