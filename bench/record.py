"""The period's record beside bare WeasyPrint with fixed table layout: the same pages, in one document of one process.

Bare WeasyPrint runs in a process of its own, as ours does, imports and fonts ready before the clock starts. Memory is the
most that a whole record takes at one moment: this process, and every press that it started, taken together.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter
from typing import Final

import weasyprint

from bench.house import ROOT
from bench.row import Row, met, rounded, row
from reports.paper import page
from reports.record.period import sheet as period_sheet
from reports.record.period.content import PeriodRecord
from reports.record.period.render import render_period
from tests.support.period_records import a_period_record

SMALL, LARGE = 400, 2000
_EVERY_S: Final = 0.02


def rows(rounds: int = 3, small: int = SMALL, large: int = LARGE) -> list[Row]:
    """Time for 400 and 2,000 samples beside bare WeasyPrint's, and the peak of memory of the one beside the other."""
    found = [_times(small, rounds, "<= 1.1"), _times(large, max(1, rounds // 3), "<= 0.6")]
    few, many = (_told("ours", samples)["peak_mb"] for samples in (small, large))
    ratio = rounded(many / few)
    memory: Row = {
        "name": f"record of {large:,} rows, peak memory",
        "value": rounded(many),
        "unit": "MB",
        "against": f"the same of {small:,} rows: {rounded(few):g} MB",
        "ratio": ratio,
        "target": "<= 1.3",
        "met": met(ratio, "<= 1.3"),
        "rounds": 1,
        "spread": [ratio] * 2,
        "is_speed": False,
    }
    return [*found, memory]


def _times(samples: int, rounds: int, target: str) -> Row:
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(_told("ours", samples)["ms"])
        bare.append(_told("bare", samples)["ms"])
    name = f"record of {samples:,} rows"
    return row(name, ours, bare, against="bare WeasyPrint, fixed table layout", target=target)


def _told(which: str, samples: int) -> dict[str, float]:
    """What a fresh process measured of itself."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.record", which, str(samples)], cwd=ROOT, capture_output=True, check=True
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _ours(record: PeriodRecord) -> bytes:
    return render_period(record)


def _bare(record: PeriodRecord) -> bytes:
    """All rows in one document, printed by WeasyPrint as it comes."""
    html = period_sheet.whole(record, record.to_json())
    style = page.style() + page.style("record.css") + page.style("period.css")
    pdf: bytes = weasyprint.HTML(string=html).write_pdf(
        stylesheets=[weasyprint.CSS(string=style)], pdf_variant="pdf/a-3a"
    )
    return pdf


def _memory_mb() -> float:
    """What this process and all that it started hold now."""
    pages, waiting = 0, [os.getpid()]
    while waiting:
        process = Path("/proc") / str(waiting.pop())
        try:
            pages += int((process / "statm").read_text().split()[1])
            for thread in (process / "task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except (OSError, ValueError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(which: str, samples: int) -> None:
    """Print one record and say what it took."""
    act = {"ours": _ours, "bare": _bare}[which]
    act(a_period_record(2))  # imports, fonts, the first press
    record, peak, is_over = a_period_record(samples), 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(_EVERY_S):
            peak = max(peak, _memory_mb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = perf_counter()
    pdf = act(record)
    taken = (perf_counter() - began) * 1000
    is_over.set()
    watcher.join()
    print(json.dumps({"ms": taken, "peak_mb": peak, "bytes": len(pdf)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
