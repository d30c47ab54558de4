"""Rigs for the kinds that speak HTTP: what the test's source says and its manners."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.exchange import Source
from tests.support import http_sources as http
from tests.support.certificates import an_authority
from tests.support.household import OWNER, Answer

OF_HTTP = frozenset({"packed", "with_leftovers"})
_NAMES: Mapping[str, http.Behaviour] = {name: getattr(http, name) for name in OF_HTTP}
# What is said in the words of one kind: media type and bytes, with the status.
Wording = Callable[[http.Exchange], tuple[int, str, bytes]]


@dataclass
class HttpRig:
    """A source over HTTP or HTTPS whose answers are written by `wording`."""

    source: Source
    server: http.HttpSource
    other_authority: str
    answer: Answer = field(default_factory=Answer)
    override: Wording | None = None

    def behave(self, name: str) -> None:
        """Manners of HTTP."""
        self.server.behaviour = _NAMES[name]

    def answers(self, answer: Answer) -> None:
        """What is said from now on."""
        self.answer = answer

    def seen(self) -> int:
        """Questions that came in."""
        return sum(1 for each in self.server.seen if each.method == "POST")

    def distrusted(self) -> Source:
        """The source with an authority pinned that did not issue its certificate."""
        return replace(self.source, settings={**self.source.settings, "authority": self.other_authority})


@contextmanager
def http_rig(
    kind: str,
    folder: Path,
    path: str,
    settings: Mapping[str, object],
    credentials: Mapping[str, str],
    wording: Callable[[HttpRig], Wording],
    *,
    tls: bool = True,
) -> Iterator[HttpRig]:
    """A running rig; `wording` says what a proper answer looks like in this kind."""
    authority, other = an_authority(), an_authority("another authority")
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "other.pem").write_bytes(other.pem)
    certificate = authority.issue_to(folder / "server.pem") if tls else None
    rigs: list[HttpRig] = []

    def say(exchange: http.Exchange) -> tuple[int, str, bytes]:
        rig = rigs[0]
        return (rig.override or wording(rig))(exchange)

    with http.http_source(say, certificate) as server:
        pinned = {"authority": str(folder / "ca.pem")} if tls else {}
        source = Source(
            code=f"{OWNER}.{kind}",
            kind=kind,
            owner=OWNER,
            address=f"{'https' if tls else 'http'}://127.0.0.1:{server.port}{path}",
            deadline_s=10.0,
            settings={**pinned, **settings},
            credentials=credentials,
            max_bytes=2_000_000,
        )
        rigs.append(HttpRig(source, server, str(folder / "other.pem")))
        yield rigs[0]
