"""A decision with 30,000 grants and 10,000 clerks: in memory beside a bare dict check, and gathered from the database.

The dict check judges the same conditions in the same order and says rule, version and parameters as well; it is what one
would write who had to write nothing else. One grant in ten has ended, so that denials are measured too.
"""

import gc
import random
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import event, insert

from bench.house import AGENCY, CASE_ITEM, ITEM, Measured
from bench.row import Row, in_turn, row
from govern.access.decide import decide_at_submission
from govern.access.gather import purpose
from govern.core import clock, database
from govern.core.database import reading, transaction
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.rules.actor import Role
from govern.rules.decision import PERMITTED, PERMITTED_VERSION, Permit, decide
from govern.rules.facts import (
    Appearance,
    CaseItemFacts,
    DataItemFacts,
    Facts,
    GroundFacts,
    PermittedField,
    PermittedItem,
    PersonFacts,
    QuotaFacts,
    RightFacts,
    SourceFacts,
)

CLERKS: Final = 10_000
GRANTS_EACH: Final = 3
CASE_ITEMS: Final = 71
TODAY: Final = date(2026, 11, 24)
_GROUND: Final = GroundFacts("consent", has_document=True, signed_on=TODAY)


def rows(house: Measured, rounds: int = 15, clerks: int = CLERKS, times: int = 40) -> list[Row]:
    """In memory, then from the database, which gets that many clerks and grants first."""
    memory = Memory(clerks)
    known, plain = memory.facts, memory.keys
    agree(memory)
    gc.collect()
    gc.freeze()  # else a collection looks at 30,000 grants in whichever half it happens to fall
    judged = in_turn(
        rounds,
        ours=lambda: _each(decide, known),
        bare=lambda: _each(memory.check, plain),
    )
    gc.unfreeze()
    people = _fill(clerks)
    picks = random.Random(14)  # the same picks each time
    gather = lambda: _gathered(picks.choice(people))  # noqa: E731 - an act to be timed
    gathered = in_turn(rounds, times=times, gather=gather, driver=_driver(people[0]))
    each = 1000 / len(known)  # from milliseconds for all to microseconds for one
    one_check = [milliseconds / len(plain) for milliseconds in judged["bare"]]
    return [
        row(
            f"decision in memory, {len(known):,} grants",
            judged["ours"],
            judged["bare"],
            against=f"a dict check of the same conditions, for all {len(known):,}",
            target="<= 2",
            unit="µs",
            value=sorted(judged["ours"])[len(judged["ours"]) // 2] * each,
        ),
        row(
            f"decision gathered from SQLite, {len(known):,} grants",
            gathered["gather"],
            gathered["driver"],
            against="its own statements on the bare driver, nothing decided",
        ),
        row(
            f"decision gathered from SQLite, {len(known):,} grants",
            gathered["gather"],
            one_check,
            against="the dict check, facts in memory",
        ),
    ]


class Memory:
    """Clerks, case items and grants as `Facts`, and the same as bare dicts."""

    def __init__(self, clerks: int) -> None:
        self.persons: dict[int, dict[str, Any]] = {}
        self.rights: dict[tuple[int, str, str], dict[str, Any]] = {}
        self.case_items = {code: _case_item(code) for code in (f"case_item_{n}" for n in range(CASE_ITEMS))}
        self.bare_items = {code: _as_dict(facts) for code, facts in self.case_items.items()}
        self.facts: list[Facts] = []
        self.keys: list[tuple[int, str, str]] = []
        for number in range(clerks):
            self._add_clerk(number)
        picked = list(range(len(self.facts)))
        random.Random(14).shuffle(picked)
        self.facts = [self.facts[place] for place in picked]
        self.keys = [self.keys[place] for place in picked]

    def _add_clerk(self, number: int) -> None:
        agency = f"agency-{number % 147}"
        own = number.to_bytes(32, "big")
        self.persons[number] = {"is_active": True, "agencies": {agency}, "own_index": own}
        for turn in range(GRANTS_EACH):
            code, ended = f"case_item_{(number + turn) % CASE_ITEMS}", (number + turn) % 10 == 0
            right = RightFacts(uuid.UUID(int=number), agency, TODAY - timedelta(30), TODAY + timedelta(30), ended=ended)
            self.rights[number, agency, code] = {
                name: getattr(right, name) for name in ("id", "starts_on", "ends_on", "ended", "granted_by_self")
            }
            self.keys.append((number, agency, code))
            self.facts.append(
                Facts(
                    on=TODAY,
                    agency=agency,
                    person=PersonFacts(is_active=True, agencies=frozenset({agency}), own_index=own),
                    right=right,
                    case_item=self.case_items[code],
                    data_item=DataItemFacts(ITEM, "ntpc-civil", ("national_id",)),
                    source=SourceFacts("ntpc-civil.soap_gateway"),
                    ground=_GROUND,
                    quota=QuotaFacts(limit=100, used=3, asking=1),
                )
            )

    def check(self, key: tuple[int, str, str]) -> tuple[bool, str, int, Any]:
        """The bare check: permitted or not, rule, its version, and the fields or the parameters."""
        person, agency, case_item = key
        who, right, item = (
            self.persons[person],
            self.rights.get(key),
            self.bare_items[case_item],
        )
        if not who["is_active"]:
            return False, "person_not_active", 1, {}
        if agency not in who["agencies"]:
            return False, "not_at_agency", 1, {"agency": agency}
        if right is None:
            return False, "right_missing", 1, {"agency": agency, "case_item": case_item}
        if right["ended"] or right["ends_on"] < TODAY:
            return False, "right_ended", 1, {"case_item": case_item}
        if right["starts_on"] > TODAY:
            return False, "right_not_yet", 1, {"starts_on": right["starts_on"].isoformat()}
        if item["pending_letter"] or item["state"] != "in_force":
            return False, "case_item_not_in_force", 1, {"case_item": case_item}
        if not item["valid_from"] <= TODAY <= item["valid_to"]:
            return False, "case_item_ended", 1, {"case_item": case_item}
        if ITEM not in item["fields"]:
            return False, "data_item_not_listed", 1, {"data_item": ITEM}
        if agency not in item["agencies"]:
            return False, "agency_not_authorised", 1, {"agency": agency, "case_item": case_item}
        if not item["legal_bases_in_force"]:
            return False, "legal_basis_ended", 1, {"case_item": case_item}
        if item["consent_required"] and (_GROUND.kind != "consent" or not _GROUND.has_document):
            return False, "consent_missing", 1, {}
        if _GROUND.signed_on is None or _GROUND.signed_on > TODAY:
            return False, "consent_not_signed", 1, {}
        if item["suspended_by"]:
            return False, "suspended_by_platform", 1, {"case_item": case_item}
        if item["source_state"] != "open":
            return False, "source_closed", 1, {}
        if item["used"] + 1 > item["limit"]:
            return False, "quota_used_up", 1, {"agency": agency}
        if right["granted_by_self"] or who["own_index"] is None:
            return False, "own_number_missing", 1, {}
        return True, PERMITTED, PERMITTED_VERSION, (item["fields"][ITEM], right["id"])


def _each(judge: Callable[[Any], object], what: Sequence[Any]) -> None:
    for one in what:
        judge(one)


def agree(memory: Memory) -> None:
    """Both sides say the same of every grant; else there is nothing to compare."""
    for facts, key in zip(memory.facts, memory.keys, strict=True):
        decision = decide(facts)
        if (isinstance(decision, Permit), decision.rule) != memory.check(key)[:2]:
            raise RuntimeError("the dict check decides otherwise")


def _case_item(code: str) -> CaseItemFacts:
    return CaseItemFacts(
        code=code,
        version=1,
        state="in_force",
        valid_from=TODAY - timedelta(300),
        valid_to=TODAY + timedelta(300),
        business_agency="ntpc-social",
        authorised_agencies=frozenset(f"agency-{number}" for number in range(147)),
        legal_bases_in_force=True,
        consent_required=True,
        kind="application",
        suspended_by=(),
        pending_letter=False,
        item=PermittedItem(
            ITEM,
            (
                PermittedField("name", Appearance.CLEAR, "surname_only"),
                PermittedField("birth_date", Appearance.MASKED, "year_only"),
            ),
        ),
    )


def _as_dict(facts: CaseItemFacts) -> dict[str, Any]:
    assert facts.item is not None
    kept = (
        "state",
        "valid_from",
        "valid_to",
        "legal_bases_in_force",
        "consent_required",
        "pending_letter",
        "suspended_by",
    )
    return {name: getattr(facts, name) for name in kept} | {
        "agencies": set(facts.authorised_agencies),
        "fields": {facts.item.code: facts.item.fields},
        "source_state": "open",
        "limit": 100,
        "used": 3,
    }


def _fill(clerks: int) -> list[uuid.UUID]:
    """So many clerks with their roles and grants stand in the house's database; their ids."""
    people, now, today = [uuid.uuid4() for _ in range(clerks)], clock.now(), clock.today()
    with transaction() as session:
        codes = [CASE_ITEM, "youth_housing", "low_income_household"][:GRANTS_EACH]
        session.execute(
            insert(Person),
            [
                {"id": each, "name": "量測（虛構）", "national_id_index": each.bytes * 2, "is_active": True}
                for each in people
            ],
        )
        session.execute(
            insert(RoleHeld),
            [
                {"id": uuid.uuid4(), "person": each, "agency": AGENCY, "role": Role.CLERK, "from_at": now}
                for each in people
            ],
        )
        term = {"starts_on": today, "ends_on": today + timedelta(30), "granted_at": now}
        session.execute(
            insert(Right),
            [
                {"id": uuid.uuid4(), "person": each, "agency": AGENCY, "case_item": code, **term}
                for each in people
                for code in codes
            ],
        )
    return people


def _gathered(person: uuid.UUID) -> None:
    ground = GroundFacts("consent", has_document=True, signed_on=clock.today())
    with reading() as session:
        known = purpose(session, person_id=person, agency=AGENCY, case_item=CASE_ITEM, on=clock.today())
        decision = decide_at_submission(
            session, known, ITEM, ground=ground, subject_index=None, subjects_of_owner=1, quota_limit=None
        )
    if not isinstance(decision, Permit):
        raise RuntimeError(decision.rule)


def _driver(person: uuid.UUID) -> Callable[[], object]:
    """The statements that gathering sends, with their values, to be sent again without SQLAlchemy."""
    sent: list[tuple[str, Sequence[Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Sequence[Any], _context: Any, _many: bool) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, values))

    with reading() as session:
        engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    _gathered(person)
    event.remove(engine, "before_cursor_execute", note)
    path = database.writer().url.database
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    def read() -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            for statement, values in sent:
                cursor.execute(statement, values).fetchall()
            cursor.execute("ROLLBACK")

    return read
