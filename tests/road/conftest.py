"""What the roads share: a house whose processes run, with its people, and one browser."""

from collections.abc import Iterator

import pytest

from govern.keys import ring
from govern.people import grant
from govern.rules.actor import Role
from tests.support.browsers import MISSING, Chromium, RunningHouse, chromium, chromium_program, running_house
from tests.support.houses import TestHouse, invented_number

HERE, THERE = "ntpc-dist-banqiao", "ntpc-dist-sanchong"
FIRST = "a first password that was printed once"
RIGHTS = ("disability_certificate", "low_income_household", "low_income_annual_review")


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house whose processes run; started once, and each road has people of its own in it."""
    if chromium_program() is None:
        pytest.skip(MISSING)
    with running_house(tmp_path_factory.mktemp("road")) as opened:
        _people_of_a_case_item_s_life(opened.house)
        _people_of_the_desk(opened.house)
        _people_of_a_grant(opened.house)
        yield opened


@pytest.fixture(scope="package")
def browser() -> Iterator[Chromium]:
    """One browser for all windows."""
    with chromium() as opened:
        yield opened


def _people_of_a_case_item_s_life(house: TestHouse) -> None:
    house.a_person("drafter", "ntpc-urban", Role.DRAFTER, number=invented_number(5001))
    house.a_person("civil", "ntpc-civil", Role.APPROVER, number=invented_number(5002))
    house.a_person("tax", "tw-fia", Role.APPROVER, number=invented_number(5003))
    clerk = house.a_person("urban", "ntpc-urban", Role.CLERK, number=invented_number(5004))
    house.a_right(clerk, "ntpc-urban", "youth_housing")


def _people_of_the_desk(house: TestHouse) -> None:
    newcomer = grant.make_person(
        ring.bound(),
        account_name="newcomer",
        name="林小芬",
        agency=HERE,
        password=FIRST,
        national_id=invented_number(4001),
        is_invented=True,
    )
    grant.give_role(newcomer, HERE, Role.CLERK)
    clerk = house.a_person("clerk", HERE, Role.CLERK, number=invented_number(4002))
    for person in (newcomer, clerk):
        for case_item in RIGHTS:
            house.a_right(person, HERE, case_item)
    house.a_person("supervisor", HERE, Role.SUPERVISOR, number=invented_number(4003))
    house.a_person("auditor", HERE, Role.AUDITOR, number=invented_number(4004))


def _people_of_a_grant(house: TestHouse) -> None:
    """A clerk who may look nothing up yet, and the clerk's supervisor, at an agency where no others are."""
    house.a_person("clerk.there", THERE, Role.CLERK, number=invented_number(4102))
    house.a_person("supervisor.there", THERE, Role.SUPERVISOR, number=invented_number(4103))
