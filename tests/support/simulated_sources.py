"""The simulated agencies running on loopback, and the sources of `sources.yaml` pointed at them."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from connectors.exchange import Key, Query, Source
from connectors.simulated import registers, serve
from connectors.simulated.items import FILES, items


@dataclass(frozen=True)
class Agencies:
    """Running agencies: their folder, and a source for each data item."""

    folder: Path
    by_item: Mapping[str, Source]

    def source(self, item: str) -> Source:
        """Where a data item is answered."""
        return self.by_item[item]

    def question(self, item: str, place: int = 0) -> Query:
        """A question that the register can answer, with a request id of its own."""
        kind, value = registers.example_keys(item)[place]
        narrowing = registers.example_narrowing(item, value)
        return Query(str(uuid.uuid4()), items()[item].spec, (Key(kind, value),), narrowing=narrowing)


@contextlib.contextmanager
def agencies(folder: Path) -> Iterator[Agencies]:
    """All simulated agencies in processes of their own, which end with the test."""
    credentials = serve.prepare(folder)
    running = serve.start(folder)
    try:
        places = {**{name: str(port) for name, port in running.addresses.items()}, "simulated": str(folder)}
        stated = yaml.safe_load((FILES / "sources.yaml").read_text("utf-8"))["sources"]
        sources = {item: _source(each, places, credentials) for each in stated for item in each["items"]}
        yield Agencies(folder, sources)
    finally:
        running.stop()


def _source(each: Mapping[str, Any], places: Mapping[str, str], credentials: Mapping[str, Mapping[str, str]]) -> Source:
    settings = {
        name: value.format_map(places) if isinstance(value, str) else value for name, value in each["settings"].items()
    }
    return Source(
        code=each["code"],
        kind=each["kind"],
        owner=each["owner"],
        address=each["address"].format_map(places),
        deadline_s=float(each["deadline_s"]),
        settings=settings,
        credentials=credentials.get(each.get("credential_ref") or "", {}),
    )
