"""識別碼不論怎麼寫，不是成為同一種寫法就是退回；來源只收到標準寫法，兩種寫法是同一個當事人；罕用字照樣留存；紀錄偽造不了。

Promises 1 and 5 (SECURITY.md, B2, B6, B7). Keys in every spelling that a keyboard, a file or an attacker makes, held against the
rulebook; a few of them through a whole look-up, up to what a real source saw. What is written about requests and sources is held
line by line.
"""

import html
import json
import logging
import sys
import unicodedata
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.app import create_app
from admin.frame.errors import enter_refusal
from admin.frame.parts import Parts
from connectors import errors
from connectors.simulated import journal, registers
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import InvalidInput
from govern.keys import ring
from govern.keys.subject import SealedValue
from govern.lookups.lookup import Lookup, SubjectKey
from govern.lookups.request import canonical_key
from govern.rules.identifiers.kinds import IdentifierError
from govern.trail.entry import Entry
from tests.support.houses import TestHouse, a_request
from tests.support.journals import requests_seen
from tests.support.listed import uses, written
from tests.support.payloads import PAYLOADS

SAMPLES: Final = {
    "national_id": "A123456789",
    "company_no": "04595257",
    "land_no": "AD060900180001",
    "building_no": "AD060901234001",
    "plate_no": "ABC1234",
}
OLD_RESIDENT, NEW_RESIDENT = "HD12345678", "A800000014"
DIGITS: Final = [chr(point) for point in range(128, sys.maxunicode + 1) if unicodedata.category(chr(point)) == "Nd"]
LETTERS: Final = [chr(point) for point in range(0x1D400, 0x1D7CC) if unicodedata.category(chr(point)).startswith("L")]
MARKS: Final = [chr(point) for point in (*range(0x300, 0x340), 0x20DD, 0x3099, 0xFE0F, 0xE0100)]
UNSEEN: Final = [
    *"\n\r\t\v\f\x00\x1b\x7f\x85",
    *map(chr, (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2065))),
]
UNSEEN_TOO: Final = [*map(chr, (0xAD, 0x61C, 0x180E, *range(0x2066, 0x2070), 0xFEFF, 0xFFF9, 0xE0001, 0xE0020))]
# CNS 11643 beyond the first plane, extension A, compatibility signs that NFKC would change, and both private areas.
RARE: Final = (
    "𠮷",
    "㗂",
    "𣲲",
    "𪜶",
    "\U00030001",
    "\U0002f804",
    "\uf9dc",
    "\ue000",
    "\uf8ff",
    "\U000f0000",
    "\U0010fffd",
    "葛\U000e0100",
)


def test_a_key_in_any_spelling_is_the_same_key_or_none(capsys: pytest.CaptureFixture[str]) -> None:
    """650種非ASCII數字、數學字母、組合符號、看不見的字元，在每一種鍵值的每一個位置：成為同一種寫法，或退回。"""
    tried, wrong = 0, []
    for kind, value in SAMPLES.items():
        for place, sign in enumerate(value):
            signs = (
                [*DIGITS]
                if sign.isdigit()
                else [each for each in LETTERS if unicodedata.normalize("NFKC", each).isascii()]
            )
            spelled = [value[:place] + other + value[place + 1 :] for other in signs]
            spelled += [value[:place] + other + value[place:] for other in (*MARKS, *UNSEEN, *UNSEEN_TOO)]
            for text in spelled:
                tried += 1
                plain = "".join(unicodedata.normalize("NFKC", text).split(" ")).upper()
                found, should = _canonical(kind, text), _canonical(kind, plain) if plain.isascii() else None
                if found != should or (found is not None and not found.isascii()):
                    wrong.append(f"{kind}: {text!r} is {found}, not {should}")
    with capsys.disabled():
        print(f"\n  {tried} spellings, {len(wrong)} neither canonical nor refused")
    assert tried >= 6000
    assert wrong == []


def test_the_table_of_spellings_finds_what_reads_foreign_digits() -> None:
    """植入錯誤必被發現：`int()`與`isdigit()`照收的數字，標準寫法一律不收。"""
    taken = [digit for digit in DIGITS if digit.isdigit() and int(digit) in range(10)]
    assert len(taken) >= 650
    strange = [digit for digit in taken if not unicodedata.normalize("NFKC", digit).isascii()]
    assert strange
    assert {_canonical("national_id", f"A12345678{digit}") for digit in strange} == {None}


def test_old_and_new_resident_numbers_are_read_and_kept_apart() -> None:
    """新舊式統一證號各自為一個號碼，大小寫與全形相同；互不相混。"""
    for number in (OLD_RESIDENT, NEW_RESIDENT):
        wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
        assert {_canonical("national_id", text) for text in (number, number.lower(), wide, f" {number} ")} == {number}
    assert _canonical("national_id", SAMPLES["national_id"] * 100_000) is None


def test_a_source_hears_the_canonical_form_alone_and_two_spellings_are_one_person(sqlite_house: TestHouse) -> None:
    """真的查調：每種寫法不是退回而不留一列，就是來源收到同一種寫法、軌跡認得是同一個人。"""
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao", "disability_certificate")
    kind, number = registers.example_keys("hh_person_city")[0]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    taken = (number, number.lower(), wide, f"\u3000{number[:5]} {number[5:]}", "".join(map(_mathematical, number)))
    refused = (
        f"{number}\u200b",
        f"{number}\n{number}",
        f"\u202e{number}",
        f"{number[:-1]}\u0665",
        f"{number}\x00",
        number * 9999,
    )
    for text in taken:
        sqlite_house.submit(clerk, a_request(keys=((kind, text),), items=("hh_person_city",)))
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(Lookup))
    for text in refused:
        with pytest.raises(InvalidInput):
            sqlite_house.submit(clerk, a_request(keys=((kind, text),), items=("hh_person_city",)))
    already = len(requests_seen(sqlite_house.simulated()))
    sqlite_house.run_due()
    heard = requests_seen(sqlite_house.simulated())[already:]
    assert len(heard) == len(taken)
    assert len({line["key_digest"] for line in heard}) == 1
    assert heard[0]["key_digest"] == journal.digest(sqlite_house.simulated(), kind, number)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Lookup)) == before == len(taken)
        indexes = select(SealedValue.keyed_index).join(SubjectKey, SubjectKey.sealed_value == SealedValue.id)
        assert len(set(session.scalars(indexes.where(SubjectKey.part == "key")))) == 1


def test_rare_characters_come_through_from_the_source_to_the_page(app: Flask) -> None:
    """罕用字、相容字、造字區的字，從來源到畫面一字不改。"""
    shown = 0
    for use in uses():
        names = [field for field in use.item.fields if field.type in ("name", "address", "string", "text")]
        clear = {field.code for field in use.permit.fields if field.effective_mask == "none"} & {
            field.code for field in names
        }
        if not clear:
            continue
        answer = written(app, use, lambda _field, number: f"林{RARE[number % len(RARE)]}{number}")
        page = html.unescape(answer.html)
        for code in clear:
            assert answer.values[code] in page, (use.name, code)
            shown += 1
    assert shown >= 200


def test_nothing_that_is_typed_makes_a_line_of_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """帳號、位址、瀏覽器名稱、網址、表單裡的換行、控制碼與引號：日誌沒有多一行，也沒有一個字。"""
    caplog.set_level(logging.INFO)
    client = app.test_client()
    forged = [f"{payload}\r\nERROR govern x7z: forged\x1b[31m" for payload in PAYLOADS[::4]]
    for text in forged:
        safe = text.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "")
        client.get("/" + text.replace("?", ""), headers={"User-Agent": safe, "X-Forwarded-For": safe, "Referer": safe})
        client.post("/login", data={"account": text, "password": text, "csrf_token": text})
        client.get("/register", query_string={"q": text, "lang": text})
    lines = [logging.Formatter("%(levelname)s %(name)s %(message)s").format(each) for each in caplog.records]
    ours = [
        line
        for each, line in zip(caplog.records, lines, strict=True)
        if each.name.startswith(("govern", "admin", "audit"))
    ]
    assert [line for line in ours if "\n" in line or "\r" in line or "x7z" in line or "\x1b" in line] == []


def test_no_text_of_a_source_becomes_the_reason_of_an_error() -> None:
    """來源的話不會成為錯誤原因：每一類錯誤只認得自己的短碼。"""
    sorts = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.SourceError)]
    assert len(sorts) >= 7
    for sort in sorts:
        for payload in PAYLOADS:
            assert str(sort(payload)) == f"{sort.code}: unspecified"


def test_an_entry_is_one_record_whatever_its_fields_hold(sqlite_house: TestHouse) -> None:
    """任何欄位填入換行、控制碼、引號：一個事件仍是一筆軌跡，原樣讀回，整份可驗證。"""
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao")
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(Entry)) or 0
    for payload in PAYLOADS:
        text = f'{payload}","status":200}}\r\n{{"kind":"x7z\x1b[2J\u2028'
        enter_refusal(clerk.actor, rule="x7z", route=text, method="GET", status=403)
    with reading() as session:
        details = list(session.scalars(select(Entry.details).where(Entry.kind == "refused_request").order_by(Entry.id)))
        assert session.scalar(select(func.count()).select_from(Entry)) == before + len(PAYLOADS)
    said = [json.loads(each) for each in details]
    assert [each["status"] for each in said] == [403] * len(PAYLOADS)
    assert [each["route"].startswith(payload) for each, payload in zip(said, PAYLOADS, strict=True)] == [True] * len(
        PAYLOADS
    )
    assert not [each for each in details if b"\n" in each or b"\r" in each or b"\x1b" in each]
    assert sqlite_house.verified().ok


@pytest.fixture
def app(sqlite_house: TestHouse) -> Flask:
    """A console on a house."""
    return create_app(parts=Parts(settings=sqlite_house.settings, ring=ring.bound()))


def _canonical(kind: str, text: str) -> str | None:
    try:
        return canonical_key(kind, text, clock.today()).value
    except IdentifierError:
        return None


def _mathematical(sign: str) -> str:
    """The sign in bold, as formulas have it."""
    return chr(0x1D7CE + int(sign)) if sign.isdigit() else chr(0x1D400 + ord(sign) - ord("A"))
