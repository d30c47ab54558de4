"""Where a text breaks in a column of known width, so that a row's height is known before it is laid out.

Widths are those of the sheet's 黑體 (Noto Sans CJK), in thousandths of the type size, rounded up: a character that is not
in the table counts as a full one. A line never begins with what closes and never ends with what opens; a Latin word,
a number or a date breaks only where it is longer than the line.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_ASCII: Final = (
    "224 323 474 555 555 921 680 278 338 338 467 555 278 347 278 392 555 555 555 555 555 555 555 555 555 555 278 278 555 "
    "555 555 474 946 608 657 638 688 589 552 689 728 293 535 646 543 812 723 742 633 742 635 596 599 721 575 878 573 531 "
    "603 338 392 338 555 559 606 563 618 510 620 554 325 564 607 275 275 552 284 926 610 606 620 620 388 468 377 607 521 "
    "802 498 521 475 338 270 338 555"
)
_WIDTHS: Final = {chr(32 + at): int(width) for at, width in enumerate(_ASCII.split())}
_FULL: Final = 1000
_WORD: Final = re.compile(r"[!-~]+|.", re.DOTALL)
_NEVER_FIRST: Final = frozenset("、，。；：？！）」』》〉】〕”’)]},.;:!?．·…")
_NEVER_LAST: Final = frozenset("（「『《〈【〔“‘([{")


def lines(text: str, width: float) -> list[str]:
    """The text in lines of at most `width`, counted in type sizes (20 full-width characters: 20.0); at least one."""
    most, found, line, length = int(width * _FULL), [], "", 0
    for piece in _pieces(text, most):
        long = measure(piece)
        if line and length + long > most and piece != " ":  # a space at the end of a line takes no place
            found.append(line.rstrip(" "))
            line, length = "", 0
        if piece == " " and not line:
            continue
        line, length = line + piece, length + long
    return [*found, line.rstrip(" ")] if line or not found else found


def measure(text: str) -> int:
    """How long a text is on one line, in thousandths of the type size."""
    return sum(_width(one) for one in text)


def _width(one: str) -> int:
    return _WIDTHS.get(one) or (0 if unicodedata.combining(one) else _FULL)


def _pieces(text: str, most: int) -> Iterator[str]:
    """What may not be parted: words, and a character with what closes after it or opens before it."""
    held = ""
    for match in _WORD.finditer(text):
        word = match[0]
        if held and (word[0] in _NEVER_FIRST or held[-1] in _NEVER_LAST or unicodedata.combining(word[0])):
            held += word
        else:
            yield from _cut(held, most)
            held = word
    yield from _cut(held, most)


def _cut(piece: str, most: int) -> Iterator[str]:
    """A piece that no line can hold, in parts that one can."""
    if measure(piece) <= most:
        if piece:
            yield piece
        return
    part = ""
    for one in piece:
        if part and measure(part + one) > most:
            yield part
            part = ""
        part += one
    yield part
