"""The two numbers and the public draw behind a month's seed: commit, disclose, enter the results.

The number itself is made in the visitor's browser and kept by the visitor; only its commitment comes here. Whoever has no
script makes both with the one line that the page gives.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auditing.words import month_name, party_name
from admin.frame.actor import the_actor
from admin.frame.language import t, w
from admin.frame.names import agency_names
from audit.draw import number as numbers
from audit.draw.number import NumberState
from audit.draw.period import ClosedMonth, Period, end_of, month_at_hand
from audit.draw.plan import PublicDraw
from audit.draw.public_draw import enter_results
from audit.review.scope import periods_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotFound, TryLater
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

pages = Blueprint("number", __name__, url_prefix="/numbers")

CLOSED_MONTHS: Final = 3  # whose numbers are still shown
LONGEST_RESULTS: Final = 400
PARTS: Final = {role.value: role for role in (Role.AUDITOR, Role.HEAD)}
ONE_LINE: Final = (
    "python3 -c \"import hashlib,secrets;p,m,n='{party}','{month}',secrets.token_bytes(32);"
    "part=lambda t:len(t.encode()).to_bytes(4,'big')+t.encode();"
    "print(n.hex(),hashlib.sha256(b'govern number 1\\n'+part(p)+part(m)+n).hexdigest(),sep='\\n')\""
)
NOT_HEX: Final = Wording("須為64個十六進位字元（0到9、a到f）。", "It has 64 hexadecimal characters (0 to 9, a to f).")
NOT_WHOLE: Final = Wording("號碼須為整數，以空格或頓號分開。", "The numbers are whole, with spaces or commas between.")


@dataclass(frozen=True, slots=True)
class Part:
    """One party's number for one month, as its holder can act on it."""

    state: NumberState
    month: Wording
    party: Wording
    freezes_on: date
    one_line: str

    @property
    def place(self) -> str:
        """The part's own name among the fields of the page."""
        return f"{self.state.party.partition('@')[0]}-{self.state.month}"


@pages.get("/")
def show() -> str:
    """What the visitor has committed to and may disclose, by month; the month at hand first."""
    return _page(the_actor(), {})


@pages.post("/commit")
def commit() -> Any:
    """The visitor's party is bound to a number for a month; the number itself is not sent."""
    return _given("commitment", lambda actor, month, value, role: numbers.commit_number(actor, month, value, role=role))


@pages.post("/disclose")
def disclose() -> Any:
    """The number to which the party had committed stands in the log."""
    return _given("number", lambda actor, month, value, role: numbers.disclose_number(actor, month, value, role=role))


SAID: Final = {
    "commitment": Wording(
        "承諾值已寫入軌跡。請妥善保存亂數，凍結後7日內回來揭露。",
        "The commitment is in the trail. Keep the number safe and disclose it within 7 days after the freeze.",
    ),
    "number": Wording("亂數已揭露並寫入軌跡。", "The number is disclosed and in the trail."),
}


def _given(name: str, use_case: Any) -> Any:
    actor, month, part = the_actor(), request.form.get("month", ""), request.form.get("part", "")
    place = f"{part}-{month}"
    try:
        value = _from_hex(request.form.get(name, ""))
        use_case(actor, month, value, PARTS.get(part))
    except InvalidInput as wrong:
        said = next(iter(wrong.fields.values()), wrong.wording)
        return _page(actor, {f"{name}-{place}": said}, typed={f"{name}-{place}": request.form.get(name, "")}), 422
    except (Conflict, TryLater) as no:
        flash(w(no.wording), "bad")
    else:
        flash(w(SAID[name]), "ok")
    return redirect(url_for("number.show"), 303)


def _from_hex(text: str) -> bytes:
    """32 bytes as typed: spaces and line ends do not count."""
    plain = "".join(text.split()).lower()
    if len(plain) != 64 or any(letter not in "0123456789abcdef" for letter in plain):
        raise InvalidInput(NOT_HEX, fields={"value": NOT_HEX})
    return bytes.fromhex(plain)


def _page(actor: Actor, mistakes: Mapping[str, Wording], typed: Mapping[str, str] | None = None) -> str:
    with reading() as session:
        here = month_at_hand(session, clock.now())
        closed = session.scalars(
            select(ClosedMonth.month).order_by(ClosedMonth.month.desc()).limit(CLOSED_MONTHS)
        ).all()
        found = numbers.states_for(actor, session, (here, *closed))
        names = agency_names(session, {actor.agency})
        draws = session.scalars(draws_for(actor, session)).all()
    parts = [
        Part(
            state=state,
            month=month_name(state.month),
            party=party_name(state.party, names),
            freezes_on=end_of(state.month).astimezone(clock.TAIPEI).date(),
            one_line=ONE_LINE.format(party=state.party, month=state.month),
        )
        for state in found
    ]
    shown = [part for part in parts if part.state.month == here or part.state.is_committed]
    return render_template(
        "auditing/numbers.html", parts=shown, draws=draws, mistakes=mistakes, typed=typed or {}, month_name=month_name
    )


def draws_for(actor: Actor, session: Session) -> Any:
    """The public draws that serve periods within the actor's reach and have no results yet."""
    served = periods_for(actor, session).where(Period.state == "frozen").with_only_columns(Period.public_draw)
    return select(PublicDraw).where(PublicDraw.id.in_(served), PublicDraw.results.is_(None)).order_by(PublicDraw.id)


def draw_for(actor: Actor, session: Session, identity: uuid.UUID) -> PublicDraw:
    """A public draw that serves a period within the actor's reach, or `NotFound`."""
    served = periods_for(actor, session).where(Period.public_draw == identity).limit(1)
    found = session.get(PublicDraw, identity) if session.scalars(served).first() is not None else None
    if found is None:
        raise NotFound
    return found


@pages.get("/draws/<uuid:identity>")
def results(identity: uuid.UUID) -> str:
    """The form for a public draw's results."""
    return _results_page(the_actor(), identity, "", None, {})


@pages.post("/draws/<uuid:identity>")
def enter(identity: uuid.UUID) -> Any:
    """First a preview of what would stand in the log, then, from the preview, the entry."""
    actor, typed = the_actor(), request.form.get("results", "")[:LONGEST_RESULTS]
    try:
        told = _whole_numbers(typed)
        if request.form.get("sure") != "1":
            return _results_page(actor, identity, typed, told, {})
        enter_results(actor, identity, told)
    except InvalidInput as wrong:
        return _results_page(actor, identity, typed, None, wrong.fields), 422
    except (Conflict, TryLater) as no:
        flash(w(no.wording), "bad")
        return redirect(url_for("number.results", identity=identity), 303)
    flash(t("開獎結果已寫入軌跡，現在可以抽樣。", "The results are in the trail; the draw can be made now."), "ok")
    return redirect(url_for("periods.index_view"), 303)


def _whole_numbers(typed: str) -> list[int]:
    words = typed.replace("、", " ").replace("，", " ").replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdecimal() and len(word) < 17 for word in words):
        raise InvalidInput(NOT_WHOLE, fields={"results": NOT_WHOLE})
    return [int(word) for word in words]


def _results_page(
    actor: Actor, identity: uuid.UUID, typed: str, preview: list[int] | None, mistakes: Mapping[str, Wording]
) -> str:
    with reading() as session:
        draw = draw_for(actor, session, identity)
        serves = session.scalars(
            periods_for(actor, session).where(Period.public_draw == identity).order_by(Period.id).limit(20)
        ).all()
        names = agency_names(session, {code for period in serves for code in (period.agency, period.owner)})
    fits = preview is not None and len(preview) == draw.count
    if preview is not None and not fits:
        other = Wording("須登錄{count}個號碼，這裡有{n}個。", "Exactly {count} numbers are entered; here are {n}.")
        mistakes = {"results": other.fill(count=draw.count, n=len(preview))}
    return render_template(
        "auditing/results.html",
        draw=draw,
        month=month_name(draw.month),
        serves=serves,
        names=names,
        typed=typed,
        preview=sorted(preview) if preview is not None and fits else None,
        mistakes=mistakes,
    )
