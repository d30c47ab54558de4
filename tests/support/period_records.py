"""Period records for tests: a month as the demonstration would audit it, all of it invented, of any size."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from audit.draw import draw as draws
from audit.draw import seed as seeds
from audit.draw import units
from audit.log.checkpoint import Checkpoint as LogCheckpoint
from reports.record.content import Checkpoint, MaskedKey, Named
from reports.record.period.content import (
    AskedClerk,
    DataItemNames,
    DrawnSample,
    Finding,
    FormerVerdict,
    FrozenPopulation,
    HandedIn,
    Names,
    PeriodEntry,
    PeriodHead,
    PeriodRecord,
    Person,
    Plan,
    Reopening,
    Sample,
    SampleReveal,
    SampleTask,
    SignOff,
)
from reports.record.period.figures import figures_of

PERIOD = UUID("01939f00-0000-7000-8000-00000000000a")
ORIGIN = "govern.example/log"
CONSENT = Named("consent", "同意", "consent")
DUTY = Named("statutory_duty", "法定職務", "statutory duty")
ANSWERED = Named("answered", "已回覆", "answered")
NATIONAL_ID = Named("national_id", "身分證號", "National ID number")
AUDITOR = Named("auditor", "稽核人員", "Auditor")
HEAD = Named("head", "機關首長", "Head of agency")
AGENCIES = (
    ("ntpc-civil", "新北市政府民政局", "Civil Affairs Department"),
    ("ntpc-dist-banqiao", "新北市板橋區公所", "Banqiao District Office"),
    ("ntpc-dist-sanchong", "新北市三重區公所", "Sanchong District Office"),
    ("ntpc-dvpc", "新北市政府家庭暴力暨性侵害防治中心", "Domestic Violence Prevention Center"),
    ("ntpc-labor", "新北市政府勞工局", "Labor Affairs Department"),
    ("ntpc-social", "新北市政府社會局", "Social Welfare Department"),
)
CASE_ITEMS = (
    ("low_income", "低收入戶資格審查", "Low-income household"),
    ("disability", "身心障礙證明", "Disability certificate"),
    ("funeral", "市立殯葬設施使用規費減免（含骨灰骸存放）", "Funeral fees"),
    ("emergency", "急難救助", "Emergency relief"),
)
FIELDS = (
    ("name", "姓名", "Name"),
    ("birth_date", "出生日期", "Date of birth"),
    ("address", "戶籍地址", "Registered address"),
    ("relation", "稱謂", "Relation"),
    ("marital", "婚姻狀況", "Marital status"),
    ("national_id", "國民身分證統一編號", "National ID number"),
)
PEOPLE = ("林小芬", "陳大文", "黃立人", "許安平", "歐陽淑芬", "巴奈．庫穗", "張𠀋𡃁")


def a_period_record(samples: int = 12, *, population: int | None = None, **changes: Any) -> PeriodRecord:
    """A period signed off by two levels; every seventh sample is not proper. The entries lead to no real root."""
    size = population if population is not None else max(samples * 7, samples)
    account = the_account(size, samples)
    made = tuple(a_sample(seq, unit) for seq, unit in enumerate(account["units"], start=1))
    findings = tuple(a_finding(no, sample) for no, sample in enumerate(_wrong(made), start=1))
    hashes = tuple(base64.b64encode(hashlib.sha256(b"%d" % at).digest()).decode() for at in range(40))
    frozen = Checkpoint(ORIGIN, 9_200_000, _root(b"frozen"), f"{ORIGIN}\n9200000\n…\n")
    record = PeriodRecord(
        number="1151130-7QX4-M2",
        period=PeriodHead(
            str(PERIOD), "2026-10", "ntpc-civil", "ntpc-civil", 1,
            Named("signed", "已核章", "Signed off") if samples else Named("nothing_to_draw", "沒有可抽的樣本", "Nothing to draw"),
        ),
        plan=Plan(
            str(UUID(int=11)), "戶政資料每月查核", "Household data, monthly", "0.01", 1,
            ("household_full",), True, False, ("agency", "first_level"), None,
        ),
        frozen=FrozenPopulation(
            "2026-10-31T16:05:00.000000Z", 9_100_000, 9_200_000, size, account["population"]["root"], 9_200_004, frozen
        ),
        draw=account,
        drawn=DrawnSample("2026-11-03T04:00:00.000000Z", samples, 9_210_000, (9_100_004,), (9_205_000,))
        if samples else None,
        samples=made,
        findings=findings,
        figures=figures_of(size, made, findings),
        sign_offs=the_sign_offs(1, "2026-11-30T07:48:02.000000Z", "2026-11-30T08:19:37.000000Z") if samples else (),
        reopenings=(),
        people=tuple(Person(str(UUID(int=at)), name, f"account{at}", True) for at, name in enumerate(PEOPLE, start=1)),
        names=Names(
            tuple(Named(*one) for one in AGENCIES),
            tuple(Named(*one) for one in CASE_ITEMS),
            (
                DataItemNames(
                    "household_full", "全戶戶籍資料", "Household registration", "ntpc-civil",
                    tuple(Named(*one) for one in FIELDS),
                ),
            ),
        ),
        entries=tuple(
            PeriodEntry(str(UUID(int=at)), 9_100_004 + 13 * at, "asked", base64.b64encode(b"leaf %d" % at * 60).decode(),
                        tuple(range(24)))
            for at in range(3 * samples + 3)
        ),
        hashes=hashes,
        checkpoint=Checkpoint(ORIGIN, 9_420_000, _root(b"root"), f"{ORIGIN}\n9420000\n…\n"),
        signed_by="雲端證件包稽核紀錄",
        check_address="http://127.0.0.1:8000/check#1151130-7QX4-M2",
        made_at="2026-11-30T08:20:14.000000Z",
        invented=True,
    )  # fmt: skip
    return replace(record, **changes)


def the_account(size: int, n: int) -> dict[str, Any]:
    """A draw's account that holds: of `size` units, the ratio being whatever gives `n`."""
    every = [units.Unit(100 + 5 * at, 1, hashlib.sha256(b"unit %d" % at).digest()) for at in range(size)]
    frozen = units.population(every)
    checkpoint = LogCheckpoint(ORIGIN, 9_200_000, hashlib.sha256(b"frozen").digest())
    source = seeds.PublicDraw("今彩539 第115000296期", 5, (3, 8, 17, 22, 39))
    seed = seeds.seed(checkpoint, PERIOD, source)
    drawn = draws.draw(seed, size, n) if n else draws.Draw((), 0)
    ratio = (
        Decimal("0") if not size else (Decimal(n) / Decimal(size)).quantize(Decimal("0.0001"), rounding="ROUND_DOWN")
    )
    return {
        "period": str(PERIOD),
        "checkpoint": checkpoint.text(),
        "population": {"size": size, "root": frozen.root.hex()},
        "plan": {"ratio": str(ratio), "floor": max(n, 1)},
        "source": source.as_json() if n else None,
        "seed": seed.hex() if n else None,
        "units": [one.as_json() for one in units.prove(every, frozen, drawn.ordinals)],
    }


def a_sample(seq: int, unit: dict[str, Any], **changes: Any) -> Sample:
    """A sampled look-up, judged; every seventh without its document."""
    verdict = ("no_document", "excessive", "improper_purpose")[seq // 7 % 3] if seq % 7 == 0 else "proper"
    asked = AskedClerk(
        "2026-11-04T02:00:00.000000Z", "2026-11-11",
        None if verdict == "no_document" else f"2026-11-0{4 + seq % 5}T03:00:00.000000Z", False,
        () if verdict == "no_document" else (HandedIn("application/pdf", 81_234, "ab" * 32),),
    )  # fmt: skip
    sample = Sample(
        seq=seq,
        id=str(UUID(int=1000 + seq)),
        lookup=str(UUID(int=5000 + seq)),
        reference=f"11510{seq % 28 + 1:02d}-K3P7-{seq % 97:02d}",
        number=unit["number"],
        subject_ordinal=1,
        asked_entry=unit["number"] - 3,
        submitted_at=f"2026-10-{seq % 28 + 1:02d}T01:{seq % 60:02d}:33.000000Z",
        ended_at=f"2026-10-{seq % 28 + 1:02d}T01:{seq % 60:02d}:38.000000Z",
        state=ANSWERED,
        clerk=str(UUID(int=seq % len(PEOPLE) + 1)),
        agency=AGENCIES[1 + seq % 5][0],
        case_item=CASE_ITEMS[seq % 4][0],
        case_item_version=2,
        ground=CONSENT if seq % 3 else DUTY,
        subject=(MaskedKey(NATIONAL_ID, f"A1234{seq % 10}****"),),
        tasks=(
            SampleTask(
                "household_full", ANSWERED, ("name", "relation", "marital"), ("birth_date", "address"),
                ("national_id",) if seq % 2 else (), None,
            ),
        ),
        reveals=(SampleReveal("2026-10-05T01:13:05.000000Z", "household_full", "national_id", unit["number"] + 1),)
        if seq % 5 == 1 else (),
        asked_clerk=asked if seq % 3 == 0 or verdict == "no_document" else None,
        verdict=verdict,
        judged_at="2026-11-20T03:00:00.000000Z",
        judged_by=str(UUID(int=3)),
        judged_round=1,
        judged_entry=9_300_000 + seq,
        note_commitment="cd" * 32 if verdict != "proper" else None,
        former_verdicts=(),
    )  # fmt: skip
    return replace(sample, **changes)


def a_finding(no: int, sample: Sample, **changes: Any) -> Finding:
    """The finding of a sample that was not proper; each second is closed."""
    closed = no % 2 == 0
    finding = Finding(
        id=str(UUID(int=9000 + no)),
        no=no,
        sample=sample.seq,
        person=sample.clerk,
        agency=sample.agency,
        due_on="2026-12-15",
        state=Named("closed", "已結案", "Closed") if closed else Named("open", "待改善", "Open"),
        opened_at="2026-11-20T03:10:00.000000Z",
        opened_by=str(UUID(int=3)),
        done_at="2026-11-25T03:10:00.000000Z" if closed else None,
        closed_at="2026-11-26T03:10:00.000000Z" if closed else None,
        closed_by=str(UUID(int=3)) if closed else None,
        what_commitment="ef" * 32,
        opened_entry=9_310_000 + no,
        closed_entry=9_320_000 + no if closed else None,
    )
    return replace(finding, **changes)


def the_sign_offs(round: int, first: str, second: str, voided_at: str | None = None) -> tuple[SignOff, ...]:
    """Both levels of a round."""
    content = hashlib.sha256(b"content %d" % round).hexdigest()
    levels = ((1, 3, AUDITOR, first), (2, 4, HEAD, second))
    return tuple(
        SignOff(
            round,
            level,
            str(UUID(int=person)),
            role,
            "ntpc-civil",
            at,
            content,
            9_400_000 + 10 * round + level,
            voided_at,
        )
        for level, person, role, at in levels
    )


def reopened(record: PeriodRecord, seqs: Sequence[int]) -> PeriodRecord:
    """The same period after a re-opening: the first round's sign-offs are void, these samples were judged twice."""
    at = "2026-12-01T02:00:00.000000Z"
    samples = tuple(
        replace(
            one, judged_round=2, judged_at="2026-12-02T02:00:00.000000Z", judged_entry=one.judged_entry + 100_000,
            former_verdicts=(FormerVerdict("excessive", one.judged_at, one.judged_entry),),
        )
        if one.seq in seqs else one
        for one in record.samples
    )  # fmt: skip
    return replace(
        record,
        period=replace(record.period, round=2),
        samples=samples,
        sign_offs=(
            *the_sign_offs(1, "2026-11-30T07:48:02.000000Z", "2026-11-30T08:19:37.000000Z", at),
            *the_sign_offs(2, "2026-12-03T07:48:02.000000Z", "2026-12-03T08:19:37.000000Z"),
        ),
        reopenings=(Reopening(2, at, str(UUID(int=4)), "ntpc-civil", tuple(seqs), "12" * 32, 9_405_000),),
    )


def _wrong(samples: Sequence[Sample]) -> list[Sample]:
    return [one for one in samples if one.verdict != "proper"]


def _root(of: bytes) -> str:
    return base64.b64encode(hashlib.sha256(of).digest()).decode()
