"""任何時刻被強制終止：查調的十三個步驟，無論終止子程式、父程式或兩者，每件查調都不遺失、有唯一結局；不得重問的來源絕不被問第二次。

Promise 2 (SECURITY.md, F1; I1 to I6). Processes are stopped at each of the points K0 to K12 (`govern.core.points`) and killed
there with SIGKILL; then a fresh worker and a keeper go on. The proof is itself proven: with a fault planted it must fail.
"""

from pathlib import Path

import pytest

from tests.support.houses import TestHouse, house_name
from tests.support.killed import AGAIN, ONCE, POINTS, WITHIN_S, Found, Round, drain, go_on, kill_at, staged, targets
from tests.support.proofs import counted, record, said

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TIMES = 3
MANY = 25
# What each planted fault is found by, and the kill at which it shows.
PLANTED = {
    "asks_again": ("twice", "K6", "child"),
    "offers_nothing": ("lost", "K3", "parent"),
    "forgets_what_was_running": ("twice", "K7", "both"),
    "asks_before_it_commits": ("unproven", "K7", "parent"),
    "keeps_what_lies_in_the_store": ("left_in_store", "K9", "parent"),
}


def test_killed_at_each_of_thirteen_points_nothing_is_lost_and_nothing_is_asked_twice(
    house: TestHouse, tmp_path: Path
) -> None:
    """13個步驟×3種對象×3次：遺失0、重複詢問0、唯一結局，並於60秒內了結；K6結局為「結果不明」。"""
    found = _killed(house, tmp_path, TIMES)
    print(f"\n{house_name(house)}\n{said(_rows(house, found))}")
    assert found.rounds == len(POINTS) * 3 * TIMES
    assert found.faults == []


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_killed_many_times(house: TestHouse, tmp_path: Path) -> None:
    """同上，每一步驟、每一對象各25次。"""
    found = _killed(house, tmp_path, MANY)
    rows = _rows(house, found)
    print(f"\n{house_name(house)}\n{said(rows)}")
    record(f"killed at every step, {house_name(house)}", rows)
    assert found.faults == []


def test_the_proof_fails_where_the_house_is_broken_on_purpose(sqlite_house: TestHouse, tmp_path: Path) -> None:
    """植入錯誤必被發現：重問、不再通知、接手不查、未存證先問、暫存未銷毀；未植入者則否。"""
    with staged(sqlite_house, tmp_path / "stage") as stage:
        for plant, (kind, point, target) in PLANTED.items():
            stage.plants = (plant,)
            found = go_on(stage, [kill_at(stage, point, target, ONCE)], within_s=2)
            assert getattr(found, kind), f"{plant} was not found: {found}"
            stage.begin_anew()
        stage.plants = ()
        assert go_on(stage, [kill_at(stage, "K9", "parent", ONCE)]).faults == []


def _killed(house: TestHouse, folder: Path, times: int) -> Found:
    """Every point, every target, so many times; the two sorts of sources in turn."""
    with staged(house, folder / "stage") as stage:
        rounds: list[Round] = []
        for point, target in [(each, whom) for each in POINTS for whom in targets(each)]:
            for number in range(times):
                rounds.append(kill_at(stage, point, target, (ONCE, AGAIN)[number % 2]))
                drain(stage)  # what lies in Redis would be taken by the next round's worker
        found = go_on(stage, rounds)
        print(f"\n{found}\n{stage.spent_s():.1f} s of processor in what was forked")
        assert found.faults == [], stage.said()
    return found


def _rows(house: TestHouse, found: Found) -> list[dict[str, object]]:
    number = found.rounds
    return [
        counted("look-ups lost", len(found.lost), "look-ups", rounds=number),
        counted(
            "second requests to a source that must not be asked twice", len(found.twice), "requests", rounds=number
        ),
        counted("look-ups with other than one end", len(found.several_ends), "look-ups", rounds=number),
        counted("ends or requests other than the point allows", len(found.unforeseen), "look-ups", rounds=number),
        counted("requests without an intent in the trail", len(found.unproven), "requests", rounds=number),
        counted("answers of lost runs left in the store", len(found.left_in_store), "answers", rounds=number),
        counted("until the last look-up is settled", found.slowest_s, "s", rounds=number, target=f"<= {WITHIN_S:g}"),
        counted("trails that do not verify", 1 if found.broken_trail else 0, "trails", rounds=1),
    ]
