"""The demonstration's people (虛構): accounts, roles and rights; first passwords made here and printed once."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from admin.demo.cast import LEADS, OTHERS, Player, clerk_of
from admin.demo.examples import Example
from connectors.simulated import registers
from govern.core import clock
from govern.core.database import reading
from govern.core.settings import Settings
from govern.keys import ring
from govern.keys.envelope import SessionKeys, session_keys
from govern.people import grant
from govern.people.password import new_password
from govern.people.person import Person
from govern.people.session_life import SignedOn, actor_of
from govern.people.sign_on import sign_on
from govern.rules.actor import ROLE_NAMES, Actor, Role
from govern.rules.identifiers import kinds
from govern.rules.identifiers.canonical import IdentifierError

RIGHT_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class SignedOnPlayer:
    """A player who has signed on, and what opens the answers of that session."""

    actor: Actor
    keys: SessionKeys = field(repr=False)


def are_missing() -> bool:
    """Whether nobody was made yet: the first start of a house."""
    with reading() as session:
        return session.execute(select(Person.id).limit(1)).first() is None


def make(examples: list[Example]) -> dict[str, str]:
    """Everybody the examples need, with roles and rights; account name to first password."""
    players = {player.agency: player for player in LEADS if Role.CLERK in player.roles}
    for example in examples:
        if example.agency not in players:
            players[example.agency] = clerk_of(example.agency, len(players))
    passwords: dict[str, str] = {}
    numbers = _invented_numbers()
    for player in (*LEADS, *OTHERS, *(each for each in players.values() if each not in LEADS)):
        passwords[player.account] = new_password()
        person = _make(player, passwords[player.account], next(numbers))
        if Role.CLERK in player.roles:
            _grant(person, player.agency, [each for each in examples if each.agency == player.agency])
    return passwords


def sign_on_as(settings: Settings, passwords: Mapping[str, str], account: str) -> SignedOnPlayer:
    """A log-in session of this player's, as from the log-in page."""
    signed_on = sign_on(settings, ring.bound(), account, passwords[account], None, "127.0.0.1")
    assert isinstance(signed_on, SignedOn)
    with reading() as session:
        actor = actor_of(session, settings, signed_on.secret, address="127.0.0.1")
    assert actor is not None
    return SignedOnPlayer(actor, session_keys(signed_on.secret))


def print_first_passwords(settings: Settings, passwords: dict[str, str]) -> None:
    """The demonstration's accounts, once: they are stored nowhere in clear, and changed at the first log-in."""
    print(
        f"\n示範帳號（人物均為虛構；首次登入須變更密碼） Demonstration accounts (invented people)  {settings.console_url}"
    )
    for player in (*LEADS, *OTHERS):
        roles = "、".join(ROLE_NAMES[role].zh for role in player.roles)
        print(f"  {player.account:<15} {passwords[player.account]:<22} {player.name} {roles} {player.agency}")
    numbers = "  ".join(value for _, value in registers.example_keys("hh_household_city")[:3])
    print(f"可查調的虛構身分證號 Invented national IDs to look up: {numbers}", flush=True)


def _make(player: Player, password: str, number: str) -> uuid.UUID:
    person = grant.make_person(
        ring.bound(),
        account_name=player.account,
        name=player.name,
        agency=player.agency,
        password=password,
        national_id=number,
        is_invented=True,
    )
    for role in player.roles:
        grant.give_role(person, player.agency, role)
    return person


def _grant(person: uuid.UUID, agency: str, examples: list[Example]) -> None:
    today = clock.today()
    granted: dict[str, uuid.UUID] = {}
    for example in examples:
        if example.case_item not in granted:
            granted[example.case_item] = grant.grant_right(
                ring.bound(),
                person,
                agency,
                example.case_item,
                starts_on=today,
                ends_on=today + timedelta(days=RIGHT_DAYS),
                reason="示範用",
            )
        if example.right == "ended":
            grant.end_right(granted[example.case_item], cause="transferred")


def _invented_numbers() -> Iterator[str]:
    """National ID numbers that pass the check, of a letter that the invented town does not use; nobody is meant."""
    for counter in range(90_000_000, 99_999_999):
        for digit in range(10):
            text = f"W1{counter % 10_000_000:07d}{digit}"
            try:
                kinds.parse("national_id", text)
            except IdentifierError:
                continue
            yield text
            break
