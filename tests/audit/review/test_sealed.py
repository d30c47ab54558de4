"""What people write in an audit lies nowhere in clear: not in a table, not in a leaf, from the question to the re-opening."""

from sqlalchemy import select

from admin.tables import METADATA
from audit.review.answer import HandedIn, answer
from audit.review.ask import ask_clerk
from audit.review.finding import answer_finding, close_finding, open_finding, send_back_finding
from audit.review.judge import judge, save_note
from audit.review.said import said_about
from audit.review.sign_off import reopen, sign_off
from govern.core.database import reading
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.audits import HERE, Audit, in_days

# One canary for each place in which somebody writes; each differs from all words of the program.
CANARIES = {place: f"{place}：王金絲雀的第{number}件" for number, place in enumerate(
    ("提問", "答覆", "檔名", "草稿", "說明", "缺失", "措施", "退回", "結語", "重開"), start=1)}  # fmt: skip
DOCUMENT = b"%PDF-1.7 Kanarienvogel"


def test_no_word_of_an_audit_is_in_clear_in_any_table_or_leaf(audit: Audit) -> None:
    sample, boss = audit.samples[0], audit.actor("boss", HERE, Role.SUPERVISOR)
    ask_clerk(audit.auditor, sample, CANARIES["提問"], due_on=in_days(3))
    answer(audit.clerk.actor, sample, CANARIES["答覆"], [HandedIn(f"{CANARIES['檔名']}.pdf", DOCUMENT)])
    edition = save_note(audit.auditor, sample, CANARIES["草稿"], edition=0)
    judge(audit.auditor, sample, "no_document", CANARIES["說明"], edition=edition)
    finding = open_finding(audit.auditor, sample, what=CANARIES["缺失"], person=boss.person_id, due_on=in_days(9))
    answer_finding(boss, finding, "稍後")
    send_back_finding(audit.auditor, finding, CANARIES["退回"])
    answer_finding(boss, finding, CANARIES["措施"])
    close_finding(audit.auditor, finding, CANARIES["結語"])
    sign_off(audit.auditor, audit.period, round=1)
    reopen(audit.head, audit.period, CANARIES["重開"], [sample])

    with reading() as session:
        written = b"".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in METADATA.sorted_tables
            for row in session.execute(select(table))
            for value in row
        )
        leaves = b"".join(entry.leaf() for entry in session.scalars(select(Entry)))
        told = {said.text for kind, one in (("sample", sample), ("finding", finding), ("period", audit.period))
                for said in said_about(session, kind, one)}  # fmt: skip
    found = [place for place, text in CANARIES.items() if text.encode() in written + leaves]
    assert found == []
    assert DOCUMENT not in written + leaves
    # The search would find them: what is not sealed is there, and what is sealed opens.
    assert b"finding_sent_back" in written
    assert set(CANARIES.values()) - told == {CANARIES["檔名"], CANARIES["草稿"]}
