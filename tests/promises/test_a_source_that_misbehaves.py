"""不守規矩的來源：黑洞、截斷、別人的回覆、炸彈、換了主機金鑰等，都在期限加2秒內結束，記憶體有上限，別人的資料顯示零件。

Promises 2 and 3 (SECURITY.md, F7, F8, F10): the table of `tests/connectors/misbehaving`, kind by kind. Each cell is a real source
over TLS or SSH and a call in a child of its own, as a worker makes it, whose time, peak memory and every word are measured. Each
measure is itself checked: with a fault planted it must find it.
"""

from collections.abc import Iterator, Sequence

import pytest

from bench.row import Row
from tests.connectors.misbehaving.judged import FAULTS, Table, Tried, faults_of
from tests.connectors.misbehaving.standing import KINDS
from tests.connectors.misbehaving.table import TABLE, cells
from tests.connectors.misbehaving.table import Row as Misbehaviour
from tests.support.proofs import counted, record, said

pytestmark = pytest.mark.slow

ROUNDS = 10


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    """A ground for sources, and the process that calls them."""
    with Table(tmp_path_factory.mktemp("misbehaving")) as ready:
        yield ready


def test_every_kind_has_a_cell_or_a_reason_in_every_row() -> None:
    """表中每一列、每一種來源都有一格，或寫明為什麼不適用。"""
    names = dict.fromkeys(row.name for row in TABLE)
    for name in names:
        rows = [row for row in TABLE if row.name == name]
        tried = [kind for row in rows for kind in row.kinds]
        assert len(tried) == len(set(tried)), name
        assert set(tried) | {kind for row in rows for kind in row.instead} == set(KINDS), name
    assert len(list(cells())) >= 300


def test_every_misbehaviour_of_every_kind_ends_as_the_table_says(table: Table) -> None:
    """每一格各試一次：都在期限加2秒內，以本平臺自己的一句話結束；別人的資料顯示零件，外洩零件。"""
    tried = table.tried(cells())
    print("\n" + said(_rows(tried)))
    assert faults_of(tried) == []


def test_each_measure_finds_the_fault_that_is_planted_for_it(table: Table) -> None:
    """檢核此檢核：沒有期限、不核對當事人、寫出身分證字號、囤積記憶體、答得正確卻不該有答案，每一種都量得出來。"""
    found = {
        plant: {fault.__name__ for tried in table.tried([cell], plants=(plant,)) for fault in FAULTS if fault(tried)}
        for plant, cell in (
            ("no deadline", (_row("silent"), "https")),
            ("any subject", (_row("another_person_under_the_asked_key"), "https")),
            ("talks", (_row("right"), "soap_gateway")),
            ("hoards", (_row("right"), "sftp")),
        )
    }
    assert found == {
        "no deadline": {"late"},
        "any subject": {"about_another", "unforeseen"},
        "talks": {"leaking"},
        "hoards": {"heavy"},
    }
    [right] = table.tried([(_row("right"), "https")])
    assert faults_of([right]) == []
    strict = Tried(_row("empty"), "https", right.came, 1, right.deadline_s)
    lax = Tried(_row("extra_fields"), "https", right.came, 1, right.deadline_s)
    assert [fault.__name__ for fault in FAULTS if fault(strict)] == ["unforeseen"]
    assert [fault.__name__ for fault in FAULTS if fault(lax)] == ["uncounted"]


@pytest.mark.faults
@pytest.mark.timeout(5400)
def test_many_times(tmp_path_factory: pytest.TempPathFactory) -> None:
    """同上，每一格各試十次，最大的回覆近8 MB，並留下紀錄。"""
    tried: list[Tried] = []
    with Table(tmp_path_factory.mktemp("largest"), is_largest=True) as largest:
        for _ in range(ROUNDS):
            tried += largest.tried(cells())
    rows = _rows(tried)
    record("sources that misbehave", rows)
    print(said(rows), *faults_of(tried), sep="\n")
    assert faults_of(tried) == []


def _row(name: str) -> Misbehaviour:
    return next(row for row in TABLE if row.name == name)


def _rows(tried: Sequence[Tried]) -> list[Row]:
    count = len(tried)
    counts = {fault.__name__: sum(fault(each) for each in tried) for fault in FAULTS}
    extra = [each for each in tried if each.row.beyond]
    return [
        counted(
            "misbehaviours by kind",
            len({(each.row.name, each.kind) for each in tried}),
            "cells",
            target=">= 300",
            rounds=count,
        ),
        counted("calls over their deadline and 2 s", counts["late"], "calls", rounds=count),
        counted(
            "slowest call beyond its deadline",
            max(each.came.seconds - each.deadline_s for each in tried),
            "s",
            target="<= 2",
            rounds=count,
        ),
        counted(
            "most memory of a child that called",
            max(each.came.peak_bytes for each in tried) / (1 << 20),
            "MB",
            target="<= 512",
            rounds=count,
        ),
        counted("answers about another person shown", counts["about_another"], "answers", rounds=count),
        counted(
            "calls that showed a value of a person in an error, log or output", counts["leaking"], "calls", rounds=count
        ),
        counted("calls that ended in another way than foreseen", counts["unforeseen"], "calls", rounds=count),
        counted(
            "answers whose extra fields were not all cut and counted", counts["uncounted"], "answers", rounds=len(extra)
        ),
    ]
