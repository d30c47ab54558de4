"""Local log-in: coming in, going out, the password, the agency acted for.

A refused log-in says one sentence whatever the reason, and so does the page. The page's own cookie is emptied at every
change of session, so that a token of before is worth nothing after (ASVS 7.2.4).
"""

from typing import Final, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for

from admin.frame.actor import address_in, give_cookie, take_cookie_back, the_actor, the_visitor, visitor
from admin.frame.forms.kept import way_back
from admin.frame.language import forget_page_cookie, keep_the_choice, language, place_to_return, w
from admin.frame.parts import parts
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.people import sign_on
from govern.people.sign_on import Refused, SignedOn

pages = Blueprint("login", __name__)

MISSING: Final = Wording("請填帳號與密碼。", "Please enter account and password.")
NOT_THE_SAME: Final = Wording("兩次輸入的新密碼不一致。", "The two new passwords differ.")
CHANGED: Final = Wording(
    "密碼已變更，其他裝置上的登入都已結束。", "The password was changed; log-ins elsewhere have ended."
)
NOW_FOR: Final = Wording("現在代表{agency}辦理。", "You now act for {agency}.")


@pages.get("/login")
def form() -> str | Response:
    """The log-in page; whoever is signed in already goes on to the home page."""
    if visitor() is not None:
        return _go("/")
    if request.args.get("back"):  # a form's own page, which went to the log-in by itself
        session["back"] = place_to_return(request.args["back"])
    return render_template("login/form.html", account="", refused=None)


@pages.post("/login")
def enter() -> str | Response | tuple[str, int]:
    """A right account and password begin a session and lead to where the visitor wanted to go."""
    console = parts()
    account, password = request.form.get("account", ""), request.form.get("password", "")
    if not account.strip() or not password:
        return render_template(
            "login/form.html", account=account, refused=MISSING, wrong=_missing(account, password)
        ), 422
    outcome = sign_on.sign_on(
        console.settings,
        console.ring,
        account,
        password,
        None,
        address_in(request),
        on_sign_on=console.on_sign_on,
    )
    if isinstance(outcome, Refused):
        return render_template("login/form.html", account=account, refused=outcome.wording), 401
    return _begun(outcome, place_to_return(session.get("back", "")))


@pages.post("/logout")
def leave() -> Response:
    """The session has ended, its answers' destruction is due, and the browser forgets what it kept."""
    sign_on.log_out(the_actor(), on_session_end=parts().on_session_end)
    forget_page_cookie(language())
    response = _go(url_for("login.form", left=1))
    take_cookie_back(response, parts().settings)
    return response


@pages.get("/password")
def password_form() -> str:
    """The page on which a password is changed; demanded before anything else after a first log-in."""
    return render_template("login/password.html", wrong={})


@pages.post("/password")
def change_password() -> str | Response | tuple[str, int]:
    """The password is changed, and the person's other sessions have ended."""
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise InvalidInput(NOT_THE_SAME, fields={"again": NOT_THE_SAME})
        console = parts()
        sign_on.change_password(
            console.settings, the_actor(), request.form.get("current", ""), new, on_session_end=console.on_session_end
        )
    except InvalidInput as wrong:
        return render_template("login/password.html", wrong=wrong.fields), wrong.status
    flash(w(CHANGED), "ok")
    return _go("/")


@pages.get("/agencies/mine")
def agencies() -> str:
    """The agencies at which the visitor holds a role, to choose the one acted for."""
    return render_template("login/agencies.html")


@pages.post("/agencies/mine")
def switch() -> Response:
    """A new session acts for the chosen agency; the former has ended, and its answers with it."""
    console = parts()
    outcome = sign_on.switch_agency(
        the_actor(),
        request.form.get("agency", ""),
        on_session_end=console.on_session_end,
        on_sign_on=console.on_sign_on,
    )
    if isinstance(outcome, Refused):
        flash(w(outcome.wording), "bad")
        return _go(url_for("login.agencies"))
    names = {choice.code: choice.name for choice in the_visitor().choices}
    response = _begun(outcome, "/")
    flash(w(NOW_FOR, agency=w(names.get(outcome.agency))), "ok")
    return response


def _missing(account: str, password: str) -> dict[str, Wording]:
    """The rows that were left empty."""
    empty = {"account": not account.strip(), "password": not password}
    return {name: MISSING for name, is_empty in empty.items() if is_empty}


def _begun(outcome: SignedOn, place: str) -> Response:
    """The browser holds the new session's secret, and nothing of the page before but the language chosen there."""
    keep_the_choice(outcome.person_id)
    forget_page_cookie(language())
    several = len(outcome.agencies) > 1
    if outcome.must_change_password:
        place = url_for("login.password_form")
    elif several and place == "/" and request.endpoint == "login.enter":
        place = url_for("login.agencies")
    response = _go(way_back(outcome.person_id, outcome.agency, place))
    give_cookie(response, parts().settings, outcome.secret)
    return response


def _go(place: str) -> Response:
    return cast(Response, redirect(place, 303))
