"""What the simulated agencies saw, all of them together: the other side of the trail."""

from pathlib import Path

from connectors.simulated import journal


def requests_seen(simulated: Path) -> list[dict[str, str]]:
    """Every line of every agency's journal, in the order of time: `request_id`, `item`, `key_digest`, `at`, `owner`.

    A request about several subjects has a line for each.
    """
    lines = []
    for path in (simulated / "journal").glob("*.jsonl"):
        lines += [line | {"owner": path.stem} for line in journal.read(simulated, path.stem)]
    return sorted(lines, key=lambda line: line["at"])
