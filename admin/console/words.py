"""What the catalogue's codes are called on screen: levels, kinds, shapes, keys."""

import re
from collections.abc import Mapping
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.kinds import NAMES as KEY_NAMES

LEVELS: Final[Mapping[str, Wording]] = {
    "city": Wording("市政府", "City"),
    "first": Wording("一級機關", "First level"),
    "second": Wording("二級機關", "Second level"),
    "central": Wording("中央機關", "Central"),
}
SCOPES: Final[Mapping[str, Wording]] = {
    "city": Wording("本市", "city"),
    "national": Wording("全國", "national"),
    "none": Wording("未註明", "not stated"),
}
CONNECTORS: Final[Mapping[str, Wording]] = {
    "soap_ws": Wording("SOAP服務", "SOAP service"),
    "soap_gateway": Wording("電子化政府服務平臺", "e-government gateway"),
    "https": Wording("HTTPS服務", "HTTPS service"),
    "sftp": Wording("SFTP檔案交換", "SFTP files"),
    "batch_file": Wording("檔案上傳比對", "Uploaded file"),
}
BASES: Final[Mapping[str, Wording]] = {
    "seed": Wording("2018年報告載明", "named in the 2018 report"),
    "inferred": Wording("推定，待主政機關確認", "inferred, to be confirmed by the owner"),
    "owner": Wording("主政機關登錄", "entered by its owner"),
}
SHAPES: Final[Mapping[str, Wording]] = {
    "single": Wording("一筆", "One record"),
    "list": Wording("多筆", "Rows"),
    "grouped": Wording("一個表頭與多筆", "A header and rows"),
}
GROUPS: Final[Mapping[str, Wording]] = {
    "": Wording("表頭", "Header"),
    "rows": Wording("各筆", "Rows"),
    "members": Wording("成員", "Members"),
}
TYPES: Final[Mapping[str, Wording]] = {
    "address": Wording("地址", "Address"),
    "boolean": Wording("是否", "Yes or no"),
    "building_no": Wording("建號", "Building number"),
    "code": Wording("代碼", "Code"),
    "company_no": Wording("統一編號", "Business number"),
    "date": Wording("日期", "Date"),
    "datetime": Wording("日期時間", "Date and time"),
    "decimal": Wording("小數", "Decimal"),
    "file": Wording("檔案", "File"),
    "integer": Wording("整數", "Whole number"),
    "land_no": Wording("地號", "Land number"),
    "money": Wording("金額", "Amount"),
    "name": Wording("姓名或名稱", "Name"),
    "national_id": Wording("身分證號", "National ID"),
    "plate_no": Wording("車號", "Plate"),
    "string": Wording("文字", "Text"),
    "text": Wording("長文字", "Long text"),
    "year": Wording("年", "Year"),
    "year_month": Wording("年月", "Year and month"),
}
KEYS: Final[Mapping[str, Wording]] = {**KEY_NAMES, "file": Wording("上傳檔案", "Uploaded file")}
NARROWINGS: Final[Mapping[str, Wording]] = {
    "birth_year": Wording("出生年", "year of birth"),
    "district": Wording("行政區", "district"),
}
CASE_KINDS: Final[Mapping[str, Wording]] = {
    "application": Wording("人民申請案", "Citizen's application"),
    "statutory_duty": Wording("法定職務", "Statutory duty"),
}
URGENCIES: Final[Mapping[str, Wording]] = {
    "immediate": Wording("立即", "immediate"),
    "normal": Wording("一般", "normal"),
    "scheduled": Wording("定時", "scheduled"),
    "batch": Wording("批次", "batch"),
}
APPROVALS: Final[Mapping[str, Wording]] = {
    "ministry_letter": Wording("須財政部核備函", "needs a letter of the Ministry of Finance"),
}
PHASES: Final[Mapping[str, Wording]] = {
    "requested_from_owner": Wording("已向主政機關提出，尚未提供", "requested from the owner, not yet delivered"),
}


def word(table: Mapping[str, Wording], code: str | None) -> Wording:
    """The word for a code; the code itself where it is new here."""
    return table.get(code or "", Wording(code or "", code or ""))


_ARTICLE: Final = re.compile(r"第([0-9]+(?:-[0-9]+)?)條")


def article(text: str) -> Wording:
    """An article as each language cites it: 第44-3條 is 第44條之3, Article 44-3."""
    plain = _ARTICLE.fullmatch(text)
    if plain is None:
        return Wording(text, text)
    number, _, part = plain.group(1).partition("-")
    return Wording(f"第{number}條之{part}" if part else text, f"Article {plain.group(1)}")
