"""GovernError to page or JSON: what happened, what is safe, what to do, and a number to read out.

    NotFound, NotAllowed, a forged form   refused: an entry, in a transaction of its own, after the reading has closed
    any other GovernError                 its own sentence and status
    anything else                         500, with its kind and place in the diagnostics, never its message

A refusal that cannot be entered is not given either: the page says that the trail is away (DESIGN.md, Entries).
"""

import logging
import secrets
import traceback
from collections.abc import Mapping
from typing import Any, Final

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from admin.frame.actor import know_the_visitor_or_nobody, visitor
from admin.frame.permission import Rule, rule_of
from admin.frame.security import wants_json
from govern.core.database import is_broken, transaction
from govern.core.errors import EvidenceUnavailable, GovernError, NotAllowed, NotFound, TryLater
from govern.core.ids import REFERENCE_ALPHABET
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds.people import RefusedRequest

_diagnostics = logging.getLogger("govern.admin")

FORGED: Final = Wording(
    "這份表單已失效，沒有做任何變更。請回到上一頁重新整理後再送出。",
    "This form is no longer valid and nothing was changed. Go back, reload the page and send it again.",
)
TOO_LARGE: Final = Wording("檔案超過20 MB，沒有收下。", "The file is larger than 20 MB and was not taken.")
NO_SUCH_PAGE: Final = Wording("沒有這一頁。", "There is no such page.")
SIGN_ON_FIRST: Final = Wording("請先登入。", "Please log in first.")
BROKEN: Final = Wording(
    "這一頁沒有顯示。已送出的查調不受影響，也不會重複。",
    "This page was not shown. Look-ups already submitted are not affected nor repeated.",
)
AWAY: Final = Wording(
    "資料庫暫時無法使用，沒有做任何變更。請稍後再試。",
    "The database is away for a moment and nothing was changed. Please try again shortly.",
)
HEADINGS: Final[Mapping[int, Wording]] = {
    400: Wording("這份表單不能送出", "This form cannot be sent"),
    401: Wording("請先登入", "Please log in"),
    403: Wording("這一頁不在您的職務範圍", "This page is not part of your duties"),
    404: Wording("找不到這一頁", "This page was not found"),
    405: Wording("找不到這一頁", "This page was not found"),
    409: Wording("內容已經有人更新", "Somebody else changed this"),
    413: Wording("檔案太大", "The file is too large"),
    422: Wording("填寫的內容不能使用", "What was entered cannot be used"),
    500: Wording("平臺出了問題", "Something went wrong"),
    503: Wording("平臺的一部分暫時無法使用", "A part of the platform is away for a moment"),
}
STEPS: Final[Mapping[int, tuple[Wording, ...]]] = {
    400: (Wording("回到上一頁，重新整理後再送出。", "Go back, reload the page and send it again."),),
    403: (
        Wording("從上方的選單選擇您的工作。", "Choose your work from the bar above."),
        Wording(
            "職務剛有異動時，請洽所屬機關的帳號管理人。", "After a change of duties, ask your agency's administrator."
        ),
    ),
    404: (
        Wording("從上方的選單重新查找。", "Look for it again from the bar above."),
        Wording(
            "確定應該看得到時，請洽所屬機關的帳號管理人。", "If you should see it, ask your agency's administrator."
        ),
    ),
    500: (
        Wording(
            "剛送出表單時，請先到清單確認是否已經完成，不要急著重送。",
            "If you had just sent a form, look in its list whether it was done before you send it again.",
        ),
        Wording("其他情形，重新整理這一頁。", "Otherwise, reload this page."),
    ),
    503: (
        Wording("一分鐘後重新整理。", "Reload in a minute."),
        Wording(
            "當事人正在等候時，可先請當事人稍候或改收紙本，事後補查。",
            "If the citizen is waiting, ask for patience or take the paper, and look up later.",
        ),
    ),
}
CALL_US: Final = Wording(
    "仍然不行，請把下面的參考編號告訴資訊中心服務臺。不必說出當事人的資料。",
    "Still no luck? Tell the Information Center the reference number below. No need to name the subject.",
)


class Console(Flask):
    """A Flask that never writes an exception's message: it could carry a value of a person."""

    def log_exception(self, exc_info: Any) -> None:
        """What no handler took, not even ours: its kind and place."""
        _diagnose("request lost", exc_info[1])


def install(app: Flask, table: Mapping[str, Rule]) -> None:
    """Every error of a request ends here."""

    def refuse(error: GovernError) -> Response:
        return _refused(error, table)

    app.register_error_handler(NotFound, refuse)
    app.register_error_handler(NotAllowed, refuse)
    app.register_error_handler(GovernError, _answer)
    app.register_error_handler(CSRFError, lambda error: _refused(NotAllowed(FORGED, code="forged_form"), table, 400))
    app.register_error_handler(HTTPException, _web)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unforeseen)


def enter_refusal(actor: Actor, *, rule: str, route: str, method: str, status: int) -> None:
    """An entry says that a signed-in person was refused; the address with its ids and words is not in it.

    In a transaction of its own: the request's reading must be closed. Raises `EvidenceUnavailable` or `SQLAlchemyError` when
    it cannot be written.
    """
    with transaction() as session:
        append(session, RefusedRequest(rule=rule, route=route, method=method, status=status), by=actor)


def _refused(error: GovernError, table: Mapping[str, Rule], status: int | None = None) -> Response:
    found = visitor()
    if found is not None and request.endpoint is not None:
        rule = rule_of(table, request.method, request.endpoint)
        try:
            enter_refusal(
                found.actor,
                rule=error.code if error.code != "not_allowed" or rule is None else rule.code,
                route=request.endpoint,
                method=request.method,
                status=status or error.status,
            )
        except (SQLAlchemyError, EvidenceUnavailable) as broken:
            _diagnose("refusal not entered", broken)
            return _answer(EvidenceUnavailable())
    return _answer(error, status)


def _answer(error: GovernError, status: int | None = None) -> Response:
    return page_of(error.wording, status or error.status, code=error.code)


def _web(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    sentence = {401: SIGN_ON_FIRST, 404: NO_SUCH_PAGE, 405: NO_SUCH_PAGE, 413: TOO_LARGE}.get(status, BROKEN)
    response = page_of(sentence, status, code=error.name.lower().replace(" ", "_"))
    if status == 405 and "Allow" in error.get_response().headers:
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _database(error: SQLAlchemyError) -> Response:
    if is_broken(error):
        _diagnose("database away", error)
        return _answer(TryLater(AWAY))
    return _unforeseen(error)


def _unforeseen(error: Exception) -> Response:
    return page_of(BROKEN, 500, code="broken", reference=_diagnose("request failed", error))


def page_of(sentence: Wording, status: int, *, code: str, reference: str = "") -> Response:
    """The error's page, or its JSON where a program asks."""
    if not reference:  # whoever reads it out on the telephone is found in the diagnostics
        reference = new_reference()
        _diagnostics.warning("%s answered %d: %s", reference, status, code)
    know_the_visitor_or_nobody()
    if wants_json():
        body = {"error": code, "zh": sentence.zh, "en": sentence.en, "reference": reference}
        return make_response(jsonify(body), status)
    steps = (*STEPS.get(status, ()), CALL_US)
    heading = HEADINGS.get(status, HEADINGS[500])
    page = render_template(
        "errors/error.html", heading=heading, sentence=sentence, steps=steps, reference=reference, status=status
    )
    return make_response(page, status)


def new_reference() -> str:
    """A number for the telephone, such as `E-6WK3-PX81`; the diagnostics carry the same."""
    letters = [secrets.choice(REFERENCE_ALPHABET) for _ in range(8)]
    return f"E-{''.join(letters[:4])}-{''.join(letters[4:])}"


def _diagnose(what: str, error: BaseException) -> str:
    """Kind and place of an error into the diagnostics; its message could carry a value, so it stays out."""
    reference = new_reference()
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-8:]]
    _diagnostics.error("%s %s: %s at %s", reference, what, type(error).__name__, " < ".join(reversed(places)))
    return reference
