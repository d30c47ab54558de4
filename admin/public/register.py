"""The public register, as a page and as JSON: no log-in, both languages, found by words without any script.

The same for everybody, so that any cache may keep it for five minutes and ask by its ETag after that. It touches no
cookie: the language stands in the address (`?lang=en`), and so do the words sought, which name no person.
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
    g.language, g.visitor_is_unknown = _language(), True  # whoever is signed in is nobody here: no cookie is read
    words = request.args.get("q", "")[: seek.LONGEST_WORDS].strip()
    entries = _in_force()
    found = [entry for entry in entries if _speaks_of(entry, words)]
    page = render_template(
        "public/register.html", entries=found, all_of_them=len(entries), words=words, address=_address
    )
    response = _for_caches(make_response(page))
    response.vary.add("Accept-Language")
    return response


def _language() -> str:
    """The language in the address, else the browser's; never a cookie's."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    return "en" if request.accept_languages.best_match(["zh-TW", "zh", "en"], "zh-TW") == "en" else "zh"


def _address(language: str = "", words: str | None = None) -> str:
    """The page's address in a language, with the words sought unless others, or none, are given."""
    kept = request.args.get("q", "") if words is None else words
    values: dict[str, Any] = {"lang": language or g.language, "q": kept}
    return url_for("public.register", **{name: value for name, value in values.items() if value})


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
