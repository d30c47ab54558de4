"""The benchmarks run and say what they promise to say; no figure is judged here, because a clock is no test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as main
from bench import reliability
from bench.page import machine, table
from bench.row import is_worse, met, row

ROOT = Path(__file__).parent.parent.parent
SHAPE = {"name", "value", "unit", "against", "ratio", "target", "met", "rounds"}


@pytest.mark.parametrize("rows", [("worker",), ("lookups", "source", "keeping", "decision"), ("audit",)], ids="+".join)
def test_a_quick_run_measures_every_row_beside_its_peer(rows: tuple[str, ...], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--out", str(tmp_path), *rows],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert {path.stem for path in tmp_path.glob("*.json")} == set(rows)
    for name in rows:
        content = json.loads((tmp_path / f"{name}.json").read_text())
        assert content["machine"].keys() == machine().keys()
        assert content["rows"]
        for each in content["rows"]:
            assert each.keys() >= SHAPE
            assert each["rounds"] == 1
            assert each["ratio"] > 0
            assert each["against"]
            assert each["met"] is met(each["ratio"], each["target"])


def test_a_row_is_met_by_its_median_ratio() -> None:
    one = row("a row", [1.0, 3.0, 2.0], [1.0, 2.0, 1.0], against="a peer", target="<= 1.5")
    assert (one["ratio"], one["spread"], one["met"]) == (1.5, [1.25, 1.75], True)
    hairs = row("a row", [1.5004], [1.0], against="a peer", target="<= 1.5")
    assert (hairs["ratio"], hairs["met"]) == (1.5, True), "judged by a digit that the page does not show"
    fast = row("a row", [1.0], [30.0], against="a peer", target=">= 25", is_speed=True)
    assert (fast["ratio"], fast["met"]) == (30.0, True)


@pytest.mark.parametrize(
    ("ratio", "spread", "expected"),
    [
        (1.2, [1.15, 1.25], False),  # within a quarter
        (1.4, [1.05, 1.5], False),  # beyond it, but not outside the spreads
        (1.4, [1.3, 1.5], True),
        (0.5, [0.4, 0.6], False),
    ],
)
def test_a_row_is_worse_only_beyond_the_noise(ratio: float, spread: list[float], expected: bool) -> None:
    recorded = {"ratio": 1.0, "spread": [0.9, 1.1], "is_speed": False}
    now = {"ratio": ratio, "spread": spread, "is_speed": False, "target": "<= 1"}
    assert is_worse(now, recorded) is expected
    assert not is_worse({**now, "target": "none"}, recorded)


def test_a_speed_is_worse_when_it_is_less() -> None:
    recorded = {"ratio": 30.0, "spread": [28.0, 33.0], "is_speed": True}
    now = {"is_speed": True, "target": ">= 25"}
    assert is_worse({"ratio": 20.0, "spread": [19.0, 21.0], **now}, recorded)
    assert not is_worse({"ratio": 27.0, "spread": [26.0, 29.0], **now}, recorded)


def test_a_run_that_is_worse_than_recorded_fails_and_is_held_against_the_same_figures_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "RESULTS", tmp_path)
    monkeypatch.setattr(main, "write_page", lambda *_: None)
    took = [1.0, 1.02, 0.98]
    monkeypatch.setattr(
        main,
        "measures",
        lambda names, **_: {"decision": lambda: [row("a decision", took, [1.0] * 3, against="a check", target="<= 2")]},
    )
    assert main.main(["decision"]) == 0
    recorded = (tmp_path / "decision.json").read_text()
    took[:] = [1.06, 1.1, 1.01]  # within the noise
    assert main.main(["decision"]) == 0
    (tmp_path / "decision.json").write_text(recorded)
    took[:] = [1.9, 1.8, 1.85]
    assert main.main(["decision"]) == 1
    assert (
        "worse than recorded beyond the noise: a decision, against a check: 1.85, recorded 1" in capsys.readouterr().err
    )
    assert (tmp_path / "decision.json").read_text() == recorded
    assert main.main(["decision", "--record"]) == 0
    assert (tmp_path / "decision.json").read_text() != recorded


def test_a_missed_target_is_said_in_the_table() -> None:
    missed = row("a row", [3.0], [1.0], against="a peer", target="<= 2")
    assert "| <= 2 | **no** |" in table([missed])


def test_the_page_of_reliability_is_as_the_results_say() -> None:
    assert reliability.PAGE.read_text() == reliability.page(), "run `make docs`"


def test_none_found_says_how_rare_it_is_at_most() -> None:
    none_of_many = {"value": 0.0, "target": "<= 0", "rounds": 3000}
    assert reliability.rarer_than(none_of_many) == "1 in 1,000"
    assert reliability.rarer_than({**none_of_many, "rounds": 1}) == "too few to say"
    assert reliability.rarer_than({**none_of_many, "value": 1.0}) == "–"
    assert reliability.rarer_than({**none_of_many, "target": "<= 3"}) == "–"
