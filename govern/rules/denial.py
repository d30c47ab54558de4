"""What a no says: the rule that decided, why in both languages, and what to do next.

An entry stores a rule's code, its version and its parameters; sentences are made when shown (DESIGN.md, "Entries"). So a
code once used stays in this table for ever and never changes its meaning: a changed rule gets a new version. Parameters
are codes of the catalogue, numbers and ISO dates (places that end in `_on`), never a value of a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from govern.core.wording import Wording
from govern.rules.calendar import to_english, to_roc
from govern.rules.denial_rules import FORGOTTEN, RULES


@dataclass(frozen=True, slots=True)
class Deny:
    """A decision (准駁) that denies one data item; it stops only itself."""

    rule: str
    rule_version: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def wording(self) -> Wording:
        """Why, with codes as they are; pages use `worded`, which says agencies and items by name."""
        return self.worded({})

    @property
    def next_step(self) -> Wording:
        """What to do next, with codes as they are."""
        return self.next_step_worded({})

    def worded(self, names: Mapping[str, Wording]) -> Wording:
        """Why, with each code that `names` knows replaced by its name in the language of the text.

        A rule that the program no longer knows gives a general sentence, so that the past stays readable.
        """
        return _filled(RULES.get(self.rule, FORGOTTEN).why, self.parameters, names)

    def next_step_worded(self, names: Mapping[str, Wording]) -> Wording:
        """What to do next, with names as in `worded`."""
        return _filled(RULES.get(self.rule, FORGOTTEN).next_step, self.parameters, names)


def deny(rule: str, **parameters: object) -> Deny:
    """A denial by a rule of the table, in the version that holds now; an unknown code raises `KeyError`."""
    return Deny(rule, RULES[rule].version, {place: str(value) for place, value in parameters.items()})


def _filled(wording: Wording, parameters: Mapping[str, str], names: Mapping[str, Wording]) -> Wording:
    zh = {place: _said(place, value, names, "zh") for place, value in parameters.items()}
    en = {place: _said(place, value, names, "en") for place, value in parameters.items()}
    return Wording(wording.zh.format_map(zh), wording.en.format_map(en))


def _said(place: str, value: str, names: Mapping[str, Wording], language: str) -> str:
    if place.endswith("_on"):
        day = date.fromisoformat(value)
        return to_english(day) if language == "en" else to_roc(day)
    return names[value].in_language(language) if value in names else value
