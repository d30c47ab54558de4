"""Which columns of a list are shown, in which order; the first, which names the thing, always and first.

A view's template writes all cells of a row, in the order of `column_list`. What was chosen is taken out of what it wrote, so
that no template has to know of it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from govern.core.wording import Wording

_CELL: Final = re.compile(r"<td\b([^>]*)>(.*?)</td>", re.DOTALL)
_SPAN: Final = re.compile(r'\s*colspan="(\d+)"')


def shown(every: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """The columns to show: those chosen that the list still has, after the first; all, in their order, if none are."""
    if not chosen:
        return list(every)
    return [every[0], *(name for name in dict.fromkeys(chosen) if name in every[1:])]


def ordered(every: Sequence[str], chosen: Sequence[str]) -> list[tuple[str, bool]]:
    """All columns as the sheet offers them, with whether each is shown: those shown first, in their order."""
    names = shown(every, chosen)
    return [(name, name in names) for name in [*names, *(name for name in every if name not in names)]]


def cells_in(cells: str, every: Sequence[str], names: Sequence[str]) -> Markup:
    """Of a row's cells those of the named columns, in their order; `ValueError` when the row has other cells than columns."""
    if list(every) == list(names):
        return Markup(cells)  # noqa: S704 - as the template wrote it
    by_name: Mapping[str, str] = dict(zip(every, _split(cells), strict=True))
    return Markup("".join(by_name[name] for name in names))  # noqa: S704 - whole cells of what the template wrote


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


def _split(cells: str) -> list[str]:
    """Each cell by itself; one over several columns stands in the first of them, and the others are empty."""
    found: list[str] = []
    for cell in _CELL.finditer(cells):
        span = _SPAN.search(cell.group(1))
        found.append(f"<td{_SPAN.sub('', cell.group(1))}>{cell.group(2)}</td>")
        found += ["<td></td>"] * (int(span.group(1)) - 1 if span else 0)
    return found
