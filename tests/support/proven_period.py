"""The record of an invented period, every entry of it in a real log: forty look-ups, four drawn, judged and signed off."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from audit.draw.seed import PublicDraw, TwoNumbers
from audit.draw.units import Unit
from audit.log.checkpoint import Checkpoint as LogCheckpoint
from audit.log.checkpoint import sign_checkpoint
from audit.log.tree import inclusion_proof, leaf_hash, nodes_of, root
from govern.trail.kinds import review
from govern.trail.kinds.kind import Kind
from govern.trail.kinds.lookups import Answered, Asked, Revealed
from govern.trail.leaf import COLUMNS, canonical_details, leaf_bytes
from reports.record.content import Checkpoint, MaskedKey, Named
from reports.record.period import content as content
from reports.record.period.figures import figures_of
from tests.audit.review.accounts import a_number, an_account
from tests.support.proven import LOG, ORIGIN

PERIOD: Final = uuid.UUID("01939f00-0000-7000-8000-00000000000a")
PLAN: Final = uuid.UUID("01939f00-0000-7000-8000-00000000000b")
NAMED_DRAW: Final = uuid.UUID("01939f00-0000-7000-8000-00000000000c")
AGENCY, OWNER, MONTH, ITEM, CASE_ITEM = "ntpc-civil", "tw-fia", "2026-11", "tax_income", "low_income"
CLOSED: Final = datetime(2026, 11, 30, 16, 0, 30, tzinfo=UTC)
LOOKUPS: Final = 40
SIZE: Final = 400
BEFORE, FROZEN_AT, AFTER, DRAWN_AT, JUDGED_AT, FOUND_AT, SIGNED_AT = 10, 200, 210, 220, 230, 290, 300
VERDICTS: Final = ("proper", "proper", "no_document", "proper")
PUBLIC: Final = PublicDraw("今彩539 第115000296期", 5, (39, 3, 22, 17, 8))


@dataclass(frozen=True, slots=True)
class Written:
    """An event as the log has it: what, by whom, when, with the commitment of its text."""

    kind: Kind
    at: datetime
    person: uuid.UUID
    account: str
    agency: str
    role: str
    text: bytes | None = None


def person(number: int) -> uuid.UUID:
    """The id of an invented person."""
    return uuid.UUID(int=(0x01939F00 << 96) | (7 << 76) | (2 << 62) | 0xA000 + number)


CLERK, AUDITOR, HEAD = person(1), person(2), person(3)
PEOPLE: Final = (
    content.Person(str(CLERK), "林小芬", "lin.xiaofen", True),
    content.Person(str(AUDITOR), "黃立人", "huang.liren", True),
    content.Person(str(HEAD), "許安平", "xu.anping", True),
)


@dataclass(slots=True)
class Trail:
    """The log of the invented month: events at their numbers, filler at all others."""

    events: dict[int, Written] = field(default_factory=dict)

    def write(self, number: int, kind: Kind, **by: Any) -> None:
        """An event at a number; unless said, by the clerk, a minute of the month a number."""
        given: dict[str, Any] = {
            "at": CLOSED + timedelta(minutes=number - FROZEN_AT), "person": CLERK, "account": "lin.xiaofen",
            "agency": "ntpc-banqiao", "role": "clerk",
        }  # fmt: skip
        self.events[number] = Written(kind, **given | by)

    def leaf(self, number: int) -> bytes:
        """The leaf at a number."""
        event = self.events.get(number)
        if event is None:
            return b"another %d" % number
        values: dict[str, Any] = dict.fromkeys(COLUMNS) | event.kind.columns()
        values.update(
            id=uuid.UUID(int=(0x019ABCDE << 96) | (7 << 76) | (2 << 62) | number),
            kind=event.kind.name,
            kind_version=event.kind.version,
            at=event.at,
            person=event.person,
            account=event.account,
            agency=event.agency,
            role=event.role,
            ends_lookup=bool(values.get("ends_lookup")),
            text_commitment=event.text,
            details=canonical_details(event.kind.details()),
        )
        return leaf_bytes(values)

    def at(self, number: int) -> str:
        """When the event at a number was, as a record says it."""
        return instant(self.events[number].at)

    def checkpoint(self, size: int) -> tuple[LogCheckpoint, Checkpoint]:
        """The signed checkpoint of a size, as the log and as a record has it."""
        found = LogCheckpoint(ORIGIN, size, root([leaf_hash(self.leaf(number)) for number in range(size)]))
        return found, Checkpoint(ORIGIN, size, base64.b64encode(found.root).decode(), sign_checkpoint(found, LOG))

    def attach(self, record: content.PeriodRecord) -> content.PeriodRecord:
        """The record with all events of the log as its entries, proven, and the log's checkpoint."""
        hashes = [leaf_hash(self.leaf(number)) for number in range(SIZE)]
        read = nodes_of(hashes)
        places: dict[str, int] = {}
        entries = []
        for number, event in sorted(self.events.items()):
            proof = [base64.b64encode(one).decode() for one in inclusion_proof(number, SIZE, read)]
            leaf = self.leaf(number)
            entries.append(
                content.PeriodEntry(
                    str(uuid.UUID(bytes=leaf[16:32])),
                    number,
                    event.kind.name,
                    base64.b64encode(leaf).decode(),
                    tuple(places.setdefault(one, len(places)) for one in proof),
                )
            )
        _, checkpoint = self.checkpoint(SIZE)
        return replace(record, entries=tuple(entries), hashes=tuple(places), checkpoint=checkpoint)


def instant(at: datetime) -> str:
    """ISO 8601 in UTC with microseconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def lookup_of(place: int) -> uuid.UUID:
    """The id of the look-up that was the month's so-manieth."""
    return uuid.UUID(int=(0x01939F00 << 96) | (7 << 76) | (2 << 62) | place)


def asked_number(place: int) -> int:
    """Where its entry "asked" stands; the one that ends it follows three later."""
    return 20 + 4 * place


def commitment_of(place: int) -> bytes:
    """The commitment of its subject's one key."""
    return hashlib.sha256(b"key of %d" % place).digest()


def a_proven_period(
    *,
    source: str = "two_numbers",
    numbers: Mapping[str, int] | None = None,
    verdicts: tuple[str, ...] = VERDICTS,
    change: Callable[[Trail], None] | None = None,
) -> content.PeriodRecord:
    """The record; `numbers` moves the entries that bind and tell, `change` is made to the log before it is proven."""
    places = {"before": BEFORE, "frozen": FROZEN_AT, "after": AFTER, "drawn": DRAWN_AT} | dict(numbers or {})
    trail = Trail()
    for place in range(LOOKUPS):
        _write_lookup(trail, place)
    parties = TwoNumbers(a_number(f"auditor@{AGENCY}"), a_number(f"head@{OWNER}"))
    made_of = PUBLIC if source == "public_draw" else parties
    before, after = _write_source(trail, made_of, places)
    frozen, month_end = trail.checkpoint(FROZEN_AT)
    units = [Unit(asked_number(place) + 3, 1, root([leaf_hash(commitment_of(place))])) for place in range(LOOKUPS)]
    account = an_account(units, ratio="0.1", source=made_of, frozen=frozen, period=PERIOD)
    trail.write(
        places["frozen"],
        review.Frozen(
            about_id=str(PERIOD), owner=OWNER, month=MONTH, auditing_agency=AGENCY, plan=PLAN, from_size=0,
            to_size=FROZEN_AT, population=LOOKUPS, root=bytes.fromhex(account["population"]["root"]), ratio="0.1",
            floor=1, items=(ITEM,), other_party=f"head@{OWNER}", public_draw=NAMED_DRAW,
        ),
    )  # fmt: skip
    trail.write(
        places["frozen"] + 2,
        review.MonthClosed(
            about_id=MONTH, ended_at="2026-11-30T16:00:00Z", from_size=0, to_size=FROZEN_AT,
            checkpoint_at="2026-11-30T16:00:20Z", periods=1, units=LOOKUPS,
        ),
    )  # fmt: skip
    ordinals = [unit["ordinal"] for unit in account["units"]]
    trail.write(
        places["drawn"],
        review.Drawn(
            about_id=str(PERIOD), owner=OWNER, seed=bytes.fromhex(account["seed"]), n=len(ordinals), source_kind=source,
            ordinals_sha256=hashlib.sha256(b"".join(each.to_bytes(8, "big") for each in ordinals)).digest(),
        ),
    )  # fmt: skip
    samples = tuple(
        _sample(trail, seq, ordinal, verdict)
        for seq, (ordinal, verdict) in enumerate(zip(ordinals, verdicts, strict=True), start=1)
    )
    findings = (_finding(trail, samples[2]),)
    head = content.PeriodHead(str(PERIOD), MONTH, AGENCY, OWNER, 1, Named("signed", "已核章", "Signed off"))
    signed = _signed_content(account, samples)
    sign_offs = tuple(_sign_off(trail, level, signed) for level in (1, 2))
    if change is not None:
        change(trail)
    record = content.PeriodRecord(
        number="1151201-7QX4-M2",
        period=head,
        plan=content.Plan(
            str(PLAN), "每月抽查", "Monthly audit", "0.1", 1, (ITEM,), False, False, ("agency",), f"head@{OWNER}"
        ),
        frozen=content.FrozenPopulation(
            trail.at(places["frozen"]),
            0,
            FROZEN_AT,
            LOOKUPS,
            account["population"]["root"],
            places["frozen"],
            month_end,
        ),
        draw=account,
        drawn=content.DrawnSample(trail.at(places["drawn"]), len(ordinals), places["drawn"], before, after),
        samples=samples,
        findings=findings,
        figures=figures_of(LOOKUPS, samples, findings),
        sign_offs=sign_offs,
        reopenings=(),
        people=PEOPLE,
        names=_names(),
        entries=(),
        hashes=(),
        checkpoint=month_end,
        signed_by="雲端證件包稽核紀錄",
        check_address="http://127.0.0.1:8000/check#1151201-7QX4-M2",
        made_at="2026-12-05T08:00:00.000000Z",
        invented=True,
    )
    return trail.attach(record)


def _write_lookup(trail: Trail, place: int) -> None:
    number, lookup = asked_number(place), lookup_of(place)
    task = {
        "task": uuid.UUID(int=place + 1),
        "item": ITEM,
        "owner": OWNER,
        "permitted": {"total": "masked", "year": "clear"},
    }
    key = {"part": "key", "kind": "national_id", "commitment": commitment_of(place), "ciphertext_sha256": bytes(32)}
    about: dict[str, Any] = {"lookup": lookup, "case_item": CASE_ITEM, "case_item_version": 3}
    trail.write(
        number,
        Asked(
            **about, ground_kind="consent", subjects=1, reference=f"1151124-{place:04d}-AA", queue="normal", due_at="",
            tasks=(task,), subject_list=({"ordinal": 1, "keys": [key]},), subjects_root=bytes(32),
        ),
    )  # fmt: skip
    opened = Revealed(
        **about,
        task=uuid.UUID(int=place + 1),
        data_item=ITEM,
        owner=OWNER,
        answer=uuid.UUID(int=8),
        field="total",
        place="1",
    )
    ended = Answered(
        **about, task=uuid.UUID(int=place + 1), data_item=ITEM, owner=OWNER, source="tw-fia.https", ends_lookup=True,
        duration_ms=10, subjects=1, rows=1, fields=2, beyond=0, answer_commitment=bytes(32), found=1,
        field_names=("total", "year"), revealable=1, envelopes_root=bytes(32),
    )  # fmt: skip
    trail.write(number + 2, opened)
    trail.write(number + 3, ended)


def _write_source(
    trail: Trail, made_of: PublicDraw | TwoNumbers, places: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    before, after = places["before"], places["after"]
    if isinstance(made_of, PublicDraw):
        named = review.DrawNamed(about_id=str(NAMED_DRAW), draw_name=made_of.name, count=5, month=MONTH)
        told = review.DrawEntered(
            about_id=str(NAMED_DRAW), draw_name=made_of.name, results=tuple(sorted(made_of.results))
        )
        trail.write(before, named)
        trail.write(after, told)
        return (before,), (after,)
    for step, each in enumerate(made_of.as_json()["numbers"]):
        about = {"about_id": f"{each['party']}/{MONTH}", "party": each["party"], "month": MONTH}
        trail.write(before + step, review.NumberCommitted(**about, commitment=bytes.fromhex(each["commitment"])))
        trail.write(after + step, review.NumberDisclosed(**about, number=bytes.fromhex(each["number"])))
    return (before, before + 1), (after, after + 1)


def _sample(trail: Trail, seq: int, ordinal: int, verdict: str) -> content.Sample:
    number, judged, identity = asked_number(ordinal), JUDGED_AT + 10 * seq, uuid.UUID(int=0x5A0 + seq)
    note = hashlib.sha256(b"note %d" % seq).digest()
    trail.write(
        judged,
        review.Judged(
            lookup=lookup_of(ordinal), owner=OWNER, about_id=str(identity), period=PERIOD, seq=seq, round=1, verdict=verdict
        ),
        person=AUDITOR, account="huang.liren", agency=AGENCY, role="auditor", text=note,
    )  # fmt: skip
    task = content.SampleTask(ITEM, Named("answered", "已回覆", "Answered"), ("year",), (), ("total",), None)
    return content.Sample(
        seq=seq,
        id=str(identity),
        lookup=str(lookup_of(ordinal)),
        reference=f"1151124-{ordinal:04d}-AA",
        number=number + 3,
        subject_ordinal=1,
        asked_entry=number,
        submitted_at=trail.at(number),
        ended_at=trail.at(number + 3),
        state=Named("answered", "已回覆", "Answered"),
        clerk=str(CLERK),
        agency="ntpc-banqiao",
        case_item=CASE_ITEM,
        case_item_version=3,
        ground=Named("consent", "同意", "Consent"),
        subject=(MaskedKey(Named("national_id", "身分證統一編號", "National ID"), "A12345****"),),
        tasks=(task,),
        reveals=(content.SampleReveal(trail.at(number + 2), ITEM, "total", number + 2),),
        asked_clerk=content.AskedClerk(
            instant(CLOSED + timedelta(days=1)), "2026-12-08", instant(CLOSED + timedelta(days=2)), False,
            (content.HandedIn("application/pdf", 1000, "ab" * 32),),
        ) if seq == 1 else None,
        verdict=verdict,
        judged_at=trail.at(judged),
        judged_by=str(AUDITOR),
        judged_round=1,
        judged_entry=judged,
        note_commitment=note.hex(),
        former_verdicts=(),
    )  # fmt: skip


def _finding(trail: Trail, sample: content.Sample) -> content.Finding:
    what, by = hashlib.sha256(b"what is wrong").digest(), {"person": AUDITOR, "account": "huang.liren"}
    about: dict[str, Any] = {
        "lookup": uuid.UUID(sample.lookup), "owner": OWNER, "about_id": str(uuid.UUID(int=0xF1)), "period": PERIOD,
        "sample": uuid.UUID(sample.id), "seq": sample.seq,
    }  # fmt: skip
    opened = review.FindingOpened(**about, responsible=CLERK, at_agency="ntpc-banqiao", due_on="2026-12-15")
    trail.write(FOUND_AT, opened, **by, agency=AGENCY, role="auditor", text=what)
    trail.write(FOUND_AT + 2, review.FindingClosed(**about), **by, agency=AGENCY, role="auditor")
    return content.Finding(
        id=str(uuid.UUID(int=0xF1)), no=1, sample=sample.seq, person=str(CLERK), agency="ntpc-banqiao", due_on="2026-12-15",
        state=Named("closed", "已結案", "Closed"), opened_at=trail.at(FOUND_AT), opened_by=str(AUDITOR),
        done_at=trail.at(FOUND_AT), closed_at=trail.at(FOUND_AT + 2), closed_by=str(AUDITOR), what_commitment=what.hex(),
        opened_entry=FOUND_AT, closed_entry=FOUND_AT + 2,
    )  # fmt: skip


def _signed_content(account: Mapping[str, Any], samples: tuple[content.Sample, ...]) -> bytes:
    said = {
        "format": "govern.period.content", "version": 1, "period": str(PERIOD), "plan": str(PLAN), "month": MONTH,
        "agency": AGENCY, "owner": OWNER, "population": LOOKUPS, "root": account["population"]["root"],
        "seed": account["seed"], "round": 1,
        "samples": [
            [sample.seq, unit["ordinal"], sample.verdict] for sample, unit in zip(samples, account["units"], strict=True)
        ],
    }  # fmt: skip
    return hashlib.sha256(canonical_details(said)).digest()


def _sign_off(trail: Trail, level: int, signed: bytes) -> content.SignOff:
    number, who, account = SIGNED_AT + 10 * level, (AUDITOR, HEAD)[level - 1], ("huang.liren", "xu.anping")[level - 1]
    role = (Named("auditor", "稽核人員", "Auditor"), Named("head", "機關首長", "Head"))[level - 1]
    kind = review.SignedOff(about_id=str(PERIOD), owner=OWNER, level=level, round=1, content_sha256=signed)
    trail.write(number, kind, person=who, account=account, agency=AGENCY, role=role.code)
    return content.SignOff(1, level, str(who), role, AGENCY, trail.at(number), signed.hex(), number, None)


def _names() -> content.Names:
    return content.Names(
        agencies=(
            Named("ntpc-banqiao", "新北市板橋區公所", "Banqiao District Office"),
            Named(AGENCY, "新北市政府民政局", "Civil Affairs Department"),
            Named(OWNER, "財政部財政資訊中心", "Fiscal Information Agency"),
        ),
        case_items=(Named(CASE_ITEM, "低收入戶資格審查", "Low-income household eligibility review"),),
        data_items=(
            content.DataItemNames(
                ITEM,
                "綜合所得",
                "Income tax",
                OWNER,
                (Named("total", "所得總額", "Total"), Named("year", "所得年度", "Year")),
            ),
        ),
    )
