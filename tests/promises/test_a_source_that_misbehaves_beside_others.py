"""鄰居不受影響：一個來源陷入黑洞、一次一個位元組、或湧出200 MB時，其他來源的查調照常完成，慢不到一成。

Promise 2 (SECURITY.md, F7): a source has all workers but one, so that one is always there for the others. Held in the house's own
processes: while the bad source holds its calls, look-ups at another one are answered. That this would not be so without the
limit is shown with a limit that leaves nobody.
"""

from collections.abc import Iterator

import pytest

from govern.core.database import release
from govern.core.settings import Settings
from tests.support import http_sources as http
from tests.support.house_processes import processes_of
from tests.support.houses import TestHouse, sqlite_house_in
from tests.support.misbehaving_sources import GOOD, OTHERS, Neighbours, in_pairs, neighbours, peak_bytes
from tests.support.proofs import counted, record, said
from tests.support.queues import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PAIRS = 20
WAYS = {"a black hole": http.silently, "a byte each 50 ms": http.byte_by_byte, "200 MB": http.sending_200_mb}


@pytest.fixture(scope="module")
def beside(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    """A house with a bad source and a good one."""
    house = sqlite_house_in(land, tmp_path_factory.mktemp("neighbours"))
    with neighbours(house) as ready:
        yield ready
    release()


def _with_workers(house: TestHouse, workers: int) -> Settings:
    return house.settings.model_copy(update={"workers": workers})


def test_while_one_source_holds_its_calls_the_others_are_answered(beside: Neighbours) -> None:
    """兩個執行程序、一個黑洞：黑洞只佔住一個，其他來源的查調全部得到答覆；黑洞放手後，等候中的查調也都有結局。"""
    with processes_of(_with_workers(beside.house, 2)) as processes:
        for _ in range(2):
            processes.start("worker")
        beside.misbehaves(http.silently, OTHERS)
        others = [beside.looks_up(GOOD) for _ in range(OTHERS)]
        for lookup in others:
            beside.answered(lookup)
        assert beside.running() == 1
        assert sorted(beside.states(beside.asked)) == ["running", *["waiting"] * (OTHERS - 1)]
        beside.gives_up()


def test_without_the_limit_the_others_would_wait(beside: Neighbours) -> None:
    """檢核此檢核：若來源可以佔住全部執行程序，其他來源的查調就沒有人做，並量得出來。"""
    with processes_of(_with_workers(beside.house, 100)) as processes:
        processes.start("worker")
        beside.misbehaves(http.silently, 1)
        other = beside.looks_up(GOOD)
        until(lambda: beside.running() == 1, "the one worker is held")
        assert beside.states([other]) == ["waiting"]
        beside.gives_up()
        beside.answered(other)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_others_are_not_slower_by_more_than_a_tenth(beside: Neighbours) -> None:
    """三個執行程序，每種不守規矩各20對交錯比較：其他來源的查調慢不到一成；執行程序的記憶體不超過512 MB；並留下紀錄。"""
    with processes_of(_with_workers(beside.house, 3)) as processes:
        for _ in range(3):
            processes.start("worker")
        for _ in range(5):
            beside.time_of_a_neighbour()
        rows = [
            counted(
                f"look-up at another source beside {name}",
                in_pairs(beside, behaviour, PAIRS),
                "times that alone",
                target="<= 1.1",
                rounds=PAIRS,
            )
            for name, behaviour in WAYS.items()
        ]
        rows.append(
            counted(
                "most memory of a worker's child",
                peak_bytes(processes) / (1 << 20),
                "MB",
                target="<= 512",
                rounds=PAIRS * len(WAYS) * OTHERS,
            )
        )
    record("sources beside one that misbehaves", rows)
    print(said(rows))
    assert all(row["met"] for row in rows), rows
