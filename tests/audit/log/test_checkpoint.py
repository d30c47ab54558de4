"""Checkpoints: three lines, signed by the log; a foreign or altered one proves nothing."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.log.checkpoint import Checkpoint, CheckpointError, parse_text, read_checkpoint, sign_checkpoint
from audit.log.note import NoteSigner, sign

ORIGIN = "govern.example/log"
LOG = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = NoteSigner("other.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
STATE = Checkpoint(ORIGIN, 20852163, bytes(range(32)))


def test_a_checkpoint_is_the_specifications_three_lines() -> None:
    assert STATE.text() == "govern.example/log\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert parse_text(STATE.text()) == STATE


def test_a_signed_checkpoint_is_believed() -> None:
    assert read_checkpoint(sign_checkpoint(STATE, LOG), origin=ORIGIN, trusted=[LOG.key()]) == STATE


def test_lines_after_the_root_are_read_over() -> None:
    assert read_checkpoint(sign(STATE.text() + "more\n", [LOG]), origin=ORIGIN, trusted=[LOG.key()]) == STATE


def test_a_checkpoint_signed_by_another_key_is_not() -> None:
    with pytest.raises(CheckpointError):
        read_checkpoint(sign_checkpoint(STATE, OTHER), origin=ORIGIN, trusted=[LOG.key()])


def test_a_checkpoint_of_another_log_is_not_even_with_a_trusted_key() -> None:
    with pytest.raises(CheckpointError, match="another log"):
        read_checkpoint(sign_checkpoint(STATE, LOG), origin="elsewhere.example/log", trusted=[LOG.key()])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n12\n",
        f"{ORIGIN}\n012\n{STATE.text().splitlines()[2]}\n",
        f"{ORIGIN}\n-1\n{STATE.text().splitlines()[2]}\n",
        f"{ORIGIN}\n1２\n{STATE.text().splitlines()[2]}\n",
        f"{ORIGIN}\n12\nAAAA\n",
        f"{ORIGIN}\n12\n!{STATE.text().splitlines()[2][1:]}\n",
        f"{ORIGIN}\n12\n{STATE.text().splitlines()[2][:-2]}9=\n",
        f"\n12\n{STATE.text().splitlines()[2]}\n",
        STATE.text() + "\nafter an empty line\n",
        STATE.text()[:-1],
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_text(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 1, b"")]
)
def test_a_checkpoint_without_its_parts_cannot_be_made(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint(origin, size, root)
