"""docs/leaf.md says what the code does: its columns, its example and its twenty lines of Python."""

import re
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from audit.log.tree import inclusion_proof, leaf_hash, nodes_of, root
from govern.trail.leaf import COLUMNS, NEVER_NULL, Sort

PAGE = (Path(__file__).parents[3] / "docs" / "leaf.md").read_text(encoding="utf-8")
SORTS = {
    "UUID": Sort.UUID,
    "integer": Sort.INTEGER,
    "truth": Sort.TRUTH,
    "text": Sort.TEXT,
    "bytes": Sort.BYTES,
    "instant": Sort.INSTANT,
}


def test_the_page_lists_the_columns_in_order_with_their_sorts() -> None:
    cells = re.findall(r"\| (\d+) \| (\w+)( •)? \| (\w+)(?= \|)", PAGE)
    listed = sorted((int(place), name, bool(mark), SORTS[sort]) for place, name, mark, sort in cells)
    assert listed == [
        (place, name, name in NEVER_NULL, sort) for place, (name, sort) in enumerate(COLUMNS.items(), start=1)
    ]


def test_the_pages_example_is_spelled_as_the_leaf_is() -> None:
    example = PAGE.split("### An example")[1].split("```")[1]
    spelled = ""
    for line in example.strip().splitlines():
        digits = re.split(r"\s{3,}", line)[0]
        once, _, times = digits.partition(" × ")
        spelled += once.replace(" ", "") * int(times or 1)
    leaf = bytes.fromhex(spelled)
    assert leaf.startswith(b"govern entry 1\n\x01")
    assert leaf.endswith(b"\x05\x00\x00\x00\x02{}")
    assert len(leaf) == 15 + 17 + 10 + 9 + 9 + 21 + 2 + 12 + 7


def test_the_pages_python_finds_the_root() -> None:
    code = PAGE.split("```python")[1].split("```")[0]
    room: dict[str, Any] = {}
    exec(code, room)  # noqa: S102 it is our own page that is tried

    @given(st.integers(1, 70), st.data())
    def comes_to_the_root(size: int, data: st.DataObject) -> None:
        leaves = [bytes([number]) for number in range(size)]
        hashes = [leaf_hash(leaf) for leaf in leaves]
        number = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(number, size, nodes_of(hashes))
        assert room["root_from"](leaves[number], number, size, proof) == root(hashes)

    comes_to_the_root()
