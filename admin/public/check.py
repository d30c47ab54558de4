"""Check a record in the browser, or by a program: whoever holds the PDF, without log-in; nothing is stored.

`GET /check` is the page, `POST /check` takes the file: from its form (`record`), or as the whole body (`application/pdf`).
Whoever asks for JSON gets the checker's. The check runs in a child with limits (`audit.check.apart`), and few at once. The
page believes the installation's `trust.json`, and adds what no stranger can know: whether this very file is on our shelf.

A forged form cannot do anything here: nothing is changed, no log-in is read, and the answer goes to whoever sent the file. So
the route's rule asks for no token, and a program needs none (docs/check.md).
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request

from admin.frame.parts import parts
from admin.frame.security import wants_json
from audit.check.apart import NotFinished, check_apart
from audit.check.claim import CLAIMS
from audit.check.trust import NoTrust, read_trust
from audit.check.words import WORDS
from govern.core.database import reading
from govern.core.errors import InvalidInput, TryLater
from govern.core.wording import Wording
from reports.record import shelf

AT_ONCE: Final = 2  # checks of this process; each may take a gigabyte for some seconds
FIELD: Final = "record"

pages = Blueprint("check", __name__)
_slots = threading.BoundedSemaphore(AT_ONCE)

NO_FILE: Final = Wording("請選擇一個PDF檔。", "Choose a PDF file.")
BUSY: Final = Wording(
    "查驗的人正多，這份檔案還沒有查驗。請過幾秒再試一次。",
    "Many files are being checked; yours was not looked at yet. Try again in a few seconds.",
)
NOT_SET_UP: Final = Wording(
    "本平臺的信任清單目前讀不到，無法查驗。請改用離線查驗程式。",
    "This installation's trust list cannot be read, so nothing can be checked here. Use the checker for your own computer.",
)
# How each claim is checked, for whoever asks.
HOW: Final[Mapping[str, Wording]] = {
    "signed": Wording(
        "取出檔案裡唯一的簽章，驗算它與簽署的內容相符；憑證要由信任清單的機構所發，並認證為「禁止任何變更」。清單不取自檔案本身。",
        "The file's only signature is taken out and held against what it signs; its certificate must come from an authority in"
        " the trust list and certify against every change. The list is never taken from the file.",
    ),
    "stamped": Wording(
        "時戳（RFC 3161）要由信任清單的時戳機構所簽，而且簽的正是這個簽章。憑證是否有效，以時戳的時間為準。",
        "The time stamp (RFC 3161) must be signed by an authority in the trust list, over this very signature. Whether the"
        " certificate was valid is judged at that time.",
    ),
    "whole": Wording(
        "簽章涵蓋的範圍須從第一個位元組到最後一個，中間只空出簽章自己；檔案裡沒有程式、動作，附件只有紀錄的資料。",
        "What is signed must reach from the first byte to the last, leaving out the signature itself alone; nothing in the file"
        " may act, and only the record's data may be attached.",
    ),
    "signed_off": Wording(
        "以所附資料重算期別內容的雜湊值，須與兩個層級核章時所簽的相同；兩人不是同一人，也不是樣本的承辦人，之後沒有重開。",
        "The hash over the period's content is made again from the data and must be what both levels signed off: two persons,"
        " neither of them a clerk of the sample, and no re-opening since.",
    ),
    "in_log": Wording(
        "每一筆軌跡各帶一條證明，從它算到日誌檢核點的樹根（RFC 9162）；檢核點由日誌的金鑰簽署。"
        "紀錄所說的人、事、時間須與軌跡相同。",
        "Each entry carries a proof that leads to the root of the log's checkpoint (RFC 9162), which the log's key signed. Who,"
        " what and when in the record must be what the entries say.",
    ),
    "drawn": Wording(
        "以凍結的檢核點和事前沒有人能知道的數，重算種子、筆數和抽中的樣本；凍結在前，公布在後，次序由日誌證明。",
        "Seed, size and sample are made again from the frozen checkpoint and numbers that nobody could know before; that the"
        " freeze came first is proven by the log.",
    ),
    "text_is_data": Wording(
        "把頁面上的文字取出，與附在檔案裡的資料逐一比對；統計數字由逐筆的結果重新加總。",
        "The text of the pages is taken out and held against the attached data, piece by piece; figures are counted again.",
    ),
}
NOT_LOOKED_AT: Final[Mapping[str, Wording]] = {
    "in_log": Wording("可驗證日誌：未查驗", "The log: not looked at"),
    "text_is_data": Wording("文字與資料：未查驗", "Text and data: not looked at"),
}
# What the house itself knows of a record, beyond what can be checked without it.
ISSUED: Final[Mapping[str, Wording]] = {
    "this_file": Wording(
        "本平臺簽發的正是這個檔案，一個位元組都不差。", "This installation issued this very file, to the last byte."
    ),
    "another_file": Wording(
        "本平臺簽發過這個編號的紀錄，但不是這個檔案。",
        "This installation issued a record of this number, but it is not this file.",
    ),
    "not_issued": Wording("本平臺沒有簽發過這個檔案。", "This installation did not issue this file."),
}


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that somebody handed in: its name on their computer, for the page alone, and its bytes."""

    name: str
    pdf: bytes


@pages.get("/check")
def form() -> str:
    """The page that takes a file."""
    return _page()


@pages.post("/check")
def check() -> Response:
    """The verdict on the file, as a page or as JSON; 422 without a file, 503 while too many are checked."""
    handed = _handed()
    if handed is None:
        if wants_json():
            raise InvalidInput(NO_FILE, fields={FIELD: NO_FILE})
        return make_response(_page(mistake=NO_FILE), 422)
    verdict = _verdict(handed.pdf)
    issued = _issued(verdict, handed.pdf)
    if wants_json():
        return make_response(jsonify({**verdict, "issued_here": issued}))
    return make_response(_page(handed=handed, verdict=verdict, issued=issued))


def _verdict(pdf: bytes) -> Mapping[str, Any]:
    trust = parts().settings.folder / "trust.json"
    try:
        read_trust(trust)
    except NoTrust:
        raise TryLater(NOT_SET_UP, code="no_trust") from None
    if not _slots.acquire(blocking=False):
        raise TryLater(BUSY)
    try:
        return check_apart(pdf, trust)
    except NotFinished:
        raise TryLater(BUSY) from None
    finally:
        _slots.release()


def _issued(verdict: Mapping[str, Any], pdf: bytes) -> str:
    """What our shelf says: `this_file`, `another_file` of that number, or `not_issued`.

    A number is looked for only when the signature held, so that nobody can try numbers.
    """
    with reading() as session:
        if shelf.by_pdf_sha256(session, hashlib.sha256(pdf).digest()) is not None:
            return "this_file"
        number = verdict["record"]
        is_known = number is not None and shelf.by_number(session, str(number)) is not None
        return "another_file" if is_known else "not_issued"


def _handed() -> Handed | None:
    """The file of the form, or the body itself; nothing when there is none."""
    if request.mimetype == "multipart/form-data":
        for file in request.files.values():
            pdf = file.read()
            if pdf or file.filename:
                return Handed(Path(file.filename or "").name, pdf)
        return None
    body = request.get_data(cache=False) if request.mimetype != "application/x-www-form-urlencoded" else b""
    return Handed("", body) if body else None


def _page(
    *,
    handed: Handed | None = None,
    verdict: Mapping[str, Any] | None = None,
    issued: str = "",
    mistake: Wording | None = None,
) -> str:
    return render_template(
        "public/check.html",
        handed=handed,
        verdict=verdict,
        rows=_rows(verdict) if verdict else (),
        sha256=hashlib.sha256(handed.pdf).hexdigest() if handed else "",
        issued=issued,
        says_issued=ISSUED.get(issued),
        mistake=mistake,
        how=HOW,
        claims=[(claim, Wording(WORDS[claim][0], WORDS[claim][1])) for claim in CLAIMS],
        console_url=parts().settings.console_url,
        has_register=parts().settings.public_register and "public.register" in current_app.view_functions,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A claim as the page shows it: how it came out, what it is called then, what was seen, how it is checked."""

    tone: str  # ok, bad, or nothing when it was not looked at
    name: Wording
    says: Wording
    how: Wording
    detail: str = ""


def _rows(verdict: Mapping[str, Any]) -> list[Row]:
    """Every claim that the record makes, in the checker's order."""
    reasons = {each["claim"]: each for each in verdict["reasons"]}
    checked = {each["claim"]: each for each in verdict["checked"]}
    rows = []
    for claim, holds in verdict["claims"].items():
        zh, en, not_zh, not_en = WORDS[claim]
        if holds:
            seen = checked[claim]
            rows.append(Row("ok", Wording(zh, en), Wording(seen["zh"], seen["en"]), HOW[claim]))
        elif claim in reasons:
            why = reasons[claim]
            is_unseen = why["code"] == "not_looked_at"
            name = NOT_LOOKED_AT[claim] if is_unseen else Wording(not_zh, not_en)
            says = Wording(why["zh"], why["en"])
            rows.append(Row("" if is_unseen else "bad", name, says, HOW[claim], why["detail"]))
    return rows
