"""A row: one figure beside its peer, from rounds that took both in turn; and when a row is worse than the recorded one.

The ratio is the median of the rounds' ratios, because what disturbs a round disturbs both halves of it. Its spread is the
middle half of them: the least and the greatest say what else the machine did. A row is worse than the recorded one only
beyond the noise: its ratio is worse by more than a quarter, and the two spreads do not touch. Rows without a target are
there to be read; they fail nothing.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Final

NOISE: Final = 0.25

Row = dict[str, Any]


def row(
    name: str,
    ours: Sequence[float],
    peer: Sequence[float],
    *,
    against: str,
    target: str = "none",
    unit: str = "ms",
    value: float | None = None,
    is_speed: bool = False,
) -> Row:
    """A row of times in milliseconds, one of each a round. The ratio is time by time, or with `is_speed` the peer's by ours.

    `target` is `none` or a bound on the ratio: `<= 1.3`, `>= 0.85`. `value` stands in for ours' median where the figure
    that people want is another one of the same rounds.
    """
    ratios = [theirs / mine if is_speed else mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    ratio = rounded(statistics.median(ratios))
    return {
        "name": name,
        "value": rounded(statistics.median(ours) if value is None else value),
        "unit": unit,
        "against": f"{against}: {rounded(statistics.median(peer)):g} ms",
        "ratio": ratio,
        "target": target,
        "met": met(ratio, target),
        "rounds": len(ratios),
        "spread": _middle_half(ratios),
        "is_speed": is_speed,
    }


def _middle_half(ratios: Sequence[float]) -> list[float]:
    if len(ratios) == 1:
        return [rounded(ratios[0])] * 2
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return [rounded(low), rounded(high)]


def met(ratio: float, target: str) -> bool | None:
    """Whether a ratio keeps to a bound; `None` where there is none."""
    match target.split(maxsplit=2):
        case ["<=", bound, *_]:
            return ratio <= float(bound)
        case [">=", bound, *_]:
            return ratio >= float(bound)
    return None


def rounded(figure: float) -> float:
    """Three digits that count: more are not there."""
    return float(f"{figure:.3g}")


def time_ms(act: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of one act, over so many in a row."""
    began = perf_counter()
    for _ in range(times):
        act()
    return (perf_counter() - began) * 1000 / times


def in_turn(rounds: int, *, times: int = 1, **acts: Callable[[], object]) -> dict[str, list[float]]:
    """Each act `times` times a round, one act after the other, after a round that warms up; milliseconds a time."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds + 1):
        for name, act in acts.items():
            milliseconds = time_ms(act, times)
            if number:
                taken[name].append(milliseconds)
    return taken


def is_worse(now: Row, recorded: Mapping[str, Any]) -> bool:
    """Whether a row is worse than the recorded one beyond the noise. A row without a spread has the quarter alone."""
    if now["target"] == "none":
        return False
    low, high = recorded.get("spread", [recorded["ratio"]] * 2)
    here_low, here_high = now.get("spread", [now["ratio"]] * 2)
    if now.get("is_speed"):
        return bool(now["ratio"] < recorded["ratio"] * (1 - NOISE / (1 + NOISE)) and here_high < low)
    return bool(now["ratio"] > recorded["ratio"] * (1 + NOISE) and here_low > high)
