"""Rows as tables: on the terminal, and docs/performance.md made from bench/results."""

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.house import ROOT

PAGE: Final = ROOT / "docs" / "performance.md"
_HEAD: Final = """# Performance

Made by `python -m bench` (`make bench`) from `bench/results/`. Each figure stands beside a peer that ran in turn with it in
the same run, on a machine that others may use as well: what counts is the ratio, the median of the rounds' ratios, with the
middle half of them beside it. Absolute times do not travel. A target is a bound on the ratio; a row that misses its target
says so.

A run fails only when a ratio that has a target is worse than the recorded one by more than a quarter and the two middle
halves do not touch.

"""
_ABOUT: Final = {
    "lookups": "Look-ups, from submission to sealed answer",
    "source": "A source asked",
    "keeping": "What is kept",
    "decision": "A decision",
    "worker": "A job of the worker",
    "audit": "The audit at a city's size",
    "record": "A period's record",
}
_COLUMNS: Final = ("what", "figure", "beside", "ratio", "target", "met")


def machine() -> dict[str, str]:
    """What the figures were taken on."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows in columns of a Markdown table, which a terminal shows well enough."""
    lines = [_COLUMNS, tuple("---" for _ in _COLUMNS), *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    spread = row.get("spread")
    between = f" ({spread[0]:g} to {spread[1]:g})" if spread else ""
    met = {True: "yes", False: "**no**", None: "–"}[row["met"]]
    return (
        row["name"],
        f"{row['value']:g} {row['unit']}",
        row["against"],
        f"{row['ratio']:g}{between}",
        "–" if row["target"] == "none" else row["target"],
        met,
    )


def write_page(results: Path, names: Sequence[str]) -> None:
    """`docs/performance.md` says what bench/results holds."""
    PAGE.write_text(_HEAD + "\n".join(_section(results / f"{name}.json", name) for name in names).rstrip() + "\n")


def _section(path: Path, name: str) -> str:
    if not path.exists():
        return ""
    content = json.loads(path.read_text())
    where = content["machine"]
    return (
        f"## {_ABOUT[name]}\n\n"
        f"How: the first lines of `bench/{name}.py`. Measured on {content['measured_on']}, {where['processor']}, "
        f"{where['cores']} cores, {where['system']}, Python {where['python']}, SQLite {where['sqlite']}, "
        f"{content['rows'][0]['rounds']} rounds.\n\n{table(content['rows'])}\n"
    )
