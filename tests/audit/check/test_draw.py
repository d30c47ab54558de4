"""The stranger's recomputation: it believes a good account, and names what is wrong with each broken one."""

import ast
import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.check import draw as checker
from audit.check.draw import NotThisDraw, recompute, waited
from audit.draw.draw import draw
from audit.draw.seed import PublicDraw, TwoNumbers, seed
from tests.audit.review.accounts import FROZEN, PERIOD, a_public_draw, an_account, some_units, two_numbers
from tests.audit.review.broken_accounts import SHELF, UNITS, Account

GOOD = an_account(UNITS)
GOOD_PUBLIC = an_account(UNITS, source=a_public_draw())


@pytest.mark.parametrize("account", [GOOD, GOOD_PUBLIC], ids=["two numbers", "public draw"])
def test_a_good_account_is_believed_and_says_what_it_was_drawn_from(account: Account) -> None:
    found = recompute(account)
    assert (found.population, found.checkpoint_size, len(found.ordinals)) == (len(UNITS), FROZEN.size, 9)
    assert found.root.hex() == account["population"]["root"]
    assert found.seed.hex() == account["seed"]


@pytest.mark.parametrize(("breaking", "code"), SHELF, ids=[breaking.__name__ for breaking, _ in SHELF])
def test_a_broken_account_is_not_believed_and_the_reason_named(breaking: Callable[[Account], None], code: str) -> None:
    broken = copy.deepcopy(GOOD)
    breaking(broken)
    with pytest.raises(NotThisDraw) as raised:
        recompute(broken)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("name", "今彩539 第115000297期", "seed_is_another"),
        ("results", [3, 8, 17, 22, 38], "seed_is_another"),
        ("results", [3, 8, 17, 22], "seed_is_another"),
        ("results", [39, 3, 22, 17, 8], "draw_unreadable"),  # one spelling alone
        ("results", [], "draw_unreadable"),
        ("results", [2**53], "draw_unreadable"),
        ("results", ["3"], "draw_unreadable"),
        ("results", [True], "draw_unreadable"),
        ("name", "", "draw_unreadable"),
        ("name", "\ud800", "draw_unreadable"),
        ("kind", "a friend's word", "draw_unreadable"),
    ],
)
def test_another_public_draw_is_not_believed(part: str, value: object, code: str) -> None:
    broken = copy.deepcopy(GOOD_PUBLIC)
    broken["source"][part] = value
    with pytest.raises(NotThisDraw) as raised:
        recompute(broken)
    assert raised.value.code == code


@given(
    st.integers(0, 70),
    st.sampled_from([two_numbers(), a_public_draw()]),
    st.sampled_from(["0", "0.01", "0.07", "0.29", "0.7", "1"]),
    st.integers(1, 6),
)
def test_what_the_house_draws_the_stranger_draws(
    count: int, source: PublicDraw | TwoNumbers, ratio: str, floor: int
) -> None:
    account = an_account(some_units(count), source=source, ratio=ratio, floor=floor)
    assert list(recompute(account).ordinals) == [unit["ordinal"] for unit in account["units"]]


@given(st.one_of(st.just(3 * 2**61), st.integers(1_000, 2**63 - 1)), st.sampled_from([two_numbers(), a_public_draw()]))
def test_from_populations_that_nobody_lists_the_stranger_draws_alike_and_then_asks_for_proofs(
    size: int, source: PublicDraw | TwoNumbers
) -> None:
    made = seed(FROZEN, PERIOD, source)
    ordinals = draw(made, size, 30).ordinals
    unproven = GOOD["units"][0] | {"proof": []}
    account = GOOD | {
        "population": {"size": size, "root": "00" * 32},
        "plan": {"ratio": "0", "floor": 30},
        "source": source.as_json(),
        "seed": made.hex(),
        "units": [unproven | {"ordinal": ordinal} for ordinal in ordinals],
    }
    with pytest.raises(NotThisDraw) as raised:
        recompute(account)
    assert (raised.value.code, raised.value.detail) == ("unit_not_in_population", str(ordinals[0]))


def test_of_nothing_nothing_is_drawn_and_of_one_the_one() -> None:
    assert recompute(an_account([])).ordinals == ()
    assert recompute(an_account(some_units(1))).ordinals == (0,)
    assert sorted(recompute(an_account(some_units(40), ratio="1")).ordinals) == list(range(40))


def test_a_proof_that_ends_below_the_root_of_so_large_a_population_is_none() -> None:
    account = an_account(some_units(1))
    made = bytes.fromhex(account["seed"])
    account["population"]["size"] = 2
    account["units"][0]["ordinal"] = draw(made, 2, 1).ordinals[0]
    with pytest.raises(NotThisDraw) as raised:
        recompute(account)
    assert raised.value.code == "unit_not_in_population"


def test_a_seed_without_anything_to_draw_is_no_account() -> None:
    with pytest.raises(NotThisDraw):
        recompute(an_account([]) | {"seed": "00" * 32})


@pytest.mark.parametrize(
    ("ratio", "floor"),
    [("1e-2", 1), ("0,1", 1), ("1/10", 1), ("-0.1", 1), ("1.1", 1), ("0.1\n", 1), (0.1, 1), ("0.1", 0), ("0.1", "1")],
)
def test_a_plan_in_another_spelling_is_none(ratio: object, floor: object) -> None:
    with pytest.raises(NotThisDraw) as raised:
        recompute(GOOD | {"plan": {"ratio": ratio, "floor": floor}})
    assert raised.value.code == "draw_unreadable"


def test_a_record_cannot_make_the_checker_draw_more_than_it_lists() -> None:
    with pytest.raises(NotThisDraw) as raised:
        recompute(GOOD | {"population": {"size": 2**62, "root": "00" * 32}, "plan": {"ratio": "1", "floor": 1}})
    assert raised.value.code == "sample_of_another_size"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_account_that_lacks_a_part_is_unreadable(name: str) -> None:
    with pytest.raises(NotThisDraw) as raised:
        recompute({key: value for key, value in GOOD.items() if key != name})
    assert raised.value.code == "draw_unreadable"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["00" * 32, "0.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places_of(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path within an account."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([here] if here else []), *(place for key, each in inner for place in places_of(each, (*here, key)))]


def is_refused(account: Account) -> bool:
    """Whether the checker says no; anything else that it raises goes through."""
    try:
        recompute(account)
    except NotThisDraw:
        return True
    return False


@given(st.sampled_from([GOOD, GOOD_PUBLIC]), st.data(), anything)
def test_whatever_is_put_anywhere_is_refused_and_nothing_else_is_raised(
    good: Account, data: st.DataObject, odd: object
) -> None:
    account = copy.deepcopy(good)
    *way, last = data.draw(st.sampled_from(places_of(account)))
    holder: Any = account
    for key in way:
        holder = holder[key]
    is_the_same = type(holder[last]) is type(odd) and holder[last] == odd
    holder[last] = odd
    if not is_refused(account):
        # a plan may be said otherwise as long as it demands as many
        assert is_the_same or way[:1] == ["plan"] or last == "plan"


def test_what_was_bound_before_and_told_after_is_believed() -> None:
    waited(before=[3, 99], checkpoint_size=100, freeze=100, after=[101, 105])


@pytest.mark.parametrize(
    ("before", "freeze", "after"),
    [
        ([3, 100], 101, [102]),
        ([3], 99, [102]),
        ([3], 103, [102, 104]),
        ([3], 100, [100]),
        ([], 100, [101]),
        ([3], 100, []),
    ],
)
def test_a_seed_that_was_known_too_soon_is_not(before: list[int], freeze: int, after: list[int]) -> None:
    with pytest.raises(NotThisDraw) as raised:
        waited(before=before, checkpoint_size=100, freeze=freeze, after=after)
    assert raised.value.code == "seed_known_too_soon"


def test_the_recomputation_stands_on_the_standard_library_alone() -> None:
    tree = ast.parse(Path(str(checker.__file__)).read_text(encoding="utf-8"))
    imported = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    imported += [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
