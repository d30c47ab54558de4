"""Signed notes: the Go implementation's example is read, ours is accepted, anything altered is not."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.log.note import NoteError, NoteKey, NoteSigner, parse, parse_key, sign, verified_text

# The example of Go's golang.org/x/mod/sumdb/note: another implementation's key and signature.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT
    + "\n\u2014 PeterNeumann "
    + "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

LOG = NoteSigner("govern.example/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = NoteSigner("witness.example/one", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


def test_a_note_of_gos_implementation_is_accepted() -> None:
    assert verified_text(GO_NOTE, [parse_key(GO_KEY)]) == GO_TEXT


def test_a_key_survives_its_text_form() -> None:
    assert parse_key(GO_KEY).text() == GO_KEY
    assert parse_key(LOG.key().text()) == LOG.key()


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(lambda text: text + "\n"))
def test_what_was_signed_is_read_again(text: str) -> None:
    assert verified_text(sign(text, [LOG]), [LOG.key()]) == text
    assert verified_text(sign(text + "\n" + text, [LOG]), [LOG.key()]) == text + "\n" + text


def test_signatures_of_unknown_keys_are_ignored() -> None:
    note = sign("text\n", [WITNESS, LOG])
    assert verified_text(note, [LOG.key()]) == "text\n"
    assert len(parse(note).signatures) == 2


def test_a_note_that_nobody_trusted_signed_is_refused() -> None:
    with pytest.raises(NoteError, match="no trusted key"):
        verified_text(sign("text\n", [WITNESS]), [LOG.key()])


def test_the_right_name_with_another_key_is_not_the_key() -> None:
    impostor = NoteSigner(LOG.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(NoteError):
        verified_text(sign("text\n", [impostor]), [LOG.key()])


def test_one_false_signature_of_a_known_key_spoils_the_note() -> None:
    good, other = sign("text\n", [WITNESS, LOG]), sign("other\n", [LOG])
    spoiled = good.replace(good.splitlines()[-1], other.splitlines()[-1])
    with pytest.raises(NoteError, match="does not hold"):
        verified_text(spoiled, [LOG.key(), WITNESS.key()])


@given(st.integers(0, 10**6))
def test_one_flipped_bit_anywhere_is_refused(at: int) -> None:
    raw = bytearray(sign("govern.example/log\n12\nroot\n", [LOG]).encode())
    at %= len(raw) * 8
    raw[at // 8] ^= 1 << at % 8
    with pytest.raises(NoteError):
        verified_text(raw.decode("utf-8", "replace"), [LOG.key()])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "\n\n\u2014 a b\n",
        "text\n\n- a AAAAAAAA\n",
        "text\n\n\u2014 a AAAAAAAA",
        "text\n\n\u2014 a+b AAAAAAAA\n",
        "text\n\n\u2014  AAAAAAAA\n",
        "text\n\n\u2014 a AAA\n",
        "text\n\n\u2014 a AAAAAAB=\n",
        "te\txt\n\n\u2014 a AAAAAAAA\n",
        "text\r\n\n\u2014 a AAAAAAAA\n",
        "text\n\n" + "\u2014 a AAAAAAAA\n" * 101,
        "x" * 1_000_001 + "\n\n\u2014 a AAAAAAAA\n",
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        parse(note)


@pytest.mark.parametrize(
    "line", ["", "a+b", GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("+AR", "+BR"), GO_KEY + "A"]
)
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(NoteError):
        parse_key(line)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_a_key_name_without_its_rules_is_refused(name: str) -> None:
    with pytest.raises(NoteError):
        NoteKey(name, bytes(32))


@pytest.mark.parametrize("text", ["", "\n", "no end", "tab\t\n", "\ud800\n"])
def test_what_is_no_note_text_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign(text, [LOG])


def test_a_signer_does_not_show_its_key() -> None:
    assert repr(LOG) == "NoteSigner('govern.example/log')"
