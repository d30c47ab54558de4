"""The palette's two routes: words go by POST and stand in no address; without a script it is a page with a form."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Flask, jsonify, render_template, request
from flask_admin import Admin

from admin.frame.doors import Area
from admin.frame.palette import search
from admin.frame.permission import Rule
from admin.frame.security import wants_json
from govern.names.parts import words_of

LONGEST: Final = 60

pages: Final = Blueprint("palette", __name__)


def install(app: Flask, table: Mapping[str, Rule]) -> None:
    """The palette knows who may open what, and templates the keys that lead somewhere."""
    app.extensions[search.NAME] = table
    app.jinja_env.globals["go_keys"] = search.go_keys


@pages.get("/palette")
def show() -> str:
    """The palette as a page, with the visitor's pages and acts."""
    return render_template("frame/palette.html", words="", groups=search.search(""))


@pages.post("/palette")
def find() -> Any:
    """What the words find; nothing of them is kept anywhere."""
    words = request.form.get("words", "")[:LONGEST]
    groups = search.search(words)
    if wants_json():
        return jsonify(groups=[group.plain() for group in groups], nothing=bool(words_of(words)) and not groups)
    return render_template("frame/palette.html", words=words, groups=groups)


def _register(app: Flask, _console: Admin) -> None:
    app.register_blueprint(pages)


AREA: Final = Area("palette", _register)
