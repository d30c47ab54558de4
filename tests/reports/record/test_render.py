"""The press: the text is the data, nothing is fetched, what cannot be shown fails the record."""

import hashlib
import json
import os
import re
import signal
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.paper import page
from reports.record import render, sheet
from reports.record.content import LookupRecord
from reports.record.render import NotPrinted, Press
from tests.support.pdf import attachment_of, run, text_of
from tests.support.records import a_record, a_subject, a_task, named

RARE = "𠮷㗂"  # outside the first plane, and one of extension A: names hold such characters
IN_FEW_FONTS = "𣲲"  # only where the CNS 11643 fonts are installed
NO_FONT_HAS = "\U00011d60"  # a letter of the Gunjala Gondi script


def printed(html: str, css: str = "", press: Press | None = None) -> bytes:
    """A sheet of any HTML through the press that records go through."""
    asked = {
        "html": f'<!DOCTYPE html><html lang="zh-Hant-TW"><title>Sheet</title><body>{html}',
        "css": css,
        "name": "record.json",
        "description": "",
        "attachment": "e30=",
        "created": "2026-11-24T06:46:58Z",
        "identifier": "00" * 16,
    }
    return (press or render._press).print_sheet(asked)


class Words(HTMLParser):
    """The text of a page's body, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.body: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = self.inside or tag == "body"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.body.append(data)


def words_of(record: LookupRecord) -> str:
    """What the page of a record says, without white space."""
    parser = Words()
    parser.feed(sheet.html(record))
    return "".join("".join(parser.body).split())


def test_the_text_of_the_pdf_is_the_text_of_the_page(tmp_path: Path) -> None:
    record = a_record()
    text, words = text_of(render.render(record), tmp_path), words_of(record)
    assert sorted(text.replace("第1頁，共1頁", "")) == sorted(words)


def test_every_literal_of_the_data_stands_in_the_text(tmp_path: Path) -> None:
    record = a_record()
    text = text_of(render.render(record), tmp_path)
    literals = [
        record.number, record.reference, record.case_number, record.who.name, record.who.account, record.who.agency.zh,
        record.case_item.zh, record.case_item.purpose_zh, record.rule.zh, record.rule.code, record.signed_by,
        record.subjects[0].keys[0].masked, record.subjects[0].ground.document, record.checkpoint.origin,
        hashlib.sha256(record.to_json()).hexdigest(),
        *(basis.zh for basis in record.legal_bases),
        *(task.data_item.zh for task in record.tasks), *(task.owner.zh for task in record.tasks),
        *(field.zh for task in record.tasks for field in (*task.clear, *task.masked, *task.revealable)),
        *(one.reason for one in record.reveals), *(step.zh for step in record.course),
        "民國115年11月24日14:32:08送出", "14:46:50結束", "民國117年6月30日",
    ]  # fmt: skip
    assert [one for one in literals if "".join(one.split()) not in text] == []


def test_one_look_up_over_seven_data_items_stands_on_one_page(tmp_path: Path) -> None:
    assert re.search(r"Pages:\s+1\n", run("pdfinfo", pdf=render.render(a_record()), folder=tmp_path))


def test_the_same_record_gives_the_same_bytes() -> None:
    assert render.render(a_record()) == render.render(a_record())
    press = Press()
    assert printed("<p>同一份</p>", press=press) == printed("<p>同一份</p>")
    press.stop()


def test_the_data_is_attached_as_it_is_and_nothing_else(tmp_path: Path) -> None:
    record = a_record()
    pdf = render.render(record)
    assert attachment_of(pdf, tmp_path) == record.to_json()
    assert run("pdfdetach", "-list", pdf=pdf, folder=tmp_path).split() == [
        "1",
        "embedded",
        "files",
        "1:",
        "record.json",
    ]


def test_the_pdf_calls_itself_pdf_a_3a_and_is_tagged(tmp_path: Path) -> None:
    pdf = render.render(a_record())
    metadata = run("pdfinfo", "-meta", pdf=pdf, folder=tmp_path)
    assert 'part="3"' in metadata
    assert 'conformance="A"' in metadata
    told = run("pdfinfo", pdf=pdf, folder=tmp_path)
    assert re.search(r"Tagged:\s+yes", told)
    assert re.search(r"JavaScript:\s+no", told)


def test_all_fonts_are_embedded_and_map_to_unicode(tmp_path: Path) -> None:
    rows = run("pdffonts", pdf=render.render(a_record()), folder=tmp_path).splitlines()[2:]
    assert rows
    assert all(re.search(r"yes yes yes", row) for row in rows), rows


def test_metadata_holds_neither_clerk_nor_case_number(tmp_path: Path) -> None:
    told = run("pdfinfo", pdf=render.render(a_record()), folder=tmp_path)
    assert "林小芬" not in told
    assert "社助字" not in told


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<object data="http://127.0.0.1:9/"></object>',
        '<a rel="attachment" href="file:///etc/hostname">a</a>',
        '<p style="background:url(file:///etc/hostname)">a</p>',
        "<style>@import url(file:///etc/hostname);</style>",
        '<svg width="9" height="9"><image href="file:///etc/hostname" width="9" height="9"/></svg>',
    ],
)
def test_nothing_can_be_fetched_by_any_address(html: str) -> None:
    with pytest.raises(NotPrinted) as refused:
        printed(html)
    assert refused.value.code in ("not_printed:fetch_refused", "not_printed:complaint")


def test_a_style_sheet_cannot_fetch_either() -> None:
    with pytest.raises(NotPrinted):
        printed("<p>a", css="p { background: url(file:///etc/hostname) }")


def test_a_character_that_no_font_has_fails_the_record_and_is_named() -> None:
    with pytest.raises(NotPrinted) as refused:
        render.render(a_record(case_number=f"字{NO_FONT_HAS}第1號"))
    assert "U+11D60" in refused.value.wording.zh
    assert refused.value.code == "not_printed:missing_glyph:U+11D60"


def test_the_press_works_on_after_a_refusal() -> None:
    with pytest.raises(NotPrinted):
        render.render(a_record(case_number=NO_FONT_HAS))
    assert render.render(a_record()).startswith(b"%PDF-1.7")


def test_rare_characters_are_printed_as_what_they_are(tmp_path: Path) -> None:
    record = a_record()
    agency, (task, *others) = record.who.agency, record.tasks
    record = replace(
        record,
        who=replace(record.who, name=f"林{RARE}", agency=replace(agency, zh=f"{RARE}區公所")),
        tasks=(replace(task, owner=replace(task.owner, zh=f"{RARE}府民政局")), *others),
    )
    text = text_of(render.render(record), tmp_path)
    assert [name for name in (f"林{RARE}", f"{RARE}區公所", f"{RARE}府民政局") if name not in text] == []


def test_a_character_of_few_fonts_is_printed_right_or_fails_the_record_never_wrong(tmp_path: Path) -> None:
    record = a_record(case_number=f"字{IN_FEW_FONTS}第1號")
    told = subprocess.run(["fc-list", f":charset={ord(IN_FEW_FONTS):x}"], capture_output=True, check=True)
    if told.stdout:
        assert f"字{IN_FEW_FONTS}第1號" in text_of(render.render(record), tmp_path)
        return
    with pytest.raises(NotPrinted) as refused:
        render.render(record)
    assert refused.value.code == f"not_printed:missing_glyph:U+{ord(IN_FEW_FONTS):04X}"


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\ue000", "\x07", "\u2028"])
def test_characters_that_hide_or_turn_the_line_are_shown_by_their_number(hidden: str, tmp_path: Path) -> None:
    pdf = render.render(a_record(case_number=f"社助{hidden}字第1號"))
    assert f"社助〔U+{ord(hidden):04X}〕字第1號" in text_of(pdf, tmp_path)


def test_markup_in_the_data_is_text_on_the_page(tmp_path: Path) -> None:
    record = a_record(case_number='<img src="file:///etc/hostname"><b>號</b>&amp;')
    assert '<imgsrc="file:///etc/hostname"><b>號</b>&amp;' in text_of(render.render(record), tmp_path)


def test_a_file_of_many_rows_spills_to_more_pages_and_says_what_is_left_out(tmp_path: Path) -> None:
    subjects = tuple(a_subject(ordinal, f"A1234{ordinal % 10}****") for ordinal in range(1, 601))
    tasks = tuple(
        a_task("veteran", "榮民就養資料", "Veterans' care", "輔導會", first_subject=start, last_subject=start + 99)
        for start in range(1, 601, 100)
    )
    pdf = render.render(a_record(subjects=subjects, tasks=tasks))
    text = text_of(pdf, tmp_path)
    assert "其餘120筆載於所附資料檔" in text
    assert "6件" in text
    pages = re.search(r"Pages:\s+([0-9]+)", run("pdfinfo", pdf=pdf, folder=tmp_path))
    assert pages is not None
    assert 2 <= int(pages[1]) <= 6
    assert f"第1頁，共{pages[1]}頁" in text
    assert len(json.loads(attachment_of(pdf, tmp_path))["subjects"]) == 600


def test_a_very_long_course_is_cut_and_says_so(tmp_path: Path) -> None:
    step = a_record().course[0]
    pdf = render.render(a_record(course=(step,) * 130))
    assert "其餘10項載於所附資料檔" in text_of(pdf, tmp_path)


def test_no_more_fields_are_named_than_the_task_permits(tmp_path: Path) -> None:
    task = a_task(
        "x", "個人戶籍資料", "Personal", "民政局", clear=named(("a", "姓名", "Name")), masked=(), not_fetched=20
    )
    text = text_of(render.render(a_record(tasks=(task,), reveals=())), tmp_path)
    assert "1個項目21個欄位，取得1個，其中0個遮蔽" in text
    assert "出生日期" not in text


def test_a_sheet_that_takes_too_long_is_given_up_and_the_next_one_printed() -> None:
    press = Press(deadline_s=0.01)
    with pytest.raises(NotPrinted) as refused:
        printed("<p>一</p>", press=press)
    assert refused.value.code == "not_printed:too_slow"
    press.deadline_s = 60.0
    assert printed("<p>二</p>", press=press).startswith(b"%PDF")
    press.stop()


def test_a_press_that_was_killed_is_replaced() -> None:
    press = Press()
    printed("<p>一</p>", press=press)
    assert press._child is not None
    os.kill(press._child.pid, signal.SIGKILL)
    press._child.wait()
    assert printed("<p>二</p>", press=press).startswith(b"%PDF")
    press.stop()


def test_a_sheet_that_wants_too_much_memory_is_refused_and_harms_nobody() -> None:
    press = Press(memory_bytes=448 * 1024 * 1024)
    assert printed("<p>一</p>", press=press).startswith(b"%PDF")
    with pytest.raises(NotPrinted):
        printed(f'<p style="white-space: nowrap">{"一" * 3_000_000}', press=press)
    assert printed("<p>二</p>", press=press).startswith(b"%PDF")
    press.stop()


def test_the_code_on_the_page_says_the_check_address() -> None:
    drawn = page.quick_code("http://127.0.0.1:8000/check#1")
    assert drawn.startswith("<svg")
    assert drawn.count("M") > 100
