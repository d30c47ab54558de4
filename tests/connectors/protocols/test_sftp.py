"""SFTP sources: the contract, and what files and host keys need."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors import sandbox
from connectors.exchange import Source
from connectors.protocols import ssh
from tests.connectors.contract import Contract, hurried, refusal, silent_server
from tests.support.household import OWNER, REQUEST, SUBJECT, Answer, as_csv, question
from tests.support.sftp_source import USER, SftpSource, sftp_source


def a_key(folder: Path, name: str) -> tuple[str, paramiko.PKey]:
    """A new key: its private text, and the key; the public line is written to `<name>.pub`."""
    secret = Ed25519PrivateKey.generate()
    text = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    ).decode()
    line = secret.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    (folder / f"{name}.pub").write_bytes(line + b" test\n")
    (folder / name).write_text(text, "ascii")
    return text, paramiko.PKey.from_path(folder / name)


@dataclass
class SftpRig:
    """A source that exchanges files."""

    source: Source
    server: SftpSource
    folder: Path
    answer: Answer = field(default_factory=Answer)

    def behave(self, name: str) -> None:
        """Manners of the server."""
        whole = as_csv(Answer())
        if name == "growing_at_first":
            self.server.answer = lambda rows: whole.rpartition(b"#END")[0]
            threading.Timer(0.1, self._complete, [whole]).start()
        elif name == "vanishing_at_first":
            self.server.vanishes = 3
        elif name == "undeletable":
            self.server.keeps_answers = True

    def _complete(self, whole: bytes) -> None:
        self.server.files[f"/{OWNER}/out/{REQUEST}.csv"] = whole
        self.server.answer = lambda rows: whole

    def answers(self, answer: Answer) -> None:
        """What is said from now on."""
        self.server.answer = lambda rows: as_csv(answer)

    def seen(self) -> int:
        """Request files that came in."""
        return len(self.server.seen)

    def distrusted(self) -> Source:
        """The source with another host key pinned."""
        a_key(self.folder, "other")
        return replace(self.source, settings={**self.source.settings, "host_key": str(self.folder / "other.pub")})


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SftpRig]:
    """An SFTP source with its pinned host key."""
    _, host_key = a_key(tmp_path, "host")
    log_in, log_in_key = a_key(tmp_path, "log_in")
    with sftp_source(host_key, log_in_key) as server:
        source = Source(
            code=f"{OWNER}.sftp",
            kind="sftp",
            owner=OWNER,
            address=f"sftp://127.0.0.1:{server.port}/{OWNER}",
            deadline_s=10.0,
            settings={"host_key": str(tmp_path / "host.pub"), "poll_s": 0.2},
            credentials={"username": USER, "private_key": log_in},
            max_bytes=2_000_000,
        )
        yield SftpRig(source, server, tmp_path)


class TestSftp(Contract):
    """The contract."""

    offers: frozenset[str] = frozenset({"growing_at_first", "vanishing_at_first", "undeletable", "distrusted"})


def test_the_request_is_renamed_into_place_and_the_answer_removed(rig: SftpRig) -> None:
    sandbox.ask(rig.source, question(narrowing={"birth_year": "75"}))
    assert rig.server.written == [f"/{OWNER}/in/{REQUEST}.csv.part"]
    expected = {
        "seq": "1",
        "item": "household",
        "key_kind": "national_id",
        "key": SUBJECT,
        "narrowing.birth_year": "75",
    }
    assert rig.server.seen == [[expected]]
    assert f"/{OWNER}/out/{REQUEST}.csv" not in rig.server.files


def test_many_questions_share_one_log_in(rig: SftpRig) -> None:
    for _ in range(5):
        sandbox.ask(rig.source, question())
    assert rig.server.log_ins == 1


def test_a_connection_that_died_while_idle_is_replaced_before_anything_is_said(rig: SftpRig) -> None:
    sandbox.ask(rig.source, question())
    for transport in rig.server.transports:
        transport.close()
    assert sandbox.ask(rig.source, question()).records[0].found
    assert rig.seen() == 2


def test_an_answer_that_has_come_survives_a_connection_that_breaks_afterwards(rig: SftpRig) -> None:
    rig.server.hangs_up_on_remove = True
    for _ in range(2):
        assert sandbox.ask(rig.source, question()).records[0].found
    assert rig.server.log_ins == 2


def test_a_server_that_does_not_take_the_file_has_refused(rig: SftpRig) -> None:
    rig.server.refuses_rename = True
    error = refusal(rig.source, question())
    assert (error.code, error.detail, error.never_left) == ("refused", "fault", False)


def test_folders_that_are_not_there_are_our_own_fault(rig: SftpRig) -> None:
    error = refusal(replace(rig.source, address=rig.source.address.replace(OWNER, "nowhere")), question())
    assert (error.code, error.never_left) == ("misconfigured", True)


def test_weak_algorithms_alone_are_refused(rig: SftpRig) -> None:
    rig.server.weak = True
    error = refusal(rig.source, question())
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "algorithms", True)


def test_no_weak_algorithm_is_offered() -> None:
    assert not [
        name for name in (*ssh.CIPHERS, *ssh.MACS) if any(bad in name for bad in ("cbc", "3des", "md5", "sha1"))
    ]


def test_a_rejected_log_in_is_our_own_fault(rig: SftpRig) -> None:
    other, _ = a_key(rig.folder, "stranger")
    error = refusal(replace(rig.source, credentials={"username": USER, "private_key": other}), question())
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "credentials_rejected", True)


def test_a_server_that_never_grants_the_subsystem_is_left_at_the_deadline(rig: SftpRig) -> None:
    rig.server.ignores_subsystem = True
    error = refusal(hurried(rig.source), question())
    assert (error.code, error.never_left) == ("unreachable", True)


def test_a_server_without_the_subsystem_is_left_at_once(rig: SftpRig) -> None:
    rig.server.refuses_subsystem = True
    started = time.monotonic()
    assert refusal(rig.source, question()).never_left
    assert time.monotonic() - started < rig.source.deadline_s / 2


def test_a_handshake_that_never_begins_ends_at_the_deadline(rig: SftpRig) -> None:
    with silent_server() as port:
        error = refusal(hurried(replace(rig.source, address=f"sftp://127.0.0.1:{port}/{OWNER}")), question())
    assert (error.code, error.detail, error.never_left) == ("unreachable", "no_connection_in_time", True)


def test_a_packet_that_comes_a_byte_at_a_time_is_left_at_the_deadline(rig: SftpRig) -> None:
    """A channel's own time-out begins anew with every byte, so that this one would go on for minutes."""
    rig.server.drips = True
    error = refusal(hurried(rig.source), question())
    assert (error.code, error.detail, error.never_left) == ("timed_out", "deadline", False)


def test_a_request_id_that_is_no_file_name_is_never_written(rig: SftpRig) -> None:
    error = refusal(rig.source, replace(question(), request_id="../../etc/passwd"))
    assert (error.code, error.detail, error.never_left) == ("misconfigured", "question", True)
