"""What a drafter typed into a part of the draft's form, laid over the content as it was; dates are read, nothing is judged.

A draft may be incomplete: what is missing is said beside it and does not stop saving. Only what cannot even be kept (a text
that is no date, a code in a wrong form) is refused, with its row; whether a draft can be proposed is the use case's word.
"""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeVar

from werkzeug.datastructures import MultiDict

from admin.frame.actor import the_actor
from admin.frame.forms.day import as_typed, day_in
from admin.frame.forms.pick import resolved_all
from govern.catalogue.data_item import DataItem
from govern.catalogue.life.content import DraftContent, DraftField, DraftItem
from govern.core import clock
from govern.core.errors import InvalidInput
from govern.core.wording import Wording

Typed = MultiDict[str, str]
Thing = TypeVar("Thing", bound=int | str)

WRONG: Final = Wording("有些地方要改，還沒有儲存。", "Some things need mending; nothing was saved yet.")
RETENTIONS: Final = (1, 3, 5, 10, 15, 20, 25, 30)
USUAL_RETENTION: Final = 5
LONGEST_NAME: Final = 120
LONGEST_NECESSITY: Final = 400
ADD: Final = "add"  # the row of the form in which agencies and data items are looked for by name
APPEARANCES: Final = ("masked", "revealable", "clear")


def nothing_yet() -> DraftContent:
    """What a new case item begins with: the usual values, and no agency, law or field that nobody asked for."""
    today = clock.today()
    begins = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return DraftContent(
        name_zh="",
        name_en="",
        kind="application",
        urgency="normal",
        consent_required=True,
        valid_from=begins,
        valid_to=date(begins.year + 2, 12, 31),
        retention_years=USUAL_RETENTION,
        agencies=(),
        bases=(),
        items=(),
    )


def basics_from(typed: Typed, former: DraftContent) -> DraftContent:
    """Names, kind, urgency, consent, term and retention; `InvalidInput` for what is no date."""
    wrong: dict[str, Wording] = {}
    found = replace(
        former,
        name_zh=_plain(typed, "name_zh", LONGEST_NAME),
        name_en=_plain(typed, "name_en", 2 * LONGEST_NAME),
        kind=typed.get("kind", former.kind),
        urgency=typed.get("urgency", former.urgency),
        consent_required=typed.get("consent", "yes") == "yes",
        valid_from=day_in(typed, "valid_from", wrong, needed=True) or former.valid_from,
        valid_to=day_in(typed, "valid_to", wrong, needed=True) or former.valid_to,
        retention_years=typed.get("retention_years", former.retention_years, type=int),
        default_schedule=(typed.get("default_schedule") or None) if typed.get("urgency") == "scheduled" else None,
    )
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)
    return found


def agencies_from(typed: Typed, former: DraftContent) -> DraftContent:
    """The agencies ticked or named, those that were there before in their old order."""
    ticked = (*typed.getlist("agency"), *_named(typed, "agency"))
    return replace(former, agencies=_in_order(former.agencies, ticked))


def bases_from(typed: Typed, former: DraftContent) -> DraftContent:
    """The legal bases ticked, likewise."""
    ticked = tuple(int(text) for text in typed.getlist("basis") if text.isdecimal())
    return replace(former, bases=_in_order(former.bases, ticked))


def items_from(typed: Typed, former: DraftContent) -> DraftContent:
    """The data items ticked or named; one that was there keeps its fields, a new one begins with none."""
    known = {each.item: each for each in former.items}
    codes = _in_order(tuple(known), (*typed.getlist("item"), *_named(typed, "data_item")))
    return replace(former, items=tuple(known.get(code) or DraftItem(code, ()) for code in codes))


def fields_from(typed: Typed, former: DraftContent, item: DataItem) -> DraftContent:
    """How each field of one data item appears, and why it is needed."""
    fields = tuple(
        DraftField(
            field.code,
            typed[f"show_{field.code}"],
            _plain(typed, f"why_{field.code}", LONGEST_NECESSITY),
            _plain(typed, f"why_en_{field.code}", 2 * LONGEST_NECESSITY),
        )
        for field in item.fields
        if typed.get(f"show_{field.code}") in APPEARANCES
    )
    return replace(
        former, items=tuple(DraftItem(each.item, fields) if each.item == item.code else each for each in former.items)
    )


def as_typed_again(content: DraftContent, item: str = "") -> Typed:
    """What a draft says, as its form would send it; of one data item its fields as well."""
    plain = {
        "name_zh": content.name_zh,
        "name_en": content.name_en,
        "kind": content.kind,
        "urgency": content.urgency,
        "consent": "yes" if content.consent_required else "no",
        "valid_from": as_typed(content.valid_from),
        "valid_to": as_typed(content.valid_to),
        "retention_years": str(content.retention_years),
        "default_schedule": content.default_schedule or "",
    }
    found: Typed = MultiDict(plain)
    found.setlist("agency", list(content.agencies))
    found.setlist("basis", [str(each) for each in content.bases])
    found.setlist("item", [each.item for each in content.items])
    for field in next((each.fields for each in content.items if each.item == item), ()):
        found[f"show_{field.field}"] = field.appearance
        found[f"why_{field.field}"], found[f"why_en_{field.field}"] = field.necessity_zh, field.necessity_en
    return found


def roc_day(typed: Typed, name: str) -> date:
    """A day that a form demands; `InvalidInput` names its row."""
    wrong: dict[str, Wording] = {}
    found = day_in(typed, name, wrong, needed=True)
    if found is None:
        raise InvalidInput(WRONG, fields=wrong)
    return found


def _plain(typed: Typed, name: str, longest: int) -> str:
    return unicodedata.normalize("NFC", typed.get(name, "")).strip()[:longest]


def _named(typed: Typed, what: str) -> list[str]:
    """What is added by name; `InvalidInput` for what is none."""
    wrong: dict[str, Wording] = {}
    found = resolved_all(the_actor(), what, typed.get(ADD, ""), ADD, wrong)
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)
    return found


def _in_order(before: tuple[Thing, ...], ticked: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """What is ticked: first what was there, in its order, then what is new, in the catalogue's."""
    stays = tuple(each for each in before if each in ticked)
    return (*stays, *(each for each in dict.fromkeys(ticked) if each not in before))
