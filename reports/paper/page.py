"""Fonts, margins, page numbers: what every sheet shares, and the one way from a template to HTML.

The style sheet is `sheet.css`; whatever a template shows is escaped, and passes `visible`, so that no character can
turn the line round, hide, or stand for something that only one machine's font knows.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER: Final = Path(__file__).parent
_LINE_ENDS: Final = re.compile(r"[\t\r\n]+")
_INVISIBLE: Final = frozenset(
    ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
)  # control, format, surrogate, private, unassigned


def visible(text: str) -> str:
    """The text with every character that cannot be seen, or that has no meaning of its own, written as 〔U+202E〕.

    Right-to-left overrides, zero-width characters and private-use characters could make the page read otherwise than
    the data; tabs and line ends become a space.
    """
    if text.isprintable() and not any(unicodedata.category(one) in _INVISIBLE for one in text):
        return text
    flat = _LINE_ENDS.sub(" ", text)
    return "".join(f"〔U+{ord(one):04X}〕" if unicodedata.category(one) in _INVISIBLE else one for one in flat)


def sheet(template: str, **values: object) -> str:
    """The HTML of a template in this folder; a value that the template misses raises `jinja2.UndefinedError`."""
    return _environment().get_template(template).render(**values)


@cache
def style(name: str = "sheet.css") -> str:
    """A style sheet of this folder; `sheet.css` is the one of all sheets."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def quick_code(text: str) -> Markup:
    """A QR code (error level M, no border) as inline SVG: filled squares on a grid of one unit a module."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    side = code.symbol_size(border=0)[0]
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < side:
            length = 0
            while x + length < side and row[x + length]:
                length += 1
            if length:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length + 1
    drawn = f'<path fill="#171F28" d="{"".join(runs)}"/>'
    # digits and path letters alone: the text itself is in the pattern only
    return Markup(f'<svg class="code" viewBox="0 0 {side} {side}" role="img" aria-label="QR">{drawn}</svg>')  # noqa: S704


def hash_groups(hexadecimal: str) -> str:
    """A hash as people compare it: groups of four digits."""
    return " ".join(hexadecimal[start : start + 4] for start in range(0, len(hexadecimal), 4))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    made.filters["hash_groups"] = hash_groups
    made.filters["broken"] = lambda lines: Markup("\n").join(lines)  # joined, each is escaped
    made.filters["thousands"] = lambda number: f"{number:,}"
    return made
