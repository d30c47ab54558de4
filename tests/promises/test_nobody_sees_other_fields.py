"""案件項目沒有列入的欄位，不出現在任何一頁；遮蔽的值，換一條路也拼不回來。

Promise 5 (SECURITY.md, A2). Every data item under every case item in force that uses it: each field that the data item has comes
with a value of its own, and what is sealed and shown is searched for those that are not listed. Answers stand nowhere but in
this document and on this page; that exports, records, events, logs and files hold none of them is promise 3's, by its scanner.
"""

import html
import json
from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask

from admin.app import create_app
from admin.desk.values import on_screen
from admin.frame.parts import Parts
from govern.catalogue.data_item import DataItemField
from govern.core import database
from govern.core.settings import Settings
from govern.keys import ring
from govern.rules import minimise
from govern.rules.facts import Appearance, PermittedField
from govern.rules.masking import MASKS, fits, mask
from tests.support.houses import invented_number, sqlite_house_in
from tests.support.listed import Use, Written, canary, uses, written
from tests.support.proofs import counted, record, said

# A number as registers write it, and with what makes it look like something else to a machine and not to people.
SPELLINGS: Final = (
    "{}",
    " {}",
    "{}\u200b",
    "\u200f{}",
    "{}\u00a0",
    "{0:.5}-{1}",
    "{0:.5} {1}",
    "{0:.5}\u2060{1}",
    "({})",
    "{}.",
)
TYPES: Final = ("national_id", "string", "text", "name", "code")


@pytest.fixture(scope="module")
def app(land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A console on a house with its catalogue."""
    house = sqlite_house_in(land, tmp_path_factory.mktemp("listed"))
    yield create_app(parts=Parts(settings=house.settings, ring=ring.bound()))
    database.release()


def test_a_field_that_is_not_listed_is_nowhere(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """每一查調項目×每一個用到它的案件項目：未列入的值不在密封文件、不在畫面；遮蔽的不露原值，能揭示的才另行密封。"""
    every, fields, clear, found = _table(app)
    with capsys.disabled():
        print(f"\n  {every} uses, {fields} fields with a value, {clear} of them clear, {len(found)} leaks")
    assert found == []
    assert len({use.item.code for use in uses()}) >= 60
    assert fields >= 2000


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_a_field_that_is_not_listed_is_nowhere_in_either_language(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """同上，中英文畫面各一輪。"""
    _, fields, _, found = _table(app)
    monkeypatch.setattr("admin.frame.language.language", lambda: "en")
    monkeypatch.setattr("admin.desk.values.language", lambda: "en")
    _, in_english, _, found_in_english = _table(app)
    rows = [
        counted(
            "fields shown or kept other than listed",
            len(found) + len(found_in_english),
            "fields",
            rounds=fields + in_english,
        )
    ]
    record("fields that a case item does not list", rows)
    print(said(rows))
    assert found + found_in_english == []


def _table(app: Flask) -> tuple[int, int, int, list[str]]:
    """How many uses, fields with a value, clear ones among them, and what leaked."""
    found, fields, clear = [], 0, 0
    every = uses()
    for use in every:
        answer = written(app, use, canary)
        found += [f"{use.name}: {fault}" for fault in leaked(app, use, answer)]
        fields += len(answer.values)
        clear += sum(1 for field in use.permit.fields if field.effective_mask == "none")
    return len(every), fields, clear, found


@pytest.mark.parametrize("fault", ["the cut", "the page", "the mask"])
def test_a_leak_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """植入錯誤必被發現：多取、多顯示、不遮蔽，各有一種會露出。"""
    use = max(uses(), key=lambda each: len(each.item.fields) - len(each.permit.fields) + len(each.permit.masked))
    assert list(leaked(app, use, written(app, use, canary))) == []
    if fault == "the cut":
        everything = lambda _permit, places, group: tuple(  # noqa: E731
            (PermittedField(code, Appearance.CLEAR, "none"), place)
            for code, place in places.items()
            if place.group == group
        )
        monkeypatch.setattr(minimise, "_wanted", everything)
    elif fault == "the mask":
        monkeypatch.setattr(minimise, "mask", lambda _rule, text, _type: text)
    answer = written(app, use, canary)
    if fault == "the page":
        unlisted = next(field for field in use.item.fields if field.code not in use.permit.shown)
        answer = Written(answer.values, answer.kept, answer.html + answer.values[unlisted.code])
    assert list(leaked(app, use, answer)) != []


def leaked(app: Flask, use: Use, answer: Written) -> Iterator[str]:
    """What an answer shows or keeps that the case item does not list so; and what it lists and the page does not show."""
    page = html.unescape(answer.html).replace(",", "")
    sealed = json.dumps(
        [dict(answer.kept.header), {k: list(map(dict, v)) for k, v in answer.kept.groups.items()}], ensure_ascii=False
    )
    openable = set(answer.kept.revealable.values())
    listed = {field.code: field for field in use.permit.fields}
    for field in use.item.fields:
        value, of = answer.values[field.code], listed.get(field.code)
        forms = {value, _said(app, field, value)}
        if of is not None and of.effective_mask == "none":
            if not any(form in page for form in forms):
                yield f"{field.code} is listed and not shown"
            continue
        if any(form in page for form in forms):
            yield f"{field.code} is on the page"
        if value in sealed or value in repr(answer.kept):
            yield f"{field.code} is kept in clear"
        if (value in openable) != (of is not None and of.appearance == Appearance.REVEALABLE):
            yield f"{field.code} can be revealed, or cannot, other than listed"


def _said(app: Flask, field: DataItemField, value: str) -> str:
    with app.test_request_context("/"):
        return on_screen(field, value).replace(",", "")


def test_no_two_masks_give_a_number_back(capsys: pytest.CaptureFixture[str]) -> None:
    """身分證號在任何遮蔽、任何型別、任何寫法下，都不露出末四碼：兩張畫面拼不出一個號碼。"""
    tried, told = 0, []
    for seed in range(40):
        number = invented_number(seed)
        for spelling in SPELLINGS:
            text = spelling.format(number, number[5:]) if "{0" in spelling else spelling.format(number)
            for code in MASKS:
                for type_ in TYPES:
                    if code == "none" or not (fits(code, type_) or type_ == "national_id"):
                        continue
                    tried += 1
                    shown = "".join(sign for sign in mask(code, text, type_) if sign.isalnum())
                    if number[-3:] in shown or number[:7] in shown:
                        told.append(f"{code} of {type_}, written {spelling!r}: {mask(code, 'A123456789', type_)}")
    with capsys.disabled():
        print(f"\n  {tried} masked numbers, {len(told)} that tell their end")
    assert sorted(set(told)) == []


def test_no_field_is_masked_from_both_ends(app: Flask) -> None:
    """同一種值在全部生效的案件項目裡，不會一處遮末四碼、另一處只留末四碼。"""
    ends: dict[str, set[str]] = {}
    for use in uses():
        types = {field.code: field.type for field in use.item.fields}
        for field in use.permit.fields:
            ends.setdefault(f"{types[field.code]} {field.code}", set()).add(field.effective_mask)
    assert {name: masks for name, masks in ends.items() if {"keep_last_4", "hide_last_4"} <= masks} == {}
