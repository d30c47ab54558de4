"""A sample's page: who, why, by which right and rule, which fields were shown and revealed; and never a value."""

import pytest

from audit.draw.period import Period
from audit.review.answer import HandedIn, answer
from audit.review.ask import ask_clerk
from audit.review.counts import counts_of, next_to_judge, waits_for
from audit.review.finding import answer_finding, open_finding
from audit.review.judge import judge
from audit.review.sheet import sample_sheet
from audit.review.sign_off import sign_off
from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.lookups.reveal import reveal
from govern.lookups.show import show
from govern.rules.actor import Role
from tests.support.audits import CASE_ITEM, HERE, ITEM, PDF, Audit, a_drawn_period, an_audit, in_days
from tests.support.houses import TestHouse, a_file, a_request, invented_number

REASON = "核對申請書所載金額"


@pytest.fixture
def looked_up(house: TestHouse) -> Audit:
    """Three look-ups about one subject, answered; the first shown and one field of it revealed."""
    audit = an_audit(house, lookups=3, run=True)
    shown = show(audit.clerk.actor, audit.clerk.keys, audit.lookups[0], house.settings)
    place = sorted(shown.answers[0].revealable)[0]
    reveal(
        audit.clerk.actor, audit.clerk.keys, audit.lookups[0], shown.answers[0].answer_id, place, REASON, house.settings
    )
    return audit


def test_everything_an_auditor_judges_by_stands_on_one_page(looked_up: Audit) -> None:
    with reading() as session:
        sheet = sample_sheet(looked_up.auditor, session, looked_up.samples[0])
    assert (sheet.who.account, sheet.who.agency, sheet.who.is_active) == ("clerk", HERE, True)
    assert sheet.case_number == "測試字第1150000001號"
    assert (sheet.subject.ground.zh, sheet.subject.document) == ("同意", "測同字第1號")
    assert (sheet.subject.ordinal, sheet.subject.of, len(sheet.subject.keys)) == (1, 1, 1)
    assert sheet.subject.keys[0][1].endswith("****")
    assert sheet.right is not None
    assert sheet.purpose.laws
    (task,) = sheet.seen.tasks
    assert (task.item, task.rule.code, task.rule.wording.zh) == (
        "tax_income_national",
        "all_conditions_hold",
        "各項條件全部符合，准許查調。",
    )
    assert task.is_shown
    assert all(one.shown_at for one in task.fields)
    assert [one.code for one in task.fields if one.revealed_at] == ["income_total"]
    (revealed,) = sheet.seen.reveals
    assert revealed.reason == REASON
    assert [step.kind for step in sheet.seen.course[:3]] == ["asked", "about_to_ask", "answered"]
    assert (sheet.similar.by_clerk, sheet.similar.same_case_item, sheet.similar.same_subject) == (3, 2, 2)
    assert sheet.may == {"ask_clerk", "judge", "save_note"}


def test_what_was_not_shown_is_not_said_to_be(looked_up: Audit) -> None:
    with reading() as session:
        (task,) = sample_sheet(looked_up.auditor, session, looked_up.samples[1]).seen.tasks
    assert not task.is_shown
    assert not any(one.revealed_at for one in task.fields)


def test_no_value_of_an_answer_stands_on_the_page(looked_up: Audit) -> None:
    shown = show(looked_up.clerk.actor, looked_up.clerk.keys, looked_up.lookups[0], looked_up.house.settings)
    values = [str(value) for subject in shown.answers[0].subjects for value in subject["header"].values() if value]
    with reading() as session:
        page = repr(sample_sheet(looked_up.auditor, session, looked_up.samples[0]))
    assert len(values) > 0
    assert not [value for value in values if len(value) > 3 and value in page]
    assert REASON not in page  # texts that were opened do not stand in a traceback either


def test_the_page_is_for_auditor_and_head_of_the_auditing_agency_alone(looked_up: Audit) -> None:
    with reading() as session:
        assert sample_sheet(looked_up.head, session, looked_up.samples[0]).may == frozenset()
    for actor in (looked_up.owner, looked_up.stranger, looked_up.clerk.actor):
        with reading() as session, pytest.raises(NotFound):
            sample_sheet(actor, session, looked_up.samples[0])


def test_a_denied_look_up_says_which_rule_denied_it(house: TestHouse) -> None:
    audit = an_audit(house)
    without_right = house.a_clerk(HERE, account="without", number=invented_number(8100))
    lookup = house.submit(without_right, a_request(CASE_ITEM, items=(ITEM,), intent_key="denied"))
    _, (sample,) = a_drawn_period([lookup], owner=audit.owner.agency)
    with reading() as session:
        sheet = sample_sheet(audit.auditor, session, sample)
    (task,) = sheet.seen.tasks
    assert (task.state, task.is_shown, sheet.right) == ("denied", False, None)
    assert task.rule.code == house.tasks(lookup)[0].deny_rule
    assert task.rule.wording.zh
    assert "{" not in task.rule.wording.zh


def test_of_a_file_the_page_tells_of_the_sampled_row_alone(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-social", "veteran_care_batch", account="files", number=invented_number(8200))
    lookup = house.submit(clerk, a_file([invented_number(8300 + row) for row in range(4)]))
    (task,) = house.tasks(lookup)
    _, (sample,) = a_drawn_period([lookup], owner=task.owner, agency="ntpc-social", items=(task.item,), subject=3)
    person = house.a_person("files auditor", "ntpc-social", Role.AUDITOR, number=invented_number(8201))
    with reading() as session:
        sheet = sample_sheet(house.signed_on("files auditor", person).actor, session, sample)
    assert (sheet.subject.ordinal, sheet.subject.of, len(sheet.subject.keys)) == (3, 4, 1)
    assert sheet.subject.keys[0][1] == f"{invented_number(8302)[:-4]}****"
    assert [one.item for one in sheet.seen.tasks] == [task.item]
    assert sheet.seen.other_tasks == 0


def test_tasks_of_other_owners_are_counted_and_not_told(looked_up: Audit) -> None:
    with transaction() as session:
        session.get_one(Period, looked_up.period).items = ["something_else"]
    with reading() as session:
        seen = sample_sheet(looked_up.auditor, session, looked_up.samples[0]).seen
    assert (seen.tasks, seen.other_tasks) == ((), 1)
    assert [step.kind for step in seen.course] == ["asked", "shown"]


def test_question_answer_verdicts_and_findings_stand_on_the_page_in_order(audit: Audit) -> None:
    ask_clerk(audit.auditor, audit.samples[0], "請補文件", due_on=in_days(7))
    answer(audit.clerk.actor, audit.samples[0], "如附", [HandedIn("a.pdf", PDF)])
    judge(audit.auditor, audit.samples[0], "no_document", "文件不是這一件的")
    boss = audit.actor("boss", HERE, Role.SUPERVISOR)
    open_finding(audit.auditor, audit.samples[0], what="缺", person=boss.person_id, due_on=in_days(7))
    with reading() as session:
        sheet = sample_sheet(audit.auditor, session, audit.samples[0])
    assert [(said.kind, said.text) for said in sheet.said] == [
        ("document_asked", "請補文件"),
        ("clerk_answered", "如附"),
        ("judged", "文件不是這一件的"),
    ]
    assert (sheet.question, sheet.answer, sheet.note) == ("請補文件", "如附", "文件不是這一件的")
    assert [one.file_name for one in sheet.documents] == ["a.pdf"]
    assert len(sheet.findings) == 1
    assert sheet.may == {"judge", "open_finding"}


def test_figures_say_how_far_a_period_is_and_what_waits_for_whom(house: TestHouse) -> None:
    audit = an_audit(house, lookups=3)
    boss = audit.actor("boss", HERE, Role.SUPERVISOR)
    ask_clerk(audit.auditor, audit.samples[0], "請補文件", due_on=in_days(7))
    judge(audit.auditor, audit.samples[1], "excessive", "多查")
    finding = open_finding(audit.auditor, audit.samples[1], what="多查", person=boss.person_id, due_on=in_days(3))
    with reading() as session:
        counts = counts_of(session, [audit.period])[audit.period]
        waits = {
            actor.account: waits_for(actor, session) for actor in (audit.auditor, audit.head, audit.clerk.actor, boss)
        }
        following = next_to_judge(audit.auditor, session, audit.period, 3)
        first = next_to_judge(audit.auditor, session, audit.period, 0)
        foreign = next_to_judge(audit.stranger, session, audit.period, 0)
    assert (counts.n, counts.drawn, counts.with_clerk, counts.judged, counts.without_verdict) == (3, 1, 1, 1, 2)
    assert (counts.verdicts, counts.findings, counts.findings_open) == ({"excessive": 1}, 1, 1)
    assert counts.due_on == in_days(7)
    assert (waits["auditor"].to_judge, waits["auditor"].with_clerk) == (1, 1)
    assert (waits["clerk"].questions, waits["clerk"].question_due_on) == (1, in_days(7))
    assert (waits["boss"].findings_to_mend, waits["boss"].finding_due_on) == (1, in_days(3))
    assert waits["head"].periods_to_sign == 0
    assert following is None  # the one that is left is the one at hand
    assert first is not None
    assert first.seq == 3
    assert foreign is None

    answer(audit.clerk.actor, audit.samples[0], "如附")
    answer_finding(boss, finding, "已改善")
    judge(audit.auditor, audit.samples[0], "proper", "")
    judge(audit.auditor, audit.samples[2], "proper", "")
    with reading() as session:
        waits_now = waits_for(audit.auditor, session)
    assert (waits_now.to_judge, waits_now.findings_to_close, waits_now.periods_to_sign) == (0, 1, 1)
    sign_off(audit.auditor, audit.period, round=1)
    with reading() as session:
        assert waits_for(audit.head, session).periods_to_sign == 1
        assert waits_for(audit.auditor, session).periods_to_sign == 0
        assert waits_for(audit.clerk.actor, session).questions == 0
