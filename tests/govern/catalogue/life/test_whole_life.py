"""青年住宅 through its whole life: one more tax field, two owners, the Ministry's letter, in force, suspended, retired."""

from sqlalchemy import select

from govern.catalogue.case_item import Approval, Letter
from govern.catalogue.life.approve import approve, send_back, words_on
from govern.catalogue.life.compare import difference_of, former_of
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.in_force import retire
from govern.catalogue.life.letter import scan_of
from govern.catalogue.life.propose import propose
from govern.catalogue.life.suspend import resume, suspend
from govern.catalogue.scope import version_for
from govern.core.database import reading
from tests.support.drafts import (
    MINISTRY,
    ONE_MORE_FIELD,
    PDF,
    YOUTH,
    entries_of,
    justified,
    letter_comes,
    says,
    state_of,
    steps,
    the_cast,
    version_of,
    with_field,
)
from tests.support.houses import TestHouse


def test_youth_housing_gets_one_more_tax_field_and_everything_is_an_entry(house: TestHouse) -> None:
    cast = the_cast(house)
    number = draft_change_of(cast.drafter, YOUTH)
    change = with_field(justified(says(YOUTH, number)), "tax_income_national", ONE_MORE_FIELD)
    edition = amend(cast.drafter, YOUTH, number, change, edition=0)
    propose(cast.drafter, YOUTH, number, edition=edition)

    approve(cast.civil, YOUTH, number, round=1)
    send_back(cast.tax, YOUTH, number, round=1, reason="扣繳稅額的必要理由請再具體。")
    assert state_of(YOUTH, number) == "draft"
    with reading() as session:
        told = words_on(cast.drafter, session, YOUTH, number)
        assert [(part.owner, part.state, part.reason) for part in told] == [
            ("ntpc-civil", "approved", None),
            ("tw-fia", "returned", "扣繳稅額的必要理由請再具體。"),
        ]

    propose(cast.drafter, YOUTH, number, edition=edition)
    approve(cast.tax, YOUTH, number, round=2)
    assert state_of(YOUTH, number) == "proposed"  # the former round's approval of ntpc-civil counts no more
    approve(cast.civil, YOUTH, number, round=2)
    assert state_of(YOUTH, number) == "waiting_for_letter"
    letter_comes(cast, number)

    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("in_force", "retired")
    assert steps(YOUTH, number) == [
        "drafted",
        "draft_changed",
        "proposed",
        "approved",
        "returned",
        "proposed",
        "approved",
        "approved",
        "letter_entered",
        "came_in_force",
    ]
    assert [entry.role for entry in entries_of(YOUTH, number)] == [
        *["drafter"] * 3,
        *["approver"] * 2,
        "drafter",
        *["approver"] * 3,
        None,
    ]
    assert steps(YOUTH, 1) == ["retired"]
    with reading() as session:
        made = version_for(cast.civil, session, YOUTH, number)
        difference = difference_of(session, former_of(session, made), made)
        assert difference.word.zh == "放寬"
        assert scan_of(cast.drafter, session, YOUTH, number, MINISTRY) == PDF
        letters = session.scalars(select(Letter).where(Letter.version_id == version_of(YOUTH, number).id)).all()
        assert [(letter.for_owner, letter.status) for letter in letters] == [("tw-fia", "approved")]
        assert {row.state for row in session.scalars(select(Approval).where(Approval.round == 2))} == {"approved"}

    suspend(cast.tax, YOUTH, part="owner", reason="系統遭查，暫停提供。")
    resume(cast.tax, YOUTH, part="owner", reason="查無異常。")
    retire(cast.drafter, YOUTH, reason="計畫結束。")
    assert state_of(YOUTH, number) == "retired"
    assert [entry.kind for entry in entries_of(YOUTH)][-3:] == ["suspended", "resumed", "retired"]
    assert house.verified().ok
