"""The steps of a case item's life as a browser takes them: forms filled in as their pages hold them."""

import io
import re
from typing import Any

from werkzeug.test import TestResponse

from tests.support.console import Browser

CODE = "youth_housing"
BUSINESS = "ntpc-urban"
CIVIL = "ntpc-civil"
TAX = "tw-fia"
WHY = "入住審查須以統一編號比對配偶持有之社會住宅承租紀錄。"
VERSION = f"/case-items/{CODE}/versions/2"
PDF = b"%PDF-1.4 a letter of a test"


def edition_in(page: str) -> str:
    """The edition that a form was made for."""
    found = re.search(r'name="edition" value="(\d+)"', page)
    assert found
    return found[1]


def form_in(page: str) -> dict[str, list[str]]:
    """What the draft's form of a page would send, were nothing touched."""
    begins = page.index('id="draft"')
    held = page[begins : page.index("</form>", begins)]
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", held):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        kind = re.search(r' type="([^"]+)"', tag)
        if name is None or (kind and kind[1] in ("radio", "checkbox") and " checked" not in tag):
            continue
        values.setdefault(name[1], []).append(value[1] if value else "")
    values.pop("csrf_token", None)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', held, flags=re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = [chosen[1] if chosen else ""]
    return values


def saves(browser: Browser, path: str, **changed: Any) -> TestResponse:
    """A part of a draft with some inputs changed, all others as the page has them; `None` unticks."""
    values: dict[str, Any] = {**form_in(browser.get(path).text), **changed}
    return browser.post(path, {name: value for name, value in values.items() if value is not None}, page=path)


def drafts_a_change(drafter: Browser) -> None:
    """A draft of version 2 that shows one masked field in full and gives the reasons that are demanded."""
    assert drafter.post(f"/case-items/{CODE}/change", page="/").headers["Location"].endswith(VERSION)
    saves(
        drafter,
        f"{VERSION}/fields/hh_household_city",
        show_member_national_id="clear",
        why_member_national_id=WHY,
        stay="1",
    )
    saves(drafter, f"{VERSION}/fields/tax_income_national", why_income_total="所得須在公告標準以下。", stay="1")


def proposes(drafter: Browser) -> TestResponse:
    """The draft as it stands."""
    page = drafter.get(f"{VERSION}/propose").text
    return drafter.post(f"{VERSION}/propose", {"edition": edition_in(page)}, page=VERSION)


def says(approver: Browser, word: str, reason: str = "", round: int | None = None) -> TestResponse:
    """A word on the own part: approve, return or reject, in the round that the page shows."""
    shown = re.search(r'name="round" value="(\d+)"', approver.get(VERSION).text)
    number = round if round is not None else shown[1] if shown else "1"
    return approver.post(f"{VERSION}/{word}", {"round": number, "reason": reason}, page=VERSION)


def enters_the_letter(approver: Browser, content: bytes = PDF, **changed: str) -> TestResponse:
    """The ministry's letter with its scan."""
    path = f"{VERSION}/letters/tw-mof/enter"
    values: dict[str, Any] = {"number": "台財際字第11500012345號", "approved_on": "1150101", **changed}
    values["scan"] = (io.BytesIO(content), "核備函.pdf")
    return approver.post(path, values, page=VERSION, content_type="multipart/form-data")


def brings_in_force(drafter: Browser, civil: Browser, tax: Browser) -> None:
    """From the draft to the day it comes into force."""
    drafts_a_change(drafter)
    proposes(drafter)
    says(civil, "approve")
    says(tax, "approve", "同意。")
    enters_the_letter(tax)
