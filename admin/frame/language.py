"""Two languages: `t()` and `w()` for templates, the language of a request, and Flask-Admin's and WTForms' own words.

A text of ours stands in the template in both languages side by side: `{{ t("查調項目", "Data items") }}`. Flask-Babel
serves only the words that Flask-Admin and WTForms bring along; theirs are corrected to the civil service's usage. WTForms
has Traditional Chinese under `zh_TW` alone and falls back to Simplified under `zh_Hant_TW`, hence two locales.
"""

import io
import uuid
from typing import Final

import flask_admin.babel
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations
from flask import Blueprint, Flask, Response, g, has_app_context, redirect, request, session
from flask_babel import Babel
from markupsafe import Markup

from admin.frame.actor import visitor
from govern.core.wording import LANGUAGES, Wording
from govern.workplace.preference import choose_language

CHINESE: Final = "zh_Hant_TW"
ENGLISH: Final = "en"
# Flask-Admin's Chinese where it is the mainland's (導出, 過濾器, 創建 ...).
CORRECTED: Final = {
    "Export": "匯出",
    "Add Filter": "新增篩選",
    "Filter": "篩選",
    "Apply": "套用",
    "Reset Filters": "清除篩選",
    "View Record": "檢視",
    "Details": "檢視",
    "Create": "新增",
    "Save": "儲存",
    "Save and Add Another": "儲存並繼續新增",
    "Save and Continue Editing": "儲存並繼續修改",
    "Cancel": "取消",
    "Edit": "修改",
    "Edit Record": "修改",
    "Delete": "刪除",
    "Search": "搜尋",
    "Record does not exist.": "找不到這筆資料。",
    "Record was successfully created.": "已新增。",
    "Record was successfully saved.": "已儲存。",
    "Failed to create record.": "沒有新增，請看下面的說明。",
    "Failed to save record.": "沒有儲存，請看下面的說明。",
    "Permission denied.": "您目前的角色不能做這件事。",
}

pages = Blueprint("frame", __name__)


def install(app: Flask) -> None:
    """Languages are chosen by the request, and templates can say everything in both."""
    Babel(app, locale_selector=_locale, default_locale=CHINESE)
    app.jinja_env.globals.update(t=t, w=w, language=language)
    app.jinja_env.filters["wording"] = w
    _correct(app)
    app.register_blueprint(pages)


def language() -> str:
    """The request's language: the person's, whatever the machine; where nobody is signed in the browser's, else Chinese."""
    if not request:  # a worker that writes a list for somebody says in which language
        return str(g.get("language", "zh")) if has_app_context() else "zh"
    if "language" in g:  # a page that is the same for everybody says its own, and reads no cookie
        return str(g.language)
    found = visitor()
    chosen = found.language if found else session.get("language")
    return str(chosen) if chosen in LANGUAGES else "zh"


def t(zh: str, en: str, **places: object) -> str:
    """The text of the request's language, its named places filled."""
    return w(Wording(zh, en), **places)


def w(wording: Wording | None, **places: object) -> str:
    """A wording in the request's language; nothing for none. A place that is markup stays markup, all else is escaped."""
    if wording is None:
        return ""
    text = wording.in_language(language())
    if any(isinstance(place, Markup) for place in places.values()):
        return Markup(text).format(**places)  # noqa: S704 - the text is ours, and format escapes what is put into it
    return text.format(**places) if places else text


@pages.post("/language")
def language_switch() -> Response:
    """The language is the one asked for, kept for the person or, before the log-in, for the browser; the page is shown again.

    What is chosen on the log-in page becomes the language of whoever logs in there (`keep_the_choice`).
    """
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        found = visitor()
        if found is None:
            session["language_chosen"] = True
        else:
            choose_language(found.actor.person_id, chosen)
    return redirect(place_to_return(request.form.get("back", "")), 303)  # type: ignore[return-value]


def forget_page_cookie(shown: str) -> None:
    """The page's cookie is emptied but for the language it is shown in: what follows is asked for by somebody else."""
    session.clear()
    session["language"] = shown


def keep_the_choice(person: uuid.UUID) -> None:
    """A language chosen on the log-in page is the person's who logged in there, from now on and everywhere."""
    if session.pop("language_chosen", False) and session.get("language") in LANGUAGES:
        choose_language(person, str(session["language"]))


def place_to_return(path: str) -> str:
    """A path of this console, or the home page: never another host, whatever was asked for (ASVS 3.7.2)."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_ours else "/"


def _locale() -> str:
    return ENGLISH if language() == "en" else CHINESE


def _correct(app: Flask) -> None:
    """Lay our words over Flask-Admin's, and WTForms' Traditional Chinese under the locale that it does not know."""
    catalog = Catalog(locale="zh_TW")
    for said, ours in CORRECTED.items():
        catalog.add(said, ours)
    with app.test_request_context():
        _translations_of(flask_admin.babel.domain).merge(_compiled(catalog))
        wtforms_words = Translations.load(flask_admin.babel.messages_path(), ["zh_TW"], "wtforms")
        if isinstance(wtforms_words, Translations):
            _translations_of(flask_admin.babel.wtforms_domain).merge(wtforms_words)


def _translations_of(domain: object) -> Translations:
    return domain.get_translations()  # type: ignore[attr-defined, no-any-return]


def _compiled(catalog: Catalog) -> Translations:
    file = io.BytesIO()
    write_mo(file, catalog)
    file.seek(0)
    return Translations(file, domain="admin")
