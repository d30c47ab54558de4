"""The desk's form: what it asks for a case item, and what will be fetched, from whom, and how each field will appear."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk.values import masked_on_screen
from admin.frame.names import short_name
from govern.access.gather import Purpose, purpose
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem, MaskRule
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis, cited
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.rules.facts import Appearance
from govern.rules.masking import HIDDEN

ARTICLE: Final = re.compile(r"第([0-9]+(?:-[0-9]+)?)條(?:之([0-9]+))?")


@dataclass(frozen=True, slots=True)
class FieldToCome:
    """A field that will appear masked: its name, what its mask leaves (an example), and whether it can be opened."""

    name: Wording
    example: str
    opens: bool


@dataclass(frozen=True, slots=True)
class ItemToAsk:
    """One data item beside the form: which of its fields come whole, masked, not at all.

    `key_kinds` begins with the item's own; the others are alternatives that the clerk may choose for this item.
    """

    code: str
    name: Wording
    scope: str
    owner: Wording
    clear: tuple[Wording, ...]
    masked: tuple[FieldToCome, ...]
    hidden: int
    source_state: str
    key_kinds: tuple[str, ...]
    takes_file: bool
    narrowing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What the page shows for a case item."""

    case_item: str
    name: Wording
    business_agency: Wording
    bases: tuple[Wording, ...]
    valid_to: date
    urgency: str
    consent_required: bool
    items: tuple[ItemToAsk, ...]
    right_ends_on: date | None

    @property
    def key_kinds(self) -> tuple[str, ...]:
        """The kinds of key that the items can be asked by, each once; their own before the alternatives."""
        own = [item.key_kinds[0] for item in self.items if not item.takes_file]
        others = [kind for item in self.items if not item.takes_file for kind in item.key_kinds[1:]]
        return tuple(dict.fromkeys([*own, *others]))

    @property
    def own_kinds(self) -> tuple[str, ...]:
        """The kinds that are asked for when nothing else is chosen."""
        return tuple(dict.fromkeys(item.key_kinds[0] for item in self.items if not item.takes_file))

    def asked_by(self, kind: str) -> tuple[Wording, ...]:
        """The data items that can be asked by a kind of key."""
        return tuple(item.name for item in self.items if kind in item.key_kinds)

    @property
    def takes_file(self) -> bool:
        """Whether the case item is asked with a file of numbers."""
        return any(item.takes_file for item in self.items)

    @property
    def narrowing(self) -> tuple[str, ...]:
        """Inputs that must go with a key, each once."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.narrowing))

    @property
    def owners(self) -> int:
        """How many data owners are asked."""
        return len({item.owner for item in self.items})

    @property
    def permitted(self) -> int:
        """How many fields the case item permits."""
        return sum(len(item.clear) + len(item.masked) for item in self.items)

    @property
    def hidden(self) -> int:
        """How many it does not."""
        return sum(item.hidden for item in self.items)


def form_for(actor: Actor, session: Session, case_item: str) -> Form:
    """The form of a case item; `NotFound` for one that nobody proposed."""
    known = purpose(session, person_id=actor.person_id, agency=actor.agency, case_item=case_item, on=clock.today())
    agencies = {agency.code: agency for agency in session.scalars(select(Agency))}
    examples = {rule.code: rule.example_out for rule in session.scalars(select(MaskRule))}
    return Form(
        case_item=case_item,
        name=known.version.name,
        business_agency=_short(agencies[known.facts.business_agency]),
        bases=_bases(session, known),
        valid_to=known.version.valid_to,
        urgency=known.version.urgency,
        consent_required=known.version.consent_required,
        items=tuple(_item(known, code, agencies, examples) for code in known.permitted),
        right_ends_on=known.right.ends_on if known.right and not known.right.ended else None,
    )


def _short(agency: Agency) -> Wording:
    return short_name(agency.name_zh, agency.short_zh, agency.name_en)


def in_english(article: str) -> str:
    """An article as English texts name it: 第4條 is Article 4, 第44條之3 is Article 44-3; any other text as it is."""
    return ARTICLE.sub(lambda found: f"Article {found[1]}" + (f"-{found[2]}" if found[2] else ""), article)


def _bases(session: Session, known: Purpose) -> tuple[Wording, ...]:
    rows = session.execute(
        select(LegalBasis.law_zh, LegalBasis.law_en, LegalBasis.article)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == known.version.id)
        .order_by(VersionLegalBasis.seq)
    )
    return tuple(
        Wording(f"{row.law_zh}{cited(row.article).zh}", f"{row.law_en}, {in_english(row.article)}") for row in rows
    )


def _item(known: Purpose, code: str, agencies: Mapping[str, Agency], examples: Mapping[str, str]) -> ItemToAsk:
    item: DataItem = known.items[code]
    names = {field.code: field.name for field in item.fields}
    permitted = known.permitted[code].fields
    source = known.sources.get(code)
    takes_file = item.subject_key == "file"
    own = "national_id" if takes_file else item.subject_key
    return ItemToAsk(
        code=code,
        name=item.name,
        scope=item.scope,
        owner=_short(agencies[item.owner]),
        clear=tuple(names[field.code] for field in permitted if field.effective_mask == "none"),
        masked=tuple(
            FieldToCome(
                names[field.code],
                masked_on_screen(field.effective_mask, examples.get(field.effective_mask, HIDDEN)),
                field.appearance == Appearance.REVEALABLE,
            )
            for field in permitted
            if field.effective_mask != "none"
        ),
        hidden=len(item.fields) - len(permitted),
        source_state=source.state if source else "missing",
        key_kinds=(own, *item.alt_subject_keys),
        takes_file=takes_file,
        narrowing=tuple(item.narrowing),
    )
