"""The counts of a period's record: every one from samples and findings alone, so that anybody can count again."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from govern.core.clock import TAIPEI
from govern.rules.verdict import FINAL, Verdict
from reports.record.period.content import Answers, Count, Figures, Finding, Sample, Split

VERDICTS: Final = tuple(verdict for verdict in Verdict if verdict in FINAL)  # in the order of the page


def figures_of(population: int, samples: Sequence[Sample], findings: Sequence[Finding]) -> Figures:
    """What the page counts of a period."""
    given = Counter(sample.verdict for sample in samples)
    return Figures(
        population=population,
        samples=len(samples),
        verdicts=tuple(Count(str(verdict), given[str(verdict)]) for verdict in VERDICTS),
        by_agency=_split(samples, lambda sample: sample.agency),
        by_case_item=_split(samples, lambda sample: sample.case_item),
        answers=_answers(samples),
        reveals=sum(len(sample.reveals) for sample in samples),
        findings=len(findings),
        findings_closed=sum(1 for finding in findings if finding.closed_at is not None),
    )


def _split(samples: Iterable[Sample], of: Callable[[Sample], str]) -> tuple[Split, ...]:
    """The samples of each agency, or of each case item; the most first, of equals by code."""
    every: Counter[str] = Counter()
    proper: Counter[str] = Counter()
    for sample in samples:
        every[of(sample)] += 1
        proper[of(sample)] += sample.verdict == Verdict.PROPER
    ordered = sorted(every, key=lambda code: (-every[code], code))
    return tuple(Split(code, every[code], proper[code], every[code] - proper[code]) for code in ordered)


def _answers(samples: Iterable[Sample]) -> Answers:
    """How clerks answered; days are those of Taipei's calendar, the median is the lower one."""
    asked = [sample.asked_clerk for sample in samples if sample.asked_clerk is not None]
    days = sorted(_days(one.asked_at, one.answered_at) for one in asked if one.answered_at is not None)
    return Answers(
        asked=len(asked),
        answered=len(days),
        late=sum(1 for one in asked if one.is_late),
        documents=sum(len(one.documents) for one in asked),
        median_days=days[(len(days) - 1) // 2] if days else None,
        longest_days=days[-1] if days else None,
    )


def _days(since: str, until: str) -> int:
    first, last = (datetime.fromisoformat(at).astimezone(TAIPEI).date() for at in (since, until))
    return (last - first).days
