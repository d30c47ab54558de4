"""python -m bench: measure all rows, hold them against the recorded figures, and write them down.

    python -m bench               everything, a few minutes; exit 1 when a row is worse than the recorded one beyond the noise
    python -m bench decision      these rows alone
    python -m bench --quick       one small round of everything: does it run; nothing is compared or recorded
    python -m bench --record      take the new figures even where they are worse
    python -m bench --page        make docs/performance.md and docs/reliability.md again from bench/results

Figures that are worse are not recorded, so that the next run is held against the same ones.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import audit, decision, keeping, lookups, record, reliability, source, worker
from bench.house import ROOT, Measured, running_house
from bench.page import machine, table, write_page
from bench.row import Row, is_worse
from govern.core import clock

RESULTS: Final = ROOT / "bench" / "results"
NAMES: Final = (
    "lookups",
    "source",
    "keeping",
    "decision",
    "worker",
    "audit",
    "record",
)  # in the order in which they are measured


def measures(names: Sequence[str], *, quick: bool, stack: ExitStack) -> dict[str, Callable[[], list[Row]]]:
    """What measures each named group of rows. Those of a house share one, which `stack` ends."""
    found: dict[str, Callable[[], list[Row]]] = {}
    house: Measured | None = None
    if set(names) - {"worker", "audit", "record"}:
        house = stack.enter_context(running_house())
    if house is not None:
        found = {
            "lookups": partial(lookups.rows, house, *((1, 4) if quick else ())),
            "source": partial(source.rows, house, *((1, 3) if quick else ())),
            "keeping": partial(keeping.rows, house, *((1, 3) if quick else ())),
            "decision": partial(decision.rows, house, *((1, 300, 3) if quick else ())),
        }
    found["audit"] = partial(audit.rows, *((1, 3_000, 20_000) if quick else ()))
    found["worker"] = partial(worker.rows, *((1,) if quick else ()))
    found["record"] = partial(record.rows, *((1, 20, 70) if quick else ()))
    return {name: found[name] for name in NAMES if name in names}


def compare(name: str, measured: Sequence[Row], folder: Path) -> list[str]:
    """The rows that are worse than the recorded ones beyond the noise, each with both ratios."""
    path = folder / f"{name}.json"
    if not path.exists():
        return []
    recorded = {_of(each): each for each in json.loads(path.read_text())["rows"]}
    return [
        f"{each['name']}, against {_of(each)[1]}: {each['ratio']:g}, recorded {recorded[_of(each)]['ratio']:g}"
        for each in measured
        if _of(each) in recorded and is_worse(each, recorded[_of(each)])
    ]


def _of(each: dict[str, Any]) -> tuple[str, str]:
    """Which row it is: its name and its peer's, without the peer's figure."""
    return each["name"], each["against"].rpartition(":")[0]


def write(name: str, measured: Sequence[Row], folder: Path) -> None:
    """The rows as `<name>.json`, with the day and the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"measured_on": clock.today().isoformat(), "machine": machine(), "rows": list(measured)}
    (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, or 1 when a figure is worse than recorded beyond the noise."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; none: all")
    parser.add_argument("--quick", action="store_true", help="one small round, nothing compared or recorded")
    parser.add_argument("--record", action="store_true", help="record the figures even where they are worse")
    parser.add_argument(
        "--page", action="store_true", help="make docs/performance.md and docs/reliability.md again, measuring nothing"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder of results, else bench/results")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.names) - set(NAMES)):
        parser.error(f"no rows are called {', '.join(unknown)}")
    if given.page:
        write_page(RESULTS, NAMES)
        reliability.write_page()
        return 0
    worse: list[str] = []
    folder: Path = given.out or RESULTS
    with ExitStack() as stack:
        for name, measure in measures(given.names or NAMES, quick=given.quick, stack=stack).items():
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            measured = measure()
            print(table(measured), flush=True)
            found = [] if given.quick or given.record else compare(name, measured, folder)
            worse += found
            if given.out is not None or not (given.quick or found):
                write(name, measured, folder)
    if not given.quick and given.out is None:
        write_page(RESULTS, NAMES)
    for line in worse:
        print(f"worse than recorded beyond the noise: {line}", file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
