"""docs/reliability.md, made from bench/results/faults.json: what the long proofs of the five promises found."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.house import ROOT

RESULTS: Final = ROOT / "bench" / "results" / "faults.json"
PAGE: Final = ROOT / "docs" / "reliability.md"
_HEAD: Final = """# Reliability

What the long proofs of the five promises found. They kill, cut off, flood, forge and tamper, and count what must not be there:
a look-up lost, a source asked twice, a value in clear, a changed entry that nobody noticed. `make faults` runs them and writes
`bench/results/faults.json`; `make docs` makes this page from it. `make promises` lists the promises with all their tests, in
Chinese; `make test` runs the short ones each time.

**How to read a figure.** *N* is how often it was tried. *0 of N* does not say "never": it says, with 95 % confidence, that it
happens less often than 3 times in N tries (3/N, the "rule of three"), as far as the tries are alike and independent. So 0 of 30
is rarer than 1 in 10, and 0 of 3,000 rarer than 1 in 1,000; the column *rarer than* says it for each row. A time is the slowest
of its N tries, not a mean. *Target* is the bound that was set beforehand; a row that misses it says so in bold. Each proof is
itself proven: a fault is planted that it must find (the tests say where).

"""
_COLUMNS: Final = ("what", "found", "N", "rarer than", "target", "met", "beside")


def page(results: Path = RESULTS) -> str:
    """The page as the file of results says."""
    held: Mapping[str, Any] = json.loads(results.read_text())
    return (_HEAD + _in_short(held) + "\n".join(_section(name, held[name]) for name in sorted(held))).rstrip() + "\n"


def write_page() -> None:
    """`docs/reliability.md` says what bench/results holds."""
    PAGE.write_text(page())


def rarer_than(row: Mapping[str, Any]) -> str:
    """3/N of a count that must be nought and was; a dash for all else."""
    if row["value"] != 0 or row["target"] != "<= 0":
        return "–"
    return f"1 in {row['rounds'] // 3:,}" if row["rounds"] >= 6 else "too few to say"


def _in_short(held: Mapping[str, Any]) -> str:
    rows = [row for proof in held.values() for row in proof["rows"]]
    missed = sum(1 for row in rows if row["met"] is False)
    said = "all within their targets" if not missed else f"**{missed} beyond their targets**"
    return f"In short: {len(held)} proofs, {len(rows)} figures, {said}.\n\n"


def _section(name: str, proof: Mapping[str, Any]) -> str:
    where = proof["machine"]
    return (
        f"## {name[:1].upper()}{name[1:]}\n\n"
        f"Run on {proof['measured_on']}, {where['processor']}, {where['cores']} cores, {where['system']}, "
        f"Python {where['python']}, SQLite {where['sqlite']}.\n\n{_table(proof['rows'])}\n"
    )


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    beside = "–" if row["against"] == "none" else row["against"]
    return (
        row["name"],
        f"{row['value']:g} {row['unit']}",
        f"{row['rounds']:,}",
        rarer_than(row),
        "–" if row["target"] == "none" else row["target"],
        {True: "yes", False: "**no**", None: "–"}[row["met"]],
        beside if not row["ratio"] else f"{beside} (ratio {row['ratio']:g})",
    )
