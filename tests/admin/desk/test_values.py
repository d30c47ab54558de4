"""Clear values as people read them, in both languages; what is not what its type says stays as the register wrote it."""

import pytest
from flask import Flask, session

from admin.desk.values import masked_on_screen, on_screen
from govern.catalogue.data_item import DataItemField
from govern.rules.masking import mask

CODES = [{"code": "50", "zh": "薪資", "en": "Salary"}]
READ = [
    ("date", "1986-03-08", "民國75年3月8日", "8 Mar 1986 (ROC 75)"),
    ("date", "0750308", "民國75年3月8日", "8 Mar 1986 (ROC 75)"),
    ("date", "1986-03", "民國75年3月", "Mar 1986 (ROC 75)"),
    ("date", "民國75年", "民國75年", "1986 (ROC 75)"),
    ("date", "1911-10-10", "民國前1年10月10日", "10 Oct 1911"),
    ("date", "不詳", "不詳", "不詳"),
    ("date", "明年", "明年", "明年"),
    ("datetime", "2026-10-31T14:32:09", "民國115年10月31日 14:32", "31 Oct 2026 (ROC 115) 14:32"),
    ("year", "114", "114年", "2025 (ROC 114)"),
    ("year", "2025", "114年", "2025 (ROC 114)"),
    ("year", "去年", "去年", "去年"),
    ("year_month", "2026-10", "民國115年10月", "Oct 2026 (ROC 115)"),
    ("money", "1234567", "1,234,567元", "NT$1,234,567"),
    ("money", "-500", "-500元", "NT$-500"),
    ("money", "不詳", "不詳", "不詳"),
    ("integer", "12345", "12,345", "12,345"),
    ("decimal", "1234.50", "1,234.50", "1,234.50"),
    ("boolean", "true", "是", "Yes"),
    ("boolean", "false", "否", "No"),
    ("boolean", "maybe", "maybe", "maybe"),
    ("code", "50", "薪資", "Salary"),
    ("code", "99", "99", "99"),
    ("string", "12345", "12345", "12345"),
    ("string", "", "", ""),
]


@pytest.mark.parametrize(("kind", "text", "zh", "en"), READ)
def test_a_clear_value_is_said_as_people_read_it(console: Flask, kind: str, text: str, zh: str, en: str) -> None:
    field = DataItemField(type=kind, values=CODES if kind == "code" else [])
    for language, said in (("zh", zh), ("en", en)):
        with console.test_request_context():
            session["language"] = language
            assert on_screen(field, text) == said


MASKED = [
    ("amount_band", "1234567", "100萬至200萬元", "NT$1,000,000 to NT$2,000,000"),
    ("amount_band", "-5", "負10萬元以下", "minus NT$100,000 or less"),
    ("amount_band", "90000000", "超過1000萬元", "over NT$10,000,000"),
    ("amount_band", "0", "0元", "NT$0"),
    ("amount_band", "五萬", "（遮蔽）", "(masked)"),
    ("year_only", "1986-03-08", "民國75年", "1986 (ROC 75)"),
    ("year_only", "1911-10-10", "民國前1年", "1911"),
    ("year_month_only", "1986-03-08", "民國75年3月", "Mar 1986 (ROC 75)"),
    ("exists_only", "診斷碼", "有", "yes, there is"),
    ("hide_last_4", "A123456789", "A12345****", "A12345****"),
    ("surname_only", "有大明", "有○○", "有○○"),
    ("district_only", "新北市板橋區中山路一段161號", "新北市板橋區", "新北市板橋區"),
]


@pytest.mark.parametrize(("code", "text", "zh", "en"), MASKED)
def test_a_masked_value_stands_as_the_mask_left_it_with_the_mask_s_own_words_in_english(
    console: Flask, code: str, text: str, zh: str, en: str
) -> None:
    masked = mask(code, text, "string")
    for language, said in (("zh", zh), ("en", en)):
        with console.test_request_context():
            session["language"] = language
            assert masked_on_screen(code, masked) == said
