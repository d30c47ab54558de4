"""A source of each kind that misbehaves in one way: over TLS or SSH on loopback, with everything a test needs to ask it.

Certificates, keys and the WSDL are made once (`Ground`); each `standing` is a server of its own, and many can stand at a time.
"""

import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.exchange import Source
from tests.connectors.misbehaving import servers
from tests.connectors.misbehaving.bodies import as_said
from tests.support import http_sources as http
from tests.support.certificates import an_authority
from tests.support.household import OWNER, REQUEST, wsdl
from tests.support.sftp_source import USER, SftpSource, sftp_source

KINDS: Final = ("soap_ws", "soap_gateway", "https", "batch_file", "sftp")
HTTP: Final = KINDS[:4]
PATIENT_S: Final = 60.0  # what ends by itself has nothing to do with the deadline, however busy the machine is
HURRIED_S: Final = 2.0  # what only the deadline ends; over SSH twice as long, for its log-in comes first
_CREDENTIALS: Final[Mapping[str, Mapping[str, str]]] = {
    "soap_ws": {},
    "soap_gateway": {"username": "govern", "password": "password-of-the-test"},
    "https": {"username": "govern", "password": "token-of-the-test"},
    "batch_file": {"username": "govern", "password": "token-of-the-test"},
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A running source, and how many questions have reached it."""

    source: Source
    seen: Callable[[], int]


class Ground:
    """Certificates, keys and the WSDL below a folder."""

    def __init__(self, folder: Path) -> None:
        authority, other = an_authority(), an_authority("another authority")
        self.folder = folder
        self.wsdl = folder / "owner.wsdl"
        self.wsdl.write_text(wsdl(), "utf-8")
        (folder / "ca.pem").write_bytes(authority.pem)
        authority.issue_to(folder / "right.pem")
        authority.issue_to(folder / "out_of_date.pem", days_from=-30, days_to=-1)
        authority.issue_to(folder / "not_yet_valid.pem", days_from=1, days_to=30)
        authority.issue_to(folder / "another_name.pem", host="data.gov.example")
        other.issue_to(folder / "another_authority.pem")
        secret = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "self_signed.pem").write_bytes(other.pem + other.key.private_bytes(*secret))
        self.keys = {name: self._key(name) for name in ("host", "log_in", "another")}
        self.rsa = paramiko.RSAKey.generate(2048)

    def _key(self, name: str) -> paramiko.PKey:
        secret = Ed25519PrivateKey.generate()
        text = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        )
        line = secret.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        (self.folder / f"{name}.pub").write_bytes(line + b" test\n")
        (self.folder / name).write_bytes(text)
        return paramiko.PKey.from_path(self.folder / name)

    @contextlib.contextmanager
    def standing(self, kind: str, name: str, deadline_s: float = PATIENT_S) -> Iterator[Standing]:
        """A source of this kind that misbehaves so; KeyError for a misbehaviour that the kind cannot show."""
        elsewhere = AT_THE_DOOR.get(name)
        with self._sftp(name, deadline_s) if kind == "sftp" else self._http(kind, name, deadline_s) as stands:
            if elsewhere is None:
                yield stands
                return
            with elsewhere[kind == "sftp"]() as port:
                yield replace(stands, source=_at(stands.source, port))

    @contextlib.contextmanager
    def _http(self, kind: str, name: str, deadline_s: float) -> Iterator[Standing]:
        certificate = self.folder / (f"{name}.pem" if name in BAD_CERTIFICATES else "right.pem")
        answers, behaviour = _said_by(kind, name), OVER_HTTP.get(name.removeprefix("upload_"), http.rightly)
        with http.http_source(answers, certificate, is_old=name == "old_tls") as server:
            is_at_the_look = kind == "batch_file" and not name.startswith("upload_")
            server.behaviour = _at_the_look(behaviour) if is_at_the_look else behaviour
            soap = {"wsdl": str(self.wsdl)} if kind.startswith("soap") else {}
            gateway = {"requesting_agency": "382000000A", "service_code": "S-001"} if kind == "soap_gateway" else {}
            batch = {"poll_s": 0.1} if kind == "batch_file" else {}
            source = Source(
                code=f"{OWNER}.{kind}",
                kind=kind,
                owner=OWNER,
                address=f"https://127.0.0.1:{server.port}/{OWNER}",
                deadline_s=deadline_s,
                settings={"authority": str(self.folder / "ca.pem"), **soap, **gateway, **batch},
                credentials=_CREDENTIALS[kind],
            )
            yield Standing(source, lambda: sum(1 for each in server.seen if each.method == "POST"))

    @contextlib.contextmanager
    def _sftp(self, name: str, deadline_s: float) -> Iterator[Standing]:
        shown = {"another_authority": self.keys["another"], "another_kind_of_key": self.rsa}.get(
            name, self.keys["host"]
        )
        with sftp_source(shown, self.keys["log_in"]) as server:
            if name in OVER_SFTP:
                OVER_SFTP[name](server)
            else:
                server.answer = lambda rows: as_said("sftp", name)
            source = Source(
                code=f"{OWNER}.sftp",
                kind="sftp",
                owner=OWNER,
                address=f"sftp://127.0.0.1:{server.port}/{OWNER}",
                deadline_s=deadline_s,
                settings={"host_key": str(self.folder / "host.pub"), "poll_s": 0.1},
                credentials={"username": USER, "private_key": (self.folder / "log_in").read_text("ascii")},
            )
            yield Standing(source, lambda: len(server.seen))


def _at(source: Source, port: int) -> Source:
    scheme, _, rest = source.address.partition("://")
    return replace(source, address=f"{scheme}://127.0.0.1:{port}/{rest.partition('/')[2]}")


def _said_by(kind: str, name: str) -> Callable[[http.Exchange], tuple[int, str, bytes]]:
    """What the source says when it comes to saying something."""

    def say(exchange: http.Exchange) -> tuple[int, str, bytes]:
        if kind != "batch_file":
            status = 500 if name in ("fault", "bad_credentials") else 200
            return status, "application/json" if kind == "https" else "text/xml; charset=utf-8", as_said(kind, name)
        if exchange.method == "POST":
            ticket = "../../other" if name == "bad_ticket" else "t-1"
            return 202, "application/json", json.dumps({"request_id": REQUEST, "ticket": ticket}).encode()
        request_id = "01900000-0000-7000-8000-000000000bad" if name == "another_question" else REQUEST
        status = 202 if name == "working_for_ever" else 200
        return status, f"text/csv\r\nX-Request-Id: {request_id}", as_said(kind, name)

    return say


def _at_the_look(behaviour: http.Behaviour) -> http.Behaviour:
    """A file is taken rightly, and the misbehaviour comes when the answer is looked for."""

    def act(exchange: http.Exchange) -> None:
        if exchange.method == "POST":
            http.rightly(exchange)
            return
        behaviour(exchange)
        if behaviour is not http.rightly and not getattr(behaviour, "goes_on", False):
            exchange.connection.shutdown(socket.SHUT_RDWR)

    act.goes_on = True  # type: ignore[attr-defined]
    return act


Door = Callable[[], contextlib.AbstractContextManager[int]]


def _raw(act: servers.Act) -> Door:
    return partial(servers.raw_server, act)


# Before a word of HTTP or SFTP: the port that is met instead, for sources over TLS and for those over SSH.
AT_THE_DOOR: Final[Mapping[str, tuple[Door, Door]]] = {
    "refuse": (servers.nobody, servers.nobody),
    "packets_dropped": (servers.dropping, servers.dropping),
    "black_hole": (_raw(servers.silent), _raw(servers.silent)),
    "closed_at_once": (_raw(servers.closing), _raw(servers.closing)),
    "greeting_byte_by_byte": (_raw(servers.TRICKLING_TLS), _raw(servers.TRICKLING_SSH)),
    "endless_greeting": (_raw(servers.ENDLESS_TLS), _raw(servers.ENDLESS_SSH)),
    "another_protocol": (_raw(servers.ANOTHER_PROTOCOL), _raw(servers.ANOTHER_PROTOCOL)),
}
BAD_CERTIFICATES: Final = ("another_authority", "self_signed", "out_of_date", "not_yet_valid", "another_name")
OVER_HTTP: Final[Mapping[str, http.Behaviour]] = {
    "silent": http.silently,
    "byte_by_byte": http.byte_by_byte,
    "endless_header": http.endless_header,
    "endless_header_line": http.endless_header_line,
    "continuing_for_ever": http.continuing_for_ever,
    "endless_trailer": servers.endless_trailer,
    "endless_chunk_size": servers.endless_chunk_size,
    "tiny_chunks": servers.empty_chunks,
    "hanging_up": http.hanging_up,
    "cut_short": http.cut_short,
    "cut_short_in_a_chunk": http.cut_short_in_a_chunk,
    "short_file": http.well_formed_but_shorter,
    "negative_length": servers.negative_length,
    "two_lengths": servers.two_lengths,
    "announcing_200_mb": http.announcing_200_mb,
    "sending_200_mb": http.sending_200_mb,
    "gzip_bomb": http.gzip_bomb,
    "redirect": http.redirecting,
    "redirect_to_http": servers.redirecting_to_http,
    "log_in_page": servers.log_in_page,
    "garbage": http.garbage,
    "failing": servers.failing,
    "busy": http.busy,
    "rejecting": http.rejecting,
    "packed": http.packed,
    "one_answer_too_many": servers.one_answer_too_many(lambda: http.message(200, "text/xml", b"x" * 12_000)),
}


def _set(**what: object) -> Callable[[SftpSource], None]:
    def on(server: SftpSource) -> None:
        for name, value in what.items():
            setattr(server, name, value)

    return on


OVER_SFTP: Final[Mapping[str, Callable[[SftpSource], None]]] = {
    "silent": _set(answer=lambda rows: None),
    "byte_by_byte": _set(trickles=True),
    "stalling": _set(stalls_in_answer=True),
    "short_file": _set(is_short=True),
    "cut_short": _set(hangs_up_in_answer=True),
    "hanging_up": _set(hangs_up_on_rename=True),
    "announcing_200_mb": _set(announced=200_000_000),
    "sending_200_mb": _set(floods=True),
    "always_growing": _set(grows=1_000_000),
    "growing_at_first": _set(grows=3),
    "vanishing": _set(vanishes=1_000_000),
    "vanishing_at_first": _set(vanishes=3),
    "undeletable": _set(keeps_answers=True),
    "no_subsystem": _set(refuses_subsystem=True),
    "subsystem_never_granted": _set(ignores_subsystem=True),
    "weak_algorithms": _set(weak=True),
    "rejecting": _set(lets_in=False),
    "not_taken": _set(refuses_rename=True),
    "old_tls": _set(weak=True),
    "another_authority": _set(),
    "another_kind_of_key": _set(),
    **dict.fromkeys(AT_THE_DOOR, _set()),
}
