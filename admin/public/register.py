"""The public register, as a page and as JSON: no log-in, both languages, found by words without any script.

The same for everybody, so that any cache may keep it for five minutes and ask by its ETag after that. It touches no
cookie: the language stands in the address (`?lang=en`), and so do the words sought, which name no person. The list names
the case items, a few dozen a page; each has a page of its own, which may be cited by its address.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for

from admin.frame import seek
from admin.frame.parts import parts
from admin.public.health import pages
from govern.catalogue.register import Registered, as_data, register
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import NotFound
from govern.core.wording import LANGUAGES

KEPT_S = 300
A_PAGE = 40


def _in_force() -> tuple[Registered, ...]:
    """What the register holds now; `NotFound` where it is switched off."""
    if not parts().settings.public_register:
        raise NotFound
    with reading() as session:
        return register(session, clock.today())


@pages.get("/register.json")
def register_data() -> Response:
    """The register as JSON; `format` and `version` say how to read it."""
    body = json.dumps(as_data(_in_force()), ensure_ascii=False, separators=(",", ":"))
    response = make_response(body)
    response.mimetype = "application/json"
    return _for_caches(response)


@pages.get("/register", endpoint="register")
def register_page() -> Response:
    """The register to read and to search; words find names, codes, agencies, laws, data items and fields."""
    _for_everybody()
    words, entries = _words(), _in_force()
    found = [entry for entry in entries if _speaks_of(entry, words)]
    first = _first(found)
    return _page(
        "public/register.html",
        entries=found[first : first + A_PAGE],
        found=len(found),
        all_of_them=len(entries),
        first=first,
        before=found[max(0, first - A_PAGE)].code if first else None,
        after=found[first + A_PAGE].code if len(found) > first + A_PAGE else None,
    )


@pages.get("/register/<code>")
def registered(code: str) -> Response:
    """One case item: what may be looked up for it, on which law, by whom."""
    _for_everybody()
    entry = next((each for each in _in_force() if each.code == code), None)
    if entry is None:
        raise NotFound
    return _page("public/registered.html", entry=entry)


def _for_everybody() -> None:
    """Whoever is signed in is nobody here: no cookie is read."""
    g.language, g.visitor_is_unknown = _language(), True


def _page(template: str, **given: Any) -> Response:
    page = render_template(template, words=_words(), address=_address, entry_address=_entry_address, **given)
    response = _for_caches(make_response(page))
    response.vary.add("Accept-Language")
    return response


def _words() -> str:
    return request.args.get("q", "")[: seek.LONGEST_WORDS].strip()


def _first(found: Sequence[Registered]) -> int:
    """Where the page of the list begins that holds the case item named in the address; else at the beginning."""
    codes = [entry.code for entry in found]
    named = request.args.get("from", "")
    return codes.index(named) // A_PAGE * A_PAGE if named in codes else 0


def _language() -> str:
    """The language in the address, else the browser's; never a cookie's."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "en" if request.accept_languages.best_match(["zh-TW", "zh", "en"], "zh-TW") == "en" else "zh"


def _address(language: str = "", words: str | None = None, start: str | None = None) -> str:
    """The list's address in a language, with the words sought unless others, or none, are given; from a case item on."""
    return url_for("public.register", **_kept(language, words, start))


def _entry_address(code: str, language: str = "") -> str:
    """The address of a case item's page, from where the words sought lead back."""
    return url_for("public.registered", code=code, **_kept(language))


def _kept(language: str = "", words: str | None = None, start: str | None = None) -> dict[str, Any]:
    values = {"lang": language or g.language, "q": _words() if words is None else words, "from": start}
    return {name: value for name, value in values.items() if value}


def _speaks_of(entry: Registered, words: str) -> bool:
    """Whether an entry holds every word, in either language, in any width, with 台 for 臺."""
    if not words:
        return True
    text = " ".join(_texts(entry)).casefold()
    return all(any(form.casefold() in text for form in seek.forms_of(word)) for word in seek.plain_words(words))


def _texts(entry: Registered) -> Iterable[str]:
    named: list[tuple[str, Sequence[str]]] = [(entry.code, (entry.name.zh, entry.name.en))]
    named += [(each.code, (each.name.zh, each.name.en)) for each in (entry.business_agency, *entry.agencies)]
    for item in entry.data_items:
        named += [
            (item.code, (item.name.zh, item.name.en)),
            (item.owner.code, (item.owner.name.zh, item.owner.name.en)),
        ]
        named += [(field.code, (field.name.zh, field.name.en)) for field in item.fields]
    for code, names in named:
        yield code
        yield from names
    for law in entry.legal_bases:
        yield f"{law.law.zh}{law.article.zh}"
        yield f"{law.law.en} {law.article.en}"


def _for_caches(response: Response) -> Response:
    """With a print of its content as ETag; who has the same already is told so with 304 and no body."""
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest())
    response.cache_control.public = True
    response.cache_control.max_age = KEPT_S
    return response.make_conditional(request)  # type: ignore[return-value]
