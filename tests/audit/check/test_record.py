"""What a signed record says must be what the log and its own page say, even when the signer lies."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from audit.check.claim import Verdict
from audit.check.record import check_record
from audit.check.trust import Trust
from reports.record import render
from reports.record.content import Checkpoint, Entry, LookupRecord, Named, Reveal
from tests.support.pdf import SigningDesk
from tests.support.proven import LOG, ORIGIN, a_proven_record, signed


def reasons(verdict: Verdict) -> dict[str, str]:
    return {finding.claim: finding.code for finding in verdict.findings if finding.holds is False}


def _first(record: LookupRecord, **changes: Any) -> LookupRecord:
    return replace(record, entries=(replace(record.entries[0], **changes), *record.entries[1:]))


def _flipped(text: str, at: int = 40) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return base64.b64encode(bytes(raw)).decode()


def _at_checkpoint(record: LookupRecord, **changes: Any) -> LookupRecord:
    return replace(record, checkpoint=replace(record.checkpoint, **changes))


LIES: dict[str, tuple[str, Callable[[LookupRecord], LookupRecord]]] = {
    "leaf_altered": ("entry_unreadable", lambda r: _first(r, leaf=_flipped(r.entries[0].leaf, 0))),
    "leaf_says_another_time": ("entry_not_in_log", lambda r: _first(r, leaf=_flipped(r.entries[0].leaf, 59))),
    "leaf_of_another_entry": ("entry_is_another", lambda r: _first(r, leaf=r.entries[1].leaf)),
    "kind_called_otherwise": ("entry_is_another", lambda r: _first(r, kind="shown")),
    "id_called_otherwise": ("entry_is_another", lambda r: _first(r, id=r.entries[1].id)),
    "number_called_otherwise": ("entry_not_in_log", lambda r: _first(r, number=r.entries[0].number + 1)),
    "proof_altered": ("entry_not_in_log", lambda r: _first(r, proof=(_flipped(r.entries[0].proof[0], 0),))),
    "proof_missing": ("entry_not_in_log", lambda r: _first(r, proof=())),
    "proof_is_no_base64": ("data_unreadable", lambda r: _first(r, proof=("!",))),
    "entry_twice": ("entry_is_another", lambda r: replace(r, entries=(r.entries[0], *r.entries))),
    "asked_left_out": ("entries_incomplete", lambda r: replace(r, entries=r.entries[1:])),
    "step_without_its_entry": ("entries_incomplete", lambda r: replace(r, entries=r.entries[:3])),
    "checkpoint_size": ("checkpoint_is_another", lambda r: _at_checkpoint(r, size=301)),
    "checkpoint_root": ("checkpoint_is_another", lambda r: _at_checkpoint(r, root=_flipped(r.checkpoint.root, 0))),
    "checkpoint_origin": ("checkpoint_wrong", lambda r: _at_checkpoint(r, origin="other.example/log")),
    "checkpoint_note_unsigned": (
        "checkpoint_wrong",
        lambda r: _at_checkpoint(r, note=r.checkpoint.note.split("\n\n")[0] + "\n"),
    ),
    "checkpoint_note_altered": (
        "checkpoint_wrong",
        lambda r: _at_checkpoint(r, size=301, note=r.checkpoint.note.replace("\n300\n", "\n301\n")),
    ),
    "another_look_up": (
        "entry_is_another",
        lambda r: replace(r, lookup="019abcde-1111-7000-8000-000000000002"),
    ),
    "another_clerk": ("log_says_otherwise", lambda r: replace(r, who=replace(r.who, account="wang.dawen"))),
    "another_agency": (
        "log_says_otherwise",
        lambda r: replace(r, who=replace(r.who, agency=replace(r.who.agency, code="ntpc-xindian"))),
    ),
    "another_reference": ("log_says_otherwise", lambda r: replace(r, reference="1151124-AAAA-AA")),
    "another_purpose": ("log_says_otherwise", lambda r: replace(r, case_item=replace(r.case_item, code="other"))),
    "another_version": ("log_says_otherwise", lambda r: replace(r, case_item=replace(r.case_item, version=4))),
    "another_day": ("log_says_otherwise", lambda r: replace(r, submitted_at="2026-11-23T06:32:08.000000Z")),
    "a_subject_more": ("log_says_otherwise", lambda r: replace(r, subjects=(*r.subjects, replace(r.subjects[0], ordinal=2)))),
    "a_data_item_less": ("log_says_otherwise", lambda r: replace(r, tasks=r.tasks[:-1])),
    "a_field_that_was_not_permitted": (
        "log_says_otherwise",
        lambda r: replace(
            r,
            tasks=(replace(r.tasks[0], clear=(*r.tasks[0].clear, Named("blood", "血型", "Blood"))), *r.tasks[1:]),
        ),
    ),
    "a_reveal_that_is_none": (
        "entry_is_another",
        lambda r: replace(r, reveals=(replace(r.reveals[0], entry=r.entries[2].number),)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_record_that_lies_about_the_log_is_found_though_we_signed_it(
    checking_desk: SigningDesk, trust: Trust, name: str
) -> None:
    code, lie = LIES[name]
    verdict = check_record(signed(checking_desk, lie(a_proven_record())), trust)
    assert reasons(verdict) == {"in_log": code}
    assert not verdict.valid


def test_entries_of_a_log_that_is_not_trusted_prove_nothing(
    checking_desk: SigningDesk, good: bytes, trust: Trust
) -> None:
    other = replace(trust, log_origin="other.example/log")
    assert reasons(check_record(good, other)) == {"in_log": "checkpoint_wrong"}
    assert trust.log_key == LOG.key()
    assert trust.log_origin == ORIGIN


def test_a_signer_that_the_record_does_not_name_is_found(checking_desk: SigningDesk, trust: Trust) -> None:
    lying = signed(checking_desk, replace(a_proven_record(), signed_by="另一個機關"))
    assert reasons(check_record(lying, trust)) == {"signed": "signer_is_another"}


SAID_OTHERWISE: dict[str, Callable[[dict[str, Any]], object]] = {
    "number": lambda d: d.update(number="1151124-AAAA-AA"),
    "case_number": lambda d: d.update(case_number="社助字第1號"),
    "name": lambda d: d["who"].update(name="王大文"),
    "submitted_at": lambda d: d.update(submitted_at="2026-11-24T06:32:09.000000Z"),
    "state": lambda d: d["state"].update(zh="失敗"),
    "purpose": lambda d: d["case_item"].update(purpose_zh="其他目的"),
    "law": lambda d: d["legal_bases"][0].update(zh="社會救助法第5條"),
    "masked_key": lambda d: d["subjects"][0]["keys"][0].update(masked="B12345****"),
    "ground": lambda d: d["subjects"][0]["ground"].update(document="另一份文件"),
    "data_item": lambda d: d["tasks"][0]["data_item"].update(zh="另一個項目"),
    "field": lambda d: d["tasks"][0]["clear"][0].update(zh="另一個欄位"),
    "not_fetched": lambda d: d["tasks"][0].update(not_fetched=1299),
    "reason": lambda d: d["reveals"][0].update(reason="另一個理由"),
    "course": lambda d: d["course"][0].update(zh="沒有送出"),
}


@pytest.mark.parametrize("name", SAID_OTHERWISE)
def test_a_page_that_says_otherwise_than_the_data_is_found(checking_desk: SigningDesk, trust: Trust, name: str) -> None:
    """The page is printed of one record and carries the data of another; both are ours."""
    record = a_proven_record()
    data = json.loads(record.to_json())
    SAID_OTHERWISE[name](data)
    other = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    verdict = check_record(checking_desk.sign(_printed_with(record, other)), trust)
    assert reasons(verdict)["text_is_data"] == "text_differs"


def _printed_with(record: LookupRecord, data: bytes) -> bytes:
    """The page of a record with other data attached, and with that data's hash on the page, as a forger would."""

    class Forged(LookupRecord):
        def to_json(self) -> bytes:
            return data

    return render.render(Forged(**{name: getattr(record, name) for name in record.__dataclass_fields__}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"[]",
        lambda raw: b"{",
        lambda raw: raw.replace(b'"version":1,"who"', b'"version":2,"who"'),
        lambda raw: raw.replace(b"govern.record.lookup", b"govern.record.other"),
        lambda raw: raw.replace(b'"account"', b'"acc0unt"'),
        lambda raw: b" " + raw,
        lambda raw: b'{"number":"1",' + raw[1:],
        lambda raw: b"[" * 100_000,
    ],
    ids=["list", "torn", "version", "format", "key_missing", "space", "key_twice", "nested"],
)
def test_data_that_is_no_record_is_found(
    checking_desk: SigningDesk, trust: Trust, spoil: Callable[[bytes], bytes]
) -> None:
    record = a_proven_record()
    data = spoil(record.to_json())
    assert data != record.to_json()
    verdict = check_record(checking_desk.sign(_printed_with(record, data)), trust)
    assert reasons(verdict)["in_log"] == "data_unreadable"


def test_letters_that_cannot_be_seen_and_rare_ones_survive_the_page(checking_desk: SigningDesk, trust: Trust) -> None:
    record = a_proven_record()
    odd = replace(record, case_number="社助字\u202e第\u200b1\t號・𠮷", who=replace(record.who, name="歐陽·㗂"))
    assert reasons(check_record(signed(checking_desk, odd), trust)) == {}


def test_a_look_up_without_an_answer_and_one_that_was_denied_are_valid(
    checking_desk: SigningDesk, trust: Trust
) -> None:
    record = a_proven_record()
    denied = replace(
        record.tasks[0], clear=(), masked=(), revealable=(), rows=None, at=None, state=Named("denied", "不准", "denied"),
        denied=replace(record.rule, code="right_ended", zh="查調權限已於民國115年6月30日屆滿。", en="The right ended."),
    )  # fmt: skip
    some = replace(
        record,
        tasks=(denied, *record.tasks[1:]),
        reveals=(),
        entries=record.entries[:3],
        course=record.course[:3],
        ended_at=None,
    )
    assert reasons(check_record(signed(checking_desk, some), trust)) == {}


def test_what_these_tests_build_is_what_records_are_made_of() -> None:
    record = a_proven_record()
    assert isinstance(record.entries[0], Entry)
    assert isinstance(record.reveals[0], Reveal)
    assert isinstance(record.checkpoint, Checkpoint)
    assert LookupRecord.from_json(record.to_json()) == record
