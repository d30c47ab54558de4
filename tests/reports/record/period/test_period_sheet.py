"""The sheet of a period: parts of bounded size, figures that follow from the samples, codes and names that never break it."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from reports.record.content import UnreadableRecord
from reports.record.period import sheet as period_sheet
from reports.record.period.content import FORMAT, PeriodRecord
from reports.record.period.figures import figures_of
from reports.record.period.rows import PAGE_PT, Called, pages_of, rows_of
from tests.support.period_records import a_period_record, a_sample, reopened, the_account


def sheets(record: PeriodRecord) -> list[str]:
    """The parts of a record's sheet as HTML."""
    return list(period_sheet.parts(record, record.to_json()))


def test_the_data_is_canonical_and_read_back_as_it_was_written() -> None:
    record = reopened(a_period_record(9), [2, 3])
    raw = record.to_json()
    assert PeriodRecord.from_json(raw) == record
    plain = json.loads(raw)
    assert plain["format"] == FORMAT
    assert raw == json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(UnreadableRecord):
        PeriodRecord.from_json(raw.replace(b'"draw":{', b'"draw":[],"drew":{', 1))


@pytest.mark.parametrize(("samples", "least"), [(0, 1), (1, 1), (60, 1), (61, 3), (400, 3), (2000, 11)])
def test_however_many_samples_no_part_holds_more_than_a_press_may_lay_out(samples: int, least: int) -> None:
    made = sheets(a_period_record(samples, population=samples))
    rows = [
        html.count("軌跡") - html.count("筆軌跡") - html.count("、軌跡") - html.count(">軌跡編號<") for html in made
    ]
    assert len(made) >= least
    assert max(rows) <= period_sheet.ROWS_A_PART + 25  # a part ends with a whole page
    assert sum(rows) == samples
    assert sum("電子簽章" in html for html in made) == 1
    assert sum("抽樣的依據" in html for html in made) == 1


def test_pages_are_filled_and_never_overfilled() -> None:
    record = a_period_record(130)
    rows = rows_of(record, Called.of(record))
    pages = pages_of(rows)
    assert [row for page in pages for row in page] == rows
    for page, after in pairwise(pages):
        height = sum(row.height for row in page)
        assert height <= PAGE_PT
        assert height + after[0].height > PAGE_PT - 60


def test_a_row_higher_than_a_page_stands_alone() -> None:
    record = a_period_record(2)
    called = Called.of(record)
    long = replace(record.samples[0], reveals=record.samples[0].reveals * 200)
    rows = rows_of(replace(record, samples=(long, record.samples[1])), called)
    assert rows[0].height > PAGE_PT
    assert [len(page) for page in pages_of(rows)] == [1, 1]


def test_every_figure_follows_from_samples_and_findings() -> None:
    record = a_period_record(21)
    figures = figures_of(147, record.samples, record.findings)
    assert [(one.code, one.count) for one in figures.verdicts] == [
        ("proper", 18),
        ("improper_purpose", 1),
        ("no_document", 1),
        ("wrong_subject", 0),
        ("excessive", 1),
    ]
    assert sum(one.samples for one in figures.by_agency) == 21
    assert all(one.samples == one.proper + one.others for one in (*figures.by_agency, *figures.by_case_item))
    assert [one.samples for one in figures.by_agency] == sorted(
        (one.samples for one in figures.by_agency), reverse=True
    )
    assert (figures.findings, figures.findings_closed) == (3, 1)
    assert figures.answers.asked == figures.answers.answered + 1
    assert figures.answers.longest_days == 4


def test_days_to_an_answer_are_those_of_taipei_s_calendar() -> None:
    unit = the_account(1, 1)["units"][0]
    asked = a_sample(3, unit).asked_clerk
    assert asked is not None
    late = replace(asked, asked_at="2026-11-04T15:59:00.000000Z", answered_at="2026-11-04T16:01:00.000000Z")
    figures = figures_of(1, [a_sample(3, unit, asked_clerk=late)], [])
    assert (figures.answers.median_days, figures.answers.longest_days) == (1, 1)


@pytest.mark.parametrize(
    ("ratio", "said"),
    [("0.01", "1%"), ("0.7", "70%"), ("1", "100%"), ("0.005", "0.5%"), ("0.0125", "1.25%"), ("0", "0%")],
)
def test_the_ratio_is_said_as_a_percentage_exactly(ratio: str, said: str) -> None:
    record = a_period_record(1)
    html = sheets(replace(record, plan=replace(record.plan, ratio=ratio)))[0]
    assert f"抽樣比率{said}，" in html


def test_a_hundred_percent_is_said_only_where_all_are_proper() -> None:
    record = a_period_record(6)
    assert "<b>100%</b>" in sheets(record)[0]
    assert "<b>100%</b>" not in sheets(a_period_record(7))[0]


def test_a_name_that_tries_to_be_markup_or_to_turn_the_line_is_shown_as_it_is() -> None:
    record = a_period_record(3)
    people = tuple(replace(one, name="<b>王\u202e明</b>") for one in record.people)
    html = sheets(replace(record, people=people))[0]
    assert "<b>王" not in html
    assert "〔U+202E〕" in html
