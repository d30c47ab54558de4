"""docs/draw.md says what the code does: its example, its encodings and its twenty lines of Python."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from audit.check.draw import recompute
from audit.draw.draw import LARGEST_POPULATION, draw
from audit.draw.seed import PublicDraw, TwoNumbers, seed
from audit.log.checkpoint import parse_text
from tests.audit.review.accounts import AUDITOR, FROZEN, HEAD, PERIOD, a_number, an_account, some_units

PAGE = (Path(__file__).parents[3] / "docs" / "draw.md").read_text(encoding="utf-8")
LINES = PAGE.split("```python")[1].split("```")[0]
EXAMPLE: dict[str, Any] = json.loads(PAGE.split("```json")[1].split("```")[0])

sources = st.one_of(
    st.builds(
        lambda one, other: TwoNumbers(a_number(AUDITOR, one), a_number(HEAD, other)),
        st.text(max_size=3),
        st.text(max_size=3),
    ),
    st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=6).map(
        lambda results: PublicDraw("三星彩 第115000296期", len(results), tuple(results))
    ),
)


def redrawn() -> Callable[[dict[str, Any]], tuple[str, list[int]]]:
    """The page's function, as a stranger would have it who copies the lines."""
    room: dict[str, Any] = {}
    exec(LINES, room)  # noqa: S102 it is our own page that is tried
    found: Callable[[dict[str, Any]], tuple[str, list[int]]] = room["redrawn"]
    return found


def test_the_pages_python_is_twenty_lines_beside_the_imports() -> None:
    written = [line for line in LINES.splitlines() if line.strip() and not line.startswith(("import ", "from "))]
    assert len(written) == 20


def test_the_pages_example_holds_for_everybody() -> None:
    assert redrawn()(EXAMPLE) == (EXAMPLE["seed"], [unit["ordinal"] for unit in EXAMPLE["units"]])
    assert recompute(EXAMPLE).seed.hex() == EXAMPLE["seed"]
    assert parse_text(EXAMPLE["checkpoint"]).size == 300


def test_the_pages_python_draws_what_the_house_draws() -> None:
    page = redrawn()

    @given(st.integers(1, 80), sources, st.sampled_from(["0", "0.01", "0.07", "0.7", "1"]), st.integers(1, 5))
    def draws_alike(count: int, source: PublicDraw | TwoNumbers, ratio: str, floor: int) -> None:
        account = an_account(some_units(count), source=source, ratio=ratio, floor=floor)
        assert page(account) == (account["seed"], [unit["ordinal"] for unit in account["units"]])
        assert recompute(account).ordinals == tuple(page(account)[1])

    draws_alike()


def test_the_pages_python_draws_alike_from_populations_that_nobody_lists() -> None:
    page = redrawn()

    @given(st.integers(1, LARGEST_POPULATION), st.integers(1, 30), sources)
    def draws_alike(size: int, floor: int, source: PublicDraw | TwoNumbers) -> None:
        account = {
            "period": str(PERIOD),
            "checkpoint": FROZEN.text(),
            "population": {"size": size},
            "plan": {"ratio": "0", "floor": floor},
            "source": source.as_json(),
        }
        made = seed(FROZEN, PERIOD, source)
        assert page(account) == (made.hex(), list(draw(made, size, min(size, floor)).ordinals))

    draws_alike()


def test_the_pages_headers_are_as_long_as_it_says() -> None:
    assert len(b"govern unit 1\n") == len(b"govern seed 1\n") == 14
    assert PAGE.count("header is 14 bytes") == 2
