"""Notices: an operator's alone, from and until a moment by the database's clock, ended early and never overwritten."""

import uuid
from datetime import timedelta

import pytest

from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.rules.actor import Role
from govern.workplace import notice
from govern.workplace.notice import Notice, NoticeGiven
from tests.support.people import a_person, entries, signed_on, some_agencies, some_settings, who

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings()


def somebody(keys, role):
    some_agencies()
    a_person(keys, "chen", "social", role)
    return who(SETTINGS, signed_on(SETTINGS, keys, "chen").secret)


@pytest.fixture
def operator(keys):
    return somebody(keys, Role.OPERATOR)


def given(**other):
    at = clock.now()
    usual = {
        "tone": "wait",
        "text_zh": " 今晚維護，\n請改時間查調。",
        "text_en": "Maintenance tonight.",
        "from_at": at - timedelta(minutes=1),
        "until_at": at + timedelta(hours=4),
    }
    return NoticeGiven(**(usual | other))


def shown():
    with reading() as session:
        return [each.text_zh for each in notice.notices_now(session)]


def test_a_notice_is_shown_until_it_is_ended_and_both_are_entries(operator):
    identity = notice.publish(operator, given())
    assert shown() == ["今晚維護， 請改時間查調。"]
    notice.end(operator, identity)
    assert shown() == []
    with pytest.raises(Conflict):
        notice.end(operator, identity)
    published, ended = entries("notice_published"), entries("notice_ended")
    assert [each.about_id for each in (*published, *ended)] == [str(identity)] * 2
    assert "維護".encode() not in published[0].details
    with reading() as session:
        kept = session.get_one(Notice, identity)
        assert (kept.text_zh, kept.ended_by) == ("今晚維護， 請改時間查調。", operator.person_id)
        assert notice.all_notices(operator, session) == [kept]


def test_one_to_come_and_one_that_is_over_are_not_shown(operator):
    at = clock.now()
    notice.publish(operator, given(from_at=at + timedelta(hours=1)))
    assert shown() == []
    with clock.clock_reads(
        lambda: at + timedelta(days=1)
    ):  # this process's clock: the database's is the one that counts
        notice.publish(
            operator, given(text_zh="現在", from_at=at - timedelta(hours=1), until_at=at + timedelta(hours=1))
        )
    assert shown() == ["現在"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"tone": "loud"}, "tone"),
        ({"text_zh": " "}, "text_zh"),
        ({"text_en": ""}, "text_en"),
        ({"text_en": "x" * 401}, "text_en"),
        ({"until_at": clock.now() - timedelta(days=2)}, "until"),
        ({"from_at": clock.now() - timedelta(days=2), "until_at": clock.now() - timedelta(days=1)}, "until"),
        ({"until_at": clock.now() + timedelta(days=91)}, "until"),
    ],
)
def test_what_cannot_be_published_is_said_at_its_row(operator, wrong, field):
    with pytest.raises(InvalidInput) as no:
        notice.publish(operator, given(**wrong))
    assert list(no.value.fields) == [field]
    assert shown() == []


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.HEAD])
def test_nobody_but_an_operator_tells_everybody(keys, role):
    actor = somebody(keys, role)
    with pytest.raises(NotAllowed):
        notice.publish(actor, given())
    with pytest.raises(NotAllowed):
        notice.end(actor, uuid.uuid4())
    with reading() as session, pytest.raises(NotAllowed):
        notice.all_notices(actor, session)


def test_an_absent_notice_is_not_found(operator):
    with pytest.raises(NotFound):
        notice.end(operator, uuid.uuid4())
