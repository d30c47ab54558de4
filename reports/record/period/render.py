"""A period's record to PDF/A-3: its parts printed by two presses at once, then bound.

However many samples, a press never lays out more than `period_sheet.ROWS_A_PART` of them, and gives its memory back when it
has rested. The same record gives the same bytes, whichever press printed which part.
"""

import base64
import hashlib
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

from govern.core.wording import Wording
from reports.paper import page
from reports.record import bind
from reports.record.period import sheet as period_sheet
from reports.record.period.content import PeriodRecord
from reports.record.render import ATTACHMENT, NotPrinted, Press, shared_press

PRESSES: Final = 2
PART_DEADLINE_S: Final = 240.0  # for one part: some seconds, and more on a machine that has much else to do
DESCRIPTION: Final = Wording("稽核紀錄的資料", "Data of the record")
# Parts of the sheet leave their foot to the page numbers that are laid over.
_PART: Final = "@page { @bottom-right { content: none } }"

Progress = Callable[[int, int], None]  # so many parts of so many are printed


def render_period(record: PeriodRecord, progress: Progress = lambda done, total: None) -> bytes:
    """The record as PDF/A-3a with its JSON attached, unsigned; raises `NotPrinted`. Progress is told from this thread."""
    data = record.to_json()
    identifier = hashlib.sha256(data).hexdigest()[:32]
    sheets = list(period_sheet.parts(record, data))
    style = page.style() + page.style("record.css") + page.style("period.css")
    asked = [
        {"html": html, "css": style if len(sheets) == 1 else style + _PART, "identifier": identifier} for html in sheets
    ]
    asked[0] |= {
        "name": ATTACHMENT,
        "description": f"{DESCRIPTION.zh} {DESCRIPTION.en}",
        "attachment": base64.b64encode(data).decode(),
        "created": record.made_at,
    }
    del data, sheets
    printed = _printed(asked, progress)
    if len(printed) == 1:
        return printed[0]
    try:
        parts = [bind.Part(pdf) for pdf in printed]
        count = sum(len(part.pages) for part in parts)
        numbers = {"html": period_sheet.numbers(count), "css": page.style(), "identifier": identifier, "plain": "yes"}
        return bind.bind(parts, shared_press().print_sheet(numbers, PART_DEADLINE_S), identifier)
    except bind.BadPart:
        raise NotPrinted("not_bound") from None


def _printed(asked: list[dict[str, str]], progress: Progress) -> list[bytes]:
    """The parts as PDF, in their order; the first that cannot be printed ends it."""
    total = len(asked)
    progress(0, total)
    if total == 1:
        only = [shared_press().print_sheet(asked[0], PART_DEADLINE_S)]
        progress(1, 1)
        return only
    with _presses(min(PRESSES, total)) as free, ThreadPoolExecutor(PRESSES) as threads:

        def one(part: dict[str, str]) -> bytes:
            press = free.get()
            try:
                return press.print_sheet(part, PART_DEADLINE_S)
            finally:
                free.put(press)

        # The largest first, so that no press prints it alone at the end.
        by_size = sorted(range(total), key=lambda at: len(asked[at]["html"]), reverse=True)
        waited: dict[int, Future[bytes]] = {at: threads.submit(one, asked[at]) for at in by_size}
        left = set(waited.values())
        try:
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
                progress(total - len(left), total)
        finally:
            for each in left:
                each.cancel()
        return [waited[at].result() for at in range(total)]


@contextmanager
def _presses(count: int) -> Iterator["queue.SimpleQueue[Press]"]:
    """Presses to take and give back: the shared one, and others that end with the sheet."""
    free: queue.SimpleQueue[Press] = queue.SimpleQueue()
    free.put(shared_press())
    others = [Press() for _ in range(count - 1)]
    for press in others:
        free.put(press)
    try:
        yield free
    finally:
        for press in others:
            press.stop()
