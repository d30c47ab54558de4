"""A superior's letter: its number, date and scanned file; shown again to those whom the version concerns."""

import mimetypes
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from flask import Response, render_template, request
from werkzeug.datastructures import FileStorage

from admin.console.life import typed
from admin.console.life.pages import pages, to_version
from admin.console.life.seen_version import SeenVersion, seen_version
from admin.console.life.steps import SeenLetter
from admin.frame.actor import the_actor
from govern.catalogue.life.letter import SCANS, Scan, enter_letter, scan_of
from govern.core.database import reading
from govern.core.errors import InvalidInput, NotFound
from govern.core.wording import Wording

ENTERED: Final = Wording("核備函已登錄。", "The letter is entered.")


@pages.get("/<code>/versions/<int:number>/letters/<superior>/enter")
def letter(code: str, number: int, superior: str) -> str:
    """The form of a letter that the own agency has to enter."""
    found, due = _due(code, number, superior)
    return _page(found, due, {})


@pages.post("/<code>/versions/<int:number>/letters/<superior>/enter")
def enter(code: str, number: int, superior: str) -> Any:
    """The letter is there; with the last one the version goes on. What is wrong is said, number and date stay."""
    found, due = _due(code, number, superior)
    try:
        approved_on = typed.roc_day(request.form, "approved_on")
        enter_letter(
            the_actor(),
            code,
            number,
            superior=superior,
            number=request.form.get("number", ""),
            approved_on=approved_on,
            scan=_scan(request.files.get("scan")),
        )
    except InvalidInput as wrong:
        return _page(found, due, wrong.fields), 422
    return to_version(code, number, ENTERED)


@pages.get("/<code>/versions/<int:number>/letters/<superior>")
def scan(code: str, number: int, superior: str) -> Response:
    """The scanned file, to be saved: nothing of it is shown within a page, whatever is in it."""
    with reading() as session:
        found = scan_of(the_actor(), session, code, number, superior, request.args.get("owner"))
    ending = mimetypes.guess_extension(found.media_type) or ""
    name = f"letter-{code}-{number}{ending}"
    headers = {
        "Content-Type": found.media_type,
        "Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(found.file_name)}",
    }
    return Response(found.content, headers=headers)


def _due(code: str, number: int, superior: str) -> tuple[SeenVersion, SeenLetter]:
    """The version, and the letter that the actor has to enter; `NotFound` when there is none."""
    with reading() as session:
        found = seen_version(the_actor(), session, code, number)
    for each in found.letters:
        if each.is_mine and each.letter is not None and each.letter.superior == superior:
            return found, each
    raise NotFound


def _scan(file: FileStorage | None) -> Scan | None:
    """The upload as it came, in memory; what it is, its first bytes tell."""
    if file is None or not file.filename:
        return None
    content = file.stream.read()
    kind = next((name for name, magic in SCANS.items() if content.startswith(magic)), "")
    return Scan(file.filename, kind, content)


def _page(found: SeenVersion, due: SeenLetter, mistakes: Mapping[str, Wording]) -> str:
    return render_template("console/life/letter.html", found=found, due=due, mistakes=mistakes, given=request.form)
