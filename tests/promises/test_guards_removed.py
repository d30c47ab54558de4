"""逐一拿掉每一道防護：權限、職責分離、遮蔽、最小化、租約、簽章、核章等防護少了任何一道，都有測試發現。

Promise 5 (and whatever the others rest on): hand-written mutants, as data in `tests/support/guards.py`. At least 98 % must be
noticed; those that stand a second time behind another guard are listed with their reason and not counted.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import pytest

from tests.support import guards, guards_of_sources
from tests.support.guards import Mutant
from tests.support.guards_removed import ROOT, copied, is_noticed, passes
from tests.support.proofs import counted, record, said

AT_ONCE: Final = os.cpu_count() or 1  # each in a copy of its own


def test_each_guard_stands_where_the_list_says() -> None:
    """每一道防護的原文仍在原處，而且只有一處，清單因此為真。"""
    listed = list(mutants())
    assert len([mutant for mutant in listed if not mutant.because]) >= 100
    assert [name for name, times in Counter((m.file, m.guard, m.instead) for m in listed).items() if times > 1] == []
    texts = {mutant.file: (ROOT / mutant.file).read_text() for mutant in listed}
    assert {mutant.name for mutant in listed if texts[mutant.file].count(mutant.guard) != 1} == set()
    assert [mutant.name for mutant in listed if mutant.guard == mutant.instead] == []
    tests = {test.partition("::") for mutant in listed for test in mutant.tests}
    gone = [
        file for file, _, test in tests if not (ROOT / file).exists() or f"def {test}" not in (ROOT / file).read_text()
    ]
    assert gone == []


@pytest.mark.faults
@pytest.mark.timeout(5400)  # half a minute each on two busy cores
def test_each_guard_that_is_taken_away_is_missed(tmp_path: Path) -> None:
    """逐一拿掉：至少98%被測試發現；未發現者逐一說明。未拿掉時，同樣的測試全部通過。"""
    trees: SimpleQueue[Path] = SimpleQueue()
    for number in range(AT_ONCE):
        trees.put(copied(tmp_path / f"tree{number}"))

    def in_a_tree(ask: Callable[[Path], bool]) -> bool:
        tree = trees.get()
        try:
            return ask(tree)
        finally:
            trees.put(tree)

    listed = [mutant for mutant in mutants() if not mutant.because]
    tests = [*dict.fromkeys(mutant.tests for mutant in listed)]
    with ThreadPoolExecutor(AT_ONCE) as at_once:
        whole = [*at_once.map(lambda each: in_a_tree(lambda tree: passes(tree, each)), tests)]
        assert [each for each, held in zip(tests, whole, strict=True) if not held] == [], "with every guard in place"
        noticed = [*at_once.map(lambda mutant: in_a_tree(lambda tree: _is_noticed(tree, mutant)), listed)]
    unnoticed = [mutant for mutant, was_noticed in zip(listed, noticed, strict=True) if not was_noticed]
    rows = [
        counted(
            "guards taken away and noticed",
            100 * (1 - len(unnoticed) / len(listed)),
            "%",
            rounds=len(listed),
            target=">= 98",
        ),
        counted("guards taken away and not noticed", len(unnoticed), "guards", rounds=len(listed), target="<= 2"),
    ]
    record("guards removed one by one", rows)
    print(said(rows), *(mutant.name for mutant in unnoticed), sep="\n")
    assert len(unnoticed) <= 0.02 * len(listed), [mutant.name for mutant in unnoticed]


def mutants() -> Iterator[Mutant]:
    """Those of the house, and those against sources that misbehave."""
    yield from guards.mutants()
    yield from guards_of_sources.mutants()


def _is_noticed(tree: Path, mutant: Mutant) -> bool:
    noticed = is_noticed(tree, mutant)
    print("noticed " if noticed else "NOT NOTICED ", mutant.name, flush=True)
    return noticed
