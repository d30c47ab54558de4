"""A text in two languages, and nothing else."""

from dataclasses import dataclass
from typing import Final

LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence as people read it, in Traditional Chinese and in English.

    Named places stand in braces in both texts (`{agency}`); `fill` puts words into them. A place never takes a value of
    a person: wordings reach pages, mails and records.
    """

    zh: str
    en: str

    def fill(self, **places: object) -> "Wording":
        """The same sentence with its named places filled; a place that is missing raises `KeyError`."""
        return Wording(self.zh.format_map(places), self.en.format_map(places))

    def in_language(self, language: str) -> str:
        """The text for a language tag: everything that starts with `en` is English, all else Chinese."""
        return self.en if language.startswith("en") else self.zh
