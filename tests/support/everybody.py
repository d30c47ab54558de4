"""Everybody at the doors of one console: nobody and each of the seven roles, and look-ups that are own, near and foreign.

One district office is at work, another is foreign. Each person once submitted a look-up of the own and then took up one
role; their cookies are at hand, so that a request costs no password.
"""

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from admin.app import create_app
from admin.frame.actor import COOKIE
from admin.frame.opening import PARTS, open_house
from admin.frame.parts import Parts
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.core.settings import Settings
from govern.keys import ring
from govern.keys.envelope import session_keys
from govern.lookups import destroy, intent
from govern.lookups.lookup import Answer, Lookup, Task
from govern.people import grant
from govern.people.person import Person
from govern.people.right import Right
from govern.people.session_life import actor_of, begin
from govern.rules.actor import Actor, Role
from reports.record.shelf import IssuedRecord
from tests.support.audited import Audited, absent, audited
from tests.support.houses import Clerk, TestHouse, a_request, invented_number, sqlite_house_in

HERE = "ntpc-dist-banqiao"
ELSEWHERE = "ntpc-dist-sanchong"
CASE_ITEM = "low_income_household"
DATA_ITEM = "tax_income_national"
REVEALABLE = "1::income_total"
SITUATIONS = ("own", "near", "foreign", "right_ended", "account_ended")


@dataclass(frozen=True, slots=True)
class Thing:
    """A look-up with what can be asked of it: its answer, the entry that says it was asked, and what its audit holds."""

    lookup: uuid.UUID
    answer: uuid.UUID
    entry: uuid.UUID
    audited: Audited = field(default_factory=absent)
    person: uuid.UUID = field(default_factory=uuid.uuid4)  # who made it, and the right by which
    right: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(slots=True)
class Somebody:
    """A person in front of a browser that is signed in, and the look-up that the person made."""

    person: uuid.UUID
    client: FlaskClient
    token: str = field(repr=False)
    thing: Thing


@dataclass(slots=True)
class Everybody:
    """The console, the persons by role and situation, and the things that they may or may not reach."""

    app: Flask
    parts: Parts
    house: TestHouse
    nobody: FlaskClient
    nobodys_token: str = field(repr=False)
    persons: dict[tuple[Role, str], Somebody]
    near: Thing
    foreign: Thing

    def thing_of(self, role: Role | None, situation: str) -> Thing:
        """What the situation's request is about; nobody asks about the near one, which is nobody's own."""
        if situation == "foreign":
            return self.foreign
        if situation == "near" or role is None:
            return self.near
        return self.persons[role, situation].thing

    def at_the_door(self, role: Role | None, situation: str) -> tuple[FlaskClient, str]:
        """The browser of a role in a situation, and its forms' token."""
        if role is None:
            return self.nobody, self.nobodys_token
        somebody = self.persons[role, situation if situation.endswith("_ended") else "own"]
        return somebody.client, somebody.token

    def fresh(self, role: Role | None, situation: str) -> tuple[FlaskClient, str]:
        """The same with a log-in of its own, for what ends it; a person whose account has ended keeps the old one."""
        if role is None or situation == "account_ended":
            return self.at_the_door(role, situation)
        somebody = self.persons[role, situation if situation.endswith("_ended") else "own"]
        return signed_in(self.app, self.house, somebody.person, HERE)[:2]


_HELD: dict[Path, Everybody] = {}


def the_world(land: Settings, folder: Callable[[str], Path]) -> Everybody:
    """Everybody in front of one console, made once for all files of tests that knock at doors; its database is bound again."""
    held = _HELD.get(land.folder)
    if held is None:
        held = _HELD[land.folder] = everybody(sqlite_house_in(land, folder("everybody")))
    else:
        open_house(held.house.settings)
    return held


def everybody(house: TestHouse) -> Everybody:
    """A console on this house, with everybody in front of it."""
    parts = Parts(
        settings=house.settings,
        ring=ring.bound(),
        on_sign_on=intent.when_signed_on,
        on_session_end=destroy.when_session_ends,
        health=dict.fromkeys(PARTS, lambda: True),
    )
    app = create_app(parts=parts)
    nobody = app.test_client()
    persons = {}
    for role in Role:
        for situation in ("own", "right_ended", "account_ended"):
            persons[role, situation] = _somebody(app, house, role, situation)
    beside = house.a_clerk(HERE, CASE_ITEM, account="near", number=invented_number(2001))
    elsewhere = house.a_clerk(ELSEWHERE, CASE_ITEM, account="foreign", number=invented_number(2002))
    near, foreign = _a_lookup(house, beside), _a_lookup(house, elsewhere)
    things = {thing.lookup: thing for thing in (near, foreign, *(somebody.thing for somebody in persons.values()))}
    audits = audited(house, things, {HERE: beside.person, ELSEWHERE: elsewhere.person})
    things = {lookup: replace(thing, audited=audits[lookup]) for lookup, thing in things.items()}
    for somebody in persons.values():
        somebody.thing = things[somebody.thing.lookup]
    near, foreign = things[near.lookup], things[foreign.lookup]
    return Everybody(app, parts, house, nobody, token_of(nobody, "/login"), persons, near, foreign)


def signed_in(app: Flask, house: TestHouse, person: uuid.UUID, agency: str) -> tuple[FlaskClient, str, Clerk]:
    """A browser with a new log-in of a person, its forms' token, and the log-in as use cases take it."""
    secret = _begun(house, person, agency)
    client = app.test_client()
    client.set_cookie(COOKIE, base64.urlsafe_b64encode(secret).decode().rstrip("="))
    return client, token_of(client, "/check"), _clerk_of(house, person, secret)  # the page that asks least of the house


def token_of(client: FlaskClient, page: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(page).text)
    assert found, f"{page} holds no token"
    return found[1]


def _somebody(app: Flask, house: TestHouse, role: Role, situation: str) -> Somebody:
    """A person who was a clerk, looked something up, and is now what the role says."""
    number = invented_number(1000 + list(Role).index(role) * len(SITUATIONS) + SITUATIONS.index(situation))
    person = house.a_person(f"{role.value}.{situation}", HERE, Role.CLERK, number=number)
    right = house.a_right(person, HERE, CASE_ITEM)
    client, token, clerk = signed_in(app, house, person, HERE)
    thing = _a_lookup(house, clerk)
    if situation == "right_ended":
        grant.end_right(right)
    if role != Role.CLERK:
        grant.take_role(person, HERE, Role.CLERK)
        grant.give_role(person, HERE, role)
        if situation != "account_ended":
            client, token, _ = signed_in(app, house, person, HERE)
    if situation == "account_ended":
        with transaction() as session:
            session.execute(update(Person).where(Person.id == person).values(is_active=False))
    return Somebody(person, client, token, thing)


def _begun(house: TestHouse, person: uuid.UUID, agency: str) -> bytes:
    with reading() as session:
        name = session.get_one(Person, person).id
    actor = Actor(name, str(name)[:8], agency, frozenset(), strength="password", address="127.0.0.1")
    with transaction() as session:
        return begin(
            session,
            actor,
            ends_at=clock.now() + timedelta(seconds=house.settings.session_life_s),
            on_sign_on=intent.when_signed_on,
        )


def _clerk_of(house: TestHouse, person: uuid.UUID, secret: bytes) -> Clerk:
    with reading() as session:
        actor = actor_of(session, house.settings, secret)
    assert actor is not None
    return Clerk(person, actor, secret, session_keys(secret))


def _a_lookup(house: TestHouse, clerk: Clerk) -> Thing:
    """A look-up that was answered, with a record on the shelf."""
    identity = house.submit(clerk, a_request(CASE_ITEM, items=(DATA_ITEM,)))
    house.run_due()
    with transaction() as session:
        lookup = session.get_one(Lookup, identity)
        answer = session.scalars(
            select(Answer.id).join(Task, Task.id == Answer.task).where(Task.lookup == identity, Answer.state == "alive")
        ).one()
        number = new_id()
        session.add(
            IssuedRecord(
                id=number,
                number=number.hex[:30],
                lookup=identity,
                pdf=b"%PDF-1.7 of a test",
                pdf_sha256=number.bytes * 2,
                checkpoint_size=1,
                made_at=clock.now(),
            )
        )
        right = session.scalars(select(Right.id).where(Right.person == clerk.person)).one()
        return Thing(identity, answer, lookup.asked_entry, person=clerk.person, right=right)
