"""Which columns of a list are shown, in which order; the first, which names the thing, always and first.

A view's template writes all cells of a row, in the order of `column_list`. What was chosen is taken out of what it wrote, so
that no template has to know of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from admin.frame.listing import Tab
from govern.core.wording import Wording

_CELL: Final = re.compile(r"<td\b([^>]*)>(.*?)</td>", re.DOTALL)
_SPAN: Final = re.compile(r'\s*colspan="(\d+)"')


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of a row, or a further column of a wide one (`of`)."""

    attributes: str = ""
    content: str = ""
    of: "_Cell | None" = None

    def spanning(self, columns: int) -> str:
        wide = f' colspan="{columns}"' if columns > 1 else ""
        return f"<td{self.attributes}{wide}>{self.content}</td>"


def shown(every: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """The columns to show: those chosen that the list still has, after the first; all, in their order, if none are."""
    if not chosen:
        return list(every)
    return [every[0], *(name for name in dict.fromkeys(chosen) if name in every[1:])]


def of_tab(names: Sequence[str], only_in: Mapping[str, Sequence[str]], tab: Tab | None) -> list[str]:
    """The columns that a tab has: all but those that only other tabs have."""
    here = tab.name if tab else ""
    return [name for name in names if here in only_in.get(name, (here,))]


def ordered(every: Sequence[str], chosen: Sequence[str]) -> list[tuple[str, bool]]:
    """All columns as the sheet offers them, with whether each is shown: those shown first, in their order."""
    names = shown(every, chosen)
    return [(name, name in names) for name in [*names, *(name for name in every if name not in names)]]


def cells_in(cells: str, every: Sequence[str], names: Sequence[str]) -> Markup:
    """Of a row's cells those of the named columns, in their order; `ValueError` when the row has other cells than columns.

    A cell over several columns stays one over those of them that follow it, and stands in the first of them alone else.
    """
    if list(every) == list(names):
        return Markup(cells)  # noqa: S704 - as the template wrote it
    by_name: Mapping[str, _Cell] = dict(zip(every, _split(cells), strict=True))
    written: list[tuple[_Cell, int]] = []
    for name in names:
        cell = by_name[name]
        if cell.of is not None and written and cell.of is (written[-1][0].of or written[-1][0]):
            written[-1] = (written[-1][0], written[-1][1] + 1)
        else:
            written.append((cell, 1))
    return Markup("".join(cell.spanning(n) for cell, n in written))  # noqa: S704 - whole cells of what the template wrote


def moved(every: Sequence[str], name: str, by: int) -> list[str]:
    """The columns with one of them a place up or down; the first stays where it is."""
    names = list(every)
    at = names.index(name) if name in names else 0
    to = at + by
    if at > 0 and 0 < to < len(names):
        names[at], names[to] = names[to], names[at]
    return names


def written(names: Sequence[str], labels: Mapping[str, Wording], exported: Mapping[str, Sequence[str]]) -> list[str]:
    """What a file has for the columns shown: a column may be written as others, or not at all."""
    found = [each for name in names for each in exported.get(name, (name,))]
    return [name for name in dict.fromkeys(found) if name in labels]


def _split(cells: str) -> list[_Cell]:
    """Each cell by itself; one over several columns stands in the first of them, and the others are empty and of it."""
    found: list[_Cell] = []
    for cell in _CELL.finditer(cells):
        span = _SPAN.search(cell.group(1))
        first = _Cell(_SPAN.sub("", cell.group(1)), cell.group(2))
        found += [first, *(_Cell(of=first) for _ in range(int(span.group(1)) - 1 if span else 0))]
    return found
