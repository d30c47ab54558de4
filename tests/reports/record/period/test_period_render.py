"""The signed-to-be PDF of a period: text equals data whether in one flow or bound of parts; tagged, numbered, the same again."""

import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from audit.check.content.period_page import must_be_printed
from reports.record import bind
from reports.record.period.content import PeriodRecord
from reports.record.period.render import render_period
from reports.record.render import NotPrinted
from tests.support.pdf import attachment_of, run, text_of
from tests.support.period_records import a_period_record, reopened

FEW, MANY = 3, 64


@pytest.fixture(scope="module")
def many() -> tuple[PeriodRecord, bytes, list[tuple[int, int]]]:
    """A record of more samples than one flow takes, printed in parts, and the progress that was told."""
    told: list[tuple[int, int]] = []
    record = a_period_record(MANY)
    return record, render_period(record, lambda done, total: told.append((done, total))), told


def said(pdf: bytes) -> str:
    """The text of all pages, as the checker reads it."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf), strict=True).pages)


def holds(record: PeriodRecord, pdf: bytes) -> bool:
    """Whether the pages say what the data says, by the checker's own reading."""
    raw = record.to_json()
    return must_be_printed(json.loads(raw), raw, said(pdf)) > 0


def test_parts_are_bound_to_one_file_whose_text_is_its_data(
    many: tuple[PeriodRecord, bytes, list[tuple[int, int]]], tmp_path: Path
) -> None:
    record, pdf, told = many
    assert holds(record, pdf)
    assert attachment_of(pdf, tmp_path) == record.to_json()
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)


def test_page_numbers_run_through_all_parts(
    many: tuple[PeriodRecord, bytes, list[tuple[int, int]]], tmp_path: Path
) -> None:
    _, pdf, _ = many
    pages = re.search(r"Pages:\s+([0-9]+)", run("pdfinfo", pdf=pdf, folder=tmp_path))
    assert pages is not None
    last = int(pages[1])
    found = re.findall(r"第([0-9]+)頁，共([0-9]+)頁", text_of(pdf, tmp_path))
    assert found == [(str(at), str(last)) for at in range(1, last + 1)]


def test_the_bound_file_is_tagged_throughout_and_opens_without_complaint(
    many: tuple[PeriodRecord, bytes, list[tuple[int, int]]], tmp_path: Path
) -> None:
    _, pdf, _ = many
    reader = PdfReader(BytesIO(pdf), strict=True)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/AF" in root
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert re.search(rb"pdfaid:part\W{1,2}3\b", root["/Metadata"].get_data())
    tree = root["/StructTreeRoot"]
    (document,) = tree["/K"]
    keys = tree["/ParentTree"]["/Nums"][::2]
    assert [int(key) for key in keys] == list(range(len(reader.pages)))
    assert [int(page["/StructParents"]) for page in reader.pages] == list(range(len(reader.pages)))
    for element in document.get_object()["/K"]:
        assert element.get_object()["/P"].get_object()["/S"] == "/Document"
    of_pages = {page.indirect_reference.idnum for page in reader.pages if page.indirect_reference}
    for parents in tree["/ParentTree"]["/Nums"][1::2]:
        for element in parents.get_object()[:3]:
            assert element.get_object().raw_get("/Pg").idnum in of_pages
    assert "Syntax" not in run("pdftotext", "-q", pdf=pdf, folder=tmp_path)
    assert all(font[-3:] != "no " for font in run("pdffonts", pdf=pdf, folder=tmp_path).splitlines()[2:])


def test_the_same_record_gives_the_same_bytes_whichever_press_printed_which_part(
    many: tuple[PeriodRecord, bytes, list[tuple[int, int]]],
) -> None:
    record, pdf, _ = many
    assert render_period(record) == pdf


@pytest.mark.parametrize("samples", [0, 1])
def test_nothing_drawn_and_one_sample_are_whole_records_too(samples: int, tmp_path: Path) -> None:
    record = a_period_record(samples)
    pdf = render_period(record)
    assert holds(record, pdf)
    assert re.search(r"第1頁，共[0-9]+頁", text_of(pdf, tmp_path))


def test_a_re_opened_round_shows_both_rounds_and_says_which_is_void(tmp_path: Path) -> None:
    record = reopened(a_period_record(4), [2, 3])
    pdf = render_period(record)
    assert holds(record, pdf)
    text = text_of(pdf, tmp_path)
    assert text.count("（因重開失效）") == 2
    assert "重開本期，樣本2、3重新判定" in text
    assert "第2次判定" in text


def test_long_names_and_rare_characters_are_printed_whole(tmp_path: Path) -> None:
    record = a_period_record(FEW)
    agencies = tuple(
        replace(one, zh=one.zh + "附設𠮷㗂原住民族長期照顧暨身心障礙福利服務中心籌備處")
        for one in record.names.agencies
    )
    people = tuple(
        replace(one, name="巴奈．𠀋𡃁．伊斯瑪哈單．達駭．布農", account="a.very.long.account.name")
        for one in record.people
    )
    record = replace(record, people=people, names=replace(record.names, agencies=agencies))
    assert holds(record, render_period(record))


def test_a_character_that_no_font_has_fails_the_record() -> None:
    record = a_period_record(FEW)
    with pytest.raises(NotPrinted) as refused:
        render_period(replace(record, people=tuple(replace(one, name="王\U00011d60") for one in record.people)))
    assert refused.value.code == "not_printed:missing_glyph:U+11D60"


def test_what_is_no_part_is_not_bound(many: tuple[PeriodRecord, bytes, list[tuple[int, int]]]) -> None:
    _, pdf, _ = many
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    with pytest.raises(bind.BadPart):
        bind.bind([bind.Part(out.getvalue())], pdf, "00" * 16)
