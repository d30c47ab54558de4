"""Entries within reach, by role; whichever way they are asked for, they are the same."""

import uuid

import pytest

from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.core.ids import new_id
from govern.keys.ring import Ring
from govern.rules.actor import Actor, Reach
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds.lookups import Answered, Asked
from govern.trail.kinds.people import SignedOn
from govern.trail.kinds.review import Judged
from govern.trail.search import entries_for, entry_for, ways_for

ASKER, OTHER = new_id(), new_id()


def actor(person: uuid.UUID, agency: str, **reach: object) -> Actor:
    """Somebody at an agency, with this reach."""
    return Actor(person, "account", agency, frozenset(), reach=Reach(**reach))  # type: ignore[arg-type]


@pytest.fixture
def written(database_address: str, keys: Ring) -> dict[str, uuid.UUID]:
    """Entries by name: one asked and answered at `office`, two log-ins, one of the house itself."""
    lookup, asker = new_id(), actor(ASKER, "office")
    with transaction() as session:
        asked = Asked(
            lookup=lookup, case_item="housing", case_item_version=1, ground_kind="consent", subjects=1, reference="r",
            queue="normal", due_at="", tasks=(), subject_list=(), subjects_root=b"",
        )  # fmt: skip
        answered = Answered(
            lookup=lookup, task=new_id(), case_item="housing", case_item_version=1, data_item="household", owner="civil",
            subjects=1, rows=1, fields=1, beyond=0, answer_commitment=b"0" * 32, found=1, field_names=("name",),
            revealable=0, envelopes_root=b"",
        )  # fmt: skip
        return {
            "asked": append(session, asked, by=asker).entry_id,
            "answered": append(session, answered, by=asker).entry_id,
            "signed_on": append(session, SignedOn(strength="password"), by=asker).entry_id,
            "elsewhere": append(session, SignedOn(strength="password"), by=actor(OTHER, "far")).entry_id,
            "house": append(session, SignedOn(strength="system")).entry_id,
        }


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (actor(ASKER, "office"), {"asked", "answered", "signed_on"}),
        (actor(ASKER, "another office of the same person"), set()),
        (actor(OTHER, "office", agencies=frozenset({"office", "below"})), {"asked", "answered", "signed_on"}),
        (actor(OTHER, "office", own_case_items=frozenset({"housing"})), {"asked", "answered"}),
        (actor(OTHER, "civil", own_data_items=frozenset({"household"})), {"answered"}),
        (actor(OTHER, "itc", is_operator=True), {"signed_on", "elsewhere", "house"}),
        (actor(new_id(), "nowhere"), set()),
    ],
)  # fmt: skip
def test_each_role_sees_its_own_entries_by_either_way(
    written: dict[str, uuid.UUID], who: Actor, sees: set[str]
) -> None:
    with reading() as session:
        by_one = {entry.id for entry in session.scalars(entries_for(who, session))}
        by_ways = {entry.id for way in ways_for(who, session) for entry in session.scalars(way)}
        assert by_one == by_ways == {written[name] for name in sees}
        for name, identity in written.items():
            if name in sees:
                assert entry_for(who, session, identity).id == identity
            else:
                with pytest.raises(NotFound):
                    entry_for(who, session, identity)


def test_an_absent_entry_is_not_found(database_address: str) -> None:
    with reading() as session, pytest.raises(NotFound):
        entry_for(actor(ASKER, "office", is_operator=True), session, new_id())


def test_what_an_audit_says_of_ones_own_look_up_is_hidden_in_whatever_role(
    written: dict[str, uuid.UUID], keys: Ring
) -> None:
    with reading() as session:
        lookup = session.get_one(Entry, written["asked"]).lookup
        assert lookup is not None
    verdict = Judged(
        lookup=lookup, owner="civil", about_id=str(new_id()), period=new_id(), seq=1, round=1, verdict="excessive"
    )  # fmt: skip
    with transaction() as session:
        judged = append(session, verdict, by=actor(OTHER, "civil")).entry_id
    wide = {"agencies": frozenset({"office", "civil"}), "own_data_items": frozenset({"household"})}
    asker, auditor, judge = actor(ASKER, "civil", **wide), actor(new_id(), "civil", **wide), actor(OTHER, "civil")
    with reading() as session:
        for who, found in ((asker, False), (auditor, True), (judge, True)):
            assert any(judged == each.id for way in ways_for(who, session) for each in session.scalars(way)) is found
        assert {written["asked"], written["answered"]} <= {
            each.id for each in session.scalars(entries_for(asker, session))
        }
        with pytest.raises(NotFound):
            entry_for(asker, session, judged)
