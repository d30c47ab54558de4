"""How a form of the console is saved: mistakes stand at their rows, and what somebody changed meanwhile beside one's own.

Forms carry the hash of what they showed (`seen`). When it is no longer so, nothing is saved: the page shows theirs beside
yours with the new hash, who was first and when, and a choice for each row. No script is needed for any of it.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin.frame.language import w
from admin.frame.names import people_names
from govern.catalogue.maintain.said import last_said
from govern.catalogue.maintain.shown import ChangedMeanwhile
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording

pages = Blueprint("keeping", __name__)
Typed = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of saving: done, or what to mend, or a "no" for the whole, or somebody was first."""

    mistakes: Mapping[str, Wording] = field(default_factory=dict)
    no: Wording | None = None
    is_clash: bool = False
    status: int = 200

    @property
    def is_done(self) -> bool:
        """Whether it was saved."""
        return self.status == 200


FRESH: Final = Outcome()


def saved(act: Callable[[], object], wrong: Mapping[str, Wording] | None = None) -> Outcome:
    """Do it, unless what was typed could not even be read; *not found* and *not allowed* rise."""
    if wrong:
        return Outcome(mistakes=wrong, status=InvalidInput.status)
    try:
        act()
    except InvalidInput as no:
        return Outcome(mistakes=no.fields, no=None if no.fields else no.wording, status=no.status)
    except ChangedMeanwhile as first:
        return Outcome(no=first.wording, is_clash=True, status=first.status)
    except Conflict as no:
        return Outcome(no=no.wording, status=no.status)
    return FRESH


def text_in(typed: Typed, name: str) -> str:
    """A text as typed: one form of each letter, one kind of line end, nothing around it."""
    return unicodedata.normalize("NFC", typed.get(name, "")).replace("\r\n", "\n").strip()


def done(said: Wording, endpoint: str, **values: str) -> Response:
    """The page of the thing, with what was just done said above it."""
    flash(w(said), "ok")
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class First:
    """Who saved a thing before the visitor did, and when."""

    who: str = ""
    at: datetime | None = None


def first(session: Session, about_kind: str, about_id: str) -> First:
    """Who was first, as the trail tells it; nothing where it was loaded from a file."""
    last = last_said(session, about_kind, about_id)
    if last is None:
        return First()
    names = people_names(session, [last.person]) if last.person else {}
    return First(names.get(last.person, "") if last.person else "", last.at)


def differences(
    labels: Mapping[str, Wording], theirs: Mapping[str, object], yours: Mapping[str, object]
) -> Sequence[tuple[Wording, object, object, str]]:
    """What stands there now beside what was typed, for those facts in which they differ, and the name of each in the form."""
    return [
        (label, theirs.get(name), yours[name], name)
        for name, label in labels.items()
        if name in yours and theirs.get(name) != yours[name]
    ]
