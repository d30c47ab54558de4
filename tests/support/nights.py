"""What `make night` does more than `make test`: every property is tried thousands of times, and how often is written down."""

import os
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings

from tests.support.proofs import counted, record

EXAMPLES: Final = int(os.environ.get("GOVERN_TEST_EXAMPLES", "5000"))

settings.register_profile("day", deadline=None)  # a slow machine is no counter-example
settings.load_profile("day")
settings.register_profile("night", max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many properties were tried and how many did not hold, for docs/reliability.md."""
    is_whole = config.option.markexpr == "hypothesis" and config.args == ["tests"]
    if not (is_whole and config.getoption("hypothesis_profile", None) == "night"):
        return
    failed = sum(len(terminalreporter.stats.get(outcome, ())) for outcome in ("failed", "error"))
    held = len(terminalreporter.stats.get("passed", ()))
    row = counted("properties with a counter-example", failed, "properties", rounds=failed + held)
    record(f"properties, each tried {EXAMPLES:,} times", [row])
