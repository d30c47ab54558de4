"""What a long proof of the promises found, as rows beside the benchmarks' own: `bench/results/faults.json`, by the proof's name.

A row counts: how many of what must not be there were found in N trials, or how long the slowest took. None found in N trials
says, at 95 %, that it is rarer than 3 in N; so every row says its N (`rounds`). Only proofs marked `faults` record.
"""

import fcntl
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.page import machine
from bench.row import Row, met, rounded
from govern.core import clock

RESULTS: Final = Path(__file__).parent.parent.parent / "bench" / "results" / "faults.json"


def counted(
    name: str, value: float, unit: str, *, rounds: int, target: str = "<= 0", against: str = "none", ratio: float = 0.0
) -> Row:
    """A row of a count or a bound: `target` binds the value itself. `against` names the peer and its own figure."""
    return {
        "name": name,
        "value": rounded(value),
        "unit": unit,
        "against": against,
        "ratio": ratio,
        "target": target,
        "met": met(value, target),
        "rounds": rounds,
    }


def record(name: str, rows: Sequence[Row], *, results: Path = RESULTS) -> None:
    """What this proof found stands under its name, in place of what it found before. Safe beside other proofs."""
    results.parent.mkdir(parents=True, exist_ok=True)
    with results.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        held = json.loads(file.read() or "{}")
        held[name] = {"measured_on": clock.today().isoformat(), "machine": machine(), "rows": list(rows)}
        file.truncate(0)
        file.write(json.dumps(dict(sorted(held.items())), ensure_ascii=False, indent=1) + "\n")


def said(rows: Sequence[Row]) -> str:
    """The rows as lines for the terminal, each with its N."""
    return "\n".join(
        f"{row['name']}: {row['value']:g} {row['unit']} (target {row['target']}, N = {row['rounds']})" for row in rows
    )
