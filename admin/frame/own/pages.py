"""My settings: language, light or dark, single keys, guides again."""

from typing import cast

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for

from admin.frame.actor import the_actor, the_visitor
from admin.frame.language import place_to_return, t
from admin.frame.own.glossary import BY_HEADING
from admin.frame.own.guides import GUIDES
from govern.core.errors import InvalidInput
from govern.rules.actor import Role
from govern.workplace import preference

pages = Blueprint("own", __name__)


@pages.get("/own")
def show() -> str:
    """The settings as they are."""
    return _page({})


@pages.post("/own")
def arrange() -> Response:
    """The settings are as chosen, at once and on every machine."""
    chosen = request.form
    language = chosen.get("language", "")
    try:
        preference.arrange(
            the_actor(), language=language, mode=chosen.get("mode", ""), single_keys=chosen.get("single_keys") == "on"
        )
    except InvalidInput as no:
        return make_response(_page(no.fields), no.status)
    session["language"] = language
    flash("設定已儲存。" if language == "zh" else "Your settings are saved.", "ok")
    return _to("own.show")


@pages.post("/own/guides/read")
def guide_read() -> Response:
    """The guides of the roles held here are put away."""
    actor = the_actor()
    preference.guides_read(actor, actor.roles)
    return cast(Response, redirect(place_to_return(request.form.get("back", "")), 303))


@pages.post("/own/guides/again")
def guides_again() -> Response:
    """The guides stand on the home page again."""
    preference.guides_again(the_actor())
    return _to("home.index")


@pages.get("/words")
def words() -> str:
    """All words of the trade with what they mean here."""
    return render_template("own/words.html", headings=BY_HEADING)


def _page(mistakes: object) -> str:
    visitor = the_visitor()
    roles = [role for role in Role if role in visitor.actor.roles and role in GUIDES]
    return render_template(
        "own/settings.html",
        mistakes=mistakes,
        guides=[(role, GUIDES[role], role.value in visitor.guides_read) for role in roles],
        modes=(
            ("auto", t("跟隨系統", "As this machine")),
            ("light", t("淺色", "Light")),
            ("dark", t("深色", "Dark")),
        ),
    )


def _to(endpoint: str) -> Response:
    return cast(Response, redirect(url_for(endpoint), 303))
