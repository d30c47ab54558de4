"""Records for tests: a look-up as the demonstration would make it, all of it invented."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

from reports.record.content import (
    CaseItem,
    Checkpoint,
    Entry,
    Event,
    Ground,
    LegalBasis,
    LookupRecord,
    MaskedKey,
    Named,
    Reveal,
    Rule,
    Subject,
    Task,
    Who,
)

ANSWERED = Named("answered", "已回覆", "answered")
CONSENT = Named("consent", "同意", "consent")
NATIONAL_ID = Named("national_id", "國民身分證統一編號", "national ID number")


THE_CLERK = Who(
    name="林小芬",
    invented=True,
    account="lin.xiaofen",
    agency=Named("ntpc-banqiao", "新北市板橋區公所", "Banqiao District Office, New Taipei City"),
    role=Named("clerk", "承辦人", "clerk"),
    signed_in=Named("password", "帳號密碼", "password"),
)


def named(*pairs: tuple[str, str, str]) -> tuple[Named, ...]:
    """Codes with their names."""
    return tuple(Named(*pair) for pair in pairs)


def a_subject(ordinal: int = 1, masked: str = "A12345****") -> Subject:
    """A subject known by its masked national ID, with consent."""
    return Subject(ordinal, (MaskedKey(NATIONAL_ID, masked),), Ground(CONSENT, "板社同字第115004127號", "2026-11-24"))


def a_task(code: str, zh: str, en: str, owner: str, **changes: Any) -> Task:
    """A task that was answered with one clear and one masked field, unless told otherwise."""
    task = Task(
        data_item=Named(code, zh, en),
        owner=Named(owner, owner, "Owner"),
        connector="soap_ws",
        first_subject=1,
        last_subject=1,
        state=ANSWERED,
        at="2026-11-24T06:32:09.123456Z",
        rows=1,
        clear=named(("name", "姓名", "Name")),
        masked=named(("national_id", "國民身分證統一編號", "National ID number")),
        revealable=(),
        not_fetched=12,
        denied=None,
    )
    return replace(task, **changes)


def the_seven_tasks() -> tuple[Task, ...]:
    """低收入戶: seven data items, one failed, one without data."""
    failed, nothing = Named("failed", "未取得", "failed"), Named("answered", "查無資料", "nothing found")
    return (
        a_task(
            "household_full", "全戶戶籍資料", "Household registration, whole household", "民政局",
            clear=named(("name", "姓名", "Name"), ("relation", "稱謂", "Relation"),
                        ("marital", "婚姻狀況", "Marital status"), ("state", "個人戶籍狀態", "State of registration")),
            masked=named(("birth_date", "出生日期", "Date of birth"), ("address", "戶籍地址", "Registered address")),
            revealable=named(("national_id", "國民身分證統一編號", "National ID number")),
        ),
        a_task(
            "tax_income", "財稅資料查詢－所得", "Tax data: income", "財政部財政資訊中心", at="2026-11-24T06:32:11Z",
            clear=named(("year", "所得年度", "Year"), ("code", "所得格式代號", "Code")),
            masked=named(("total", "所得總額", "Total"), ("amount", "所得額", "Amount")), not_fetched=5,
        ),
        a_task(
            "tax_property", "財稅資料查詢－財產", "Tax data: property", "財政部財政資訊中心", at="2026-11-24T06:32:10Z",
            clear=named(("kind", "財產別", "Kind")),
            masked=named(("place", "財產所在地或名稱", "Place or name"), ("value", "現值或金額", "Value")),
            not_fetched=8,
        ),
        a_task(
            "welfare", "社會福利資料查詢", "Social welfare records", "社會局",
            clear=named(("grade", "障礙等級", "Grade"), ("item", "福利項目", "Item"), ("state", "核定狀態", "State"),
                        ("amount", "每月金額", "Monthly amount")), masked=(), not_fetched=10,
        ),
        a_task(
            "labor_insurance", "投保資料查詢", "Labor insurance records", "勞動部勞工保險局", at="2026-11-24T06:32:27Z",
            clear=named(("insured", "目前在保", "Insured now"), ("kind", "保險別", "Kind")),
            masked=named(("wage", "月投保薪資", "Insured wage")), not_fetched=8,
        ),
        a_task(
            "senior_high", "高中職", "Senior high school", "教育部", at="2026-11-24T06:32:13Z", state=failed, rows=None,
            clear=(), masked=(),
        ),
        a_task(
            "university", "大專以上", "Higher education", "教育部", at="2026-11-24T06:32:13Z", state=nothing, rows=0,
            clear=(), masked=(), not_fetched=13,
        ),
    )  # fmt: skip


def the_entries(count: int = 31, first: int = 9_418_196) -> tuple[Entry, ...]:
    """Entries with leaves and proofs of the right length; they lead to no real root."""
    digest = [base64.b64encode(hashlib.sha256(bytes([step])).digest()).decode() for step in range(24)]
    return tuple(
        Entry(
            id=f"019abcde-0000-7000-8000-{index:012d}",
            number=first + index * 13,
            kind="shown",
            leaf=base64.b64encode(b"leaf %d" % index * 20).decode(),
            proof=tuple(digest),
        )
        for index in range(count)
    )


def a_record(**changes: Any) -> LookupRecord:
    """The record of one look-up over seven data items."""
    entries = the_entries()
    record = LookupRecord(
        number="1151124-7QX4-M2",
        reference="1151124-K3P7-9T",
        lookup="019abcde-1111-7000-8000-000000000001",
        case_number="社助字第1150012876號",
        former=None,
        who=THE_CLERK,
        submitted_at="2026-11-24T06:32:08.000000Z",
        ended_at="2026-11-24T06:46:50Z",
        state=ANSWERED,
        case_item=CaseItem(
            code="low_income",
            version=3,
            zh="低收入戶資格審查",
            en="Low-income household eligibility review",
            purpose_zh="審查低收入戶資格",
            purpose_en="Reviewing eligibility as a low-income household",
            business_agency=Named("ntpc-social", "社會局", "Social Welfare Department"),
        ),
        legal_bases=(
            LegalBasis("社會救助法第4條", "Public Assistance Act, art. 4", ""),
            LegalBasis("社會救助法第44條之3", "Public Assistance Act, art. 44-3", ""),
        ),
        subjects=(a_subject(),),
        rule=Rule(
            "all_conditions_hold", 1, "各項條件全部符合，准許查調。", "All conditions hold; the look-up is permitted."
        ),
        right_ends_on="2028-06-30",
        tasks=the_seven_tasks(),
        reveals=(
            Reveal(
                at="2026-11-24T06:32:26Z",
                data_item=Named("household_full", "全戶戶籍資料", "Household registration"),
                field=Named("national_id", "國民身分證統一編號", "National ID number"),
                reason="與申請書核對是否同一人",
                entry=entries[20].number,
            ),
        ),
        course=(
            Event("2026-11-24T06:32:08Z", "送出，7個項目准許", "Submitted, 7 data items permitted", entries[0].number),
            Event("2026-11-24T06:32:11Z", "顯示前4項", "Shown", entries[9].number),
            Event("2026-11-24T06:32:13Z", "高中職連線失敗，重試2次後停止", "Failed", entries[12].number),
            Event("2026-11-24T06:32:29Z", "顯示投保資料查詢、大專以上", "Shown", entries[22].number),
            Event("2026-11-24T06:46:50Z", "查調結果銷毀", "Answers destroyed", entries[30].number),
        ),
        entries=entries,
        checkpoint=Checkpoint(
            origin="govern.example/log",
            size=9_420_000,
            root=base64.b64encode(hashlib.sha256(b"root").digest()).decode(),
            note="govern.example/log\n9420000\n…\n",
        ),
        signed_by="雲端證件包稽核紀錄",
        check_address="http://127.0.0.1:8000/check#1151124-7QX4-M2",
        made_at="2026-11-24T06:46:58.000000Z",
        invented=True,
    )
    return replace(record, **changes)
