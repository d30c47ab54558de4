"""The shelf of broken accounts: each changes a good one (two numbers, `UNITS`) and is named for what is wrong with it."""

from collections.abc import Callable
from typing import Any

from audit.draw.seed import commitment
from audit.log.checkpoint import Checkpoint
from tests.audit.review.accounts import AUDITOR, FROZEN, HEAD, a_number, a_public_draw, an_account, some_units

Account = dict[str, Any]
UNITS = some_units(90)


def change_a_unit(account: Account) -> None:
    account["units"][2]["number"] += 1


def change_a_subject(account: Account) -> None:
    account["units"][2]["subject_ordinal"] += 1


def change_a_commitment(account: Account) -> None:
    account["units"][2]["commitment"] = "00" * 32


def put_another_unit_in_its_place(account: Account) -> None:
    another = next(each for each in an_account(UNITS, ratio="1")["units"] if each["ordinal"] == 0)
    assert account["units"][3]["ordinal"] != 0
    account["units"][3] = another | {"ordinal": account["units"][3]["ordinal"]}


def draw_another_unit(account: Account) -> None:
    drawn = {each["ordinal"] for each in account["units"]}
    whole = an_account(UNITS, ratio="1")["units"]
    account["units"][3] = next(each for each in whole if each["ordinal"] not in drawn)


def drop_a_unit(account: Account) -> None:
    del account["units"][4]


def drop_a_unit_and_say_a_smaller_ratio(account: Account) -> None:
    account["plan"]["ratio"] = "0.08"
    del account["units"][4]


def draw_one_twice(account: Account) -> None:
    account["units"][4] = account["units"][3]


def add_a_unit(account: Account) -> None:
    account["units"].append(an_account(UNITS, ratio="1")["units"][9])


def change_the_order(account: Account) -> None:
    account["units"].reverse()


def shorten_a_proof(account: Account) -> None:
    account["units"][0]["proof"].pop()


def lengthen_a_proof(account: Account) -> None:
    account["units"][0]["proof"].append("00" * 32)


def freeze_other_units(account: Account) -> None:
    account["population"]["root"] = an_account(UNITS[1:])["population"]["root"]


def hide_a_unit_of_the_population(account: Account) -> None:
    account["population"] = an_account([*UNITS[:5], *UNITS[6:]])["population"]


def take_another_checkpoint(account: Account) -> None:
    account["checkpoint"] = Checkpoint(FROZEN.origin, FROZEN.size + 1, FROZEN.root).text()


def take_another_checkpoint_and_its_seed(account: Account) -> None:
    other = an_account(UNITS, frozen=Checkpoint(FROZEN.origin, FROZEN.size + 1, FROZEN.root))
    account["checkpoint"], account["seed"] = other["checkpoint"], other["seed"]


def take_another_period(account: Account) -> None:
    account["period"] = account["period"][:-1] + "b"


def take_another_seed(account: Account) -> None:
    account["seed"] = "00" * 32


def disclose_another_number(account: Account) -> None:
    account["source"]["numbers"][0]["number"] = "07" * 32


def commit_to_another_number_afterwards(account: Account) -> None:
    number = b"\x07" * 32
    given = account["source"]["numbers"][0]
    given |= {"number": number.hex(), "commitment": commitment(given["party"], given["month"], number).hex()}


def hand_in_the_others_number(account: Account) -> None:
    one, other = account["source"]["numbers"]
    account["source"]["numbers"] = [one, one | {"party": other["party"]}]


def give_one_number_alone(account: Account) -> None:
    del account["source"]["numbers"][1]


def give_both_numbers_oneself(account: Account) -> None:
    own = [a_number(AUDITOR), a_number(AUDITOR, "another")]
    account["source"]["numbers"] = [each.as_json() for each in own]


def give_a_number_of_another_month(account: Account) -> None:
    account["source"]["numbers"][1] = a_number(HEAD, month="2026-10").as_json()


def swap_the_source(account: Account) -> None:
    account["source"] = a_public_draw().as_json()


def raise_the_floor(account: Account) -> None:
    account["plan"]["floor"] = 10


def lower_the_population(account: Account) -> None:
    account["population"]["size"] = 80


def say_that_there_was_nothing(account: Account) -> None:
    account |= {"units": [], "seed": None, "source": None}
    account["population"] |= {"size": 0}


# What is wrong, and what the checker must say.
SHELF: list[tuple[Callable[[Account], None], str]] = [
    (change_a_unit, "unit_not_in_population"),
    (change_a_subject, "unit_not_in_population"),
    (change_a_commitment, "unit_not_in_population"),
    (put_another_unit_in_its_place, "unit_not_in_population"),
    (draw_another_unit, "sample_is_another"),
    (drop_a_unit, "sample_of_another_size"),
    (drop_a_unit_and_say_a_smaller_ratio, "sample_is_another"),
    (draw_one_twice, "sample_is_another"),
    (add_a_unit, "sample_of_another_size"),
    (change_the_order, "sample_is_another"),
    (shorten_a_proof, "unit_not_in_population"),
    (lengthen_a_proof, "unit_not_in_population"),
    (freeze_other_units, "unit_not_in_population"),
    (hide_a_unit_of_the_population, "sample_is_another"),
    (take_another_checkpoint, "seed_is_another"),
    (take_another_checkpoint_and_its_seed, "sample_is_another"),
    (take_another_period, "seed_is_another"),
    (take_another_seed, "seed_is_another"),
    (disclose_another_number, "number_not_committed"),
    (commit_to_another_number_afterwards, "seed_is_another"),
    (hand_in_the_others_number, "number_not_committed"),
    (give_one_number_alone, "not_two_parties"),
    (give_both_numbers_oneself, "not_two_parties"),
    (give_a_number_of_another_month, "not_two_parties"),
    (swap_the_source, "seed_is_another"),
    (raise_the_floor, "sample_of_another_size"),
    (lower_the_population, "sample_of_another_size"),
    (say_that_there_was_nothing, "draw_unreadable"),
]
