"""The local RFC 3161 service: strangers take its stamps, wrong questions are refused, its keys are made once."""

import hashlib
import http.client
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from asn1crypto import tsp

from connectors.simulated import time_stamp
from tests.support.pdf import time_stamp_service


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the service's keys."""
    made = tmp_path_factory.mktemp("stamps")
    time_stamp.prepare(made)
    return made


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """The running service."""
    with time_stamp_service(folder) as where:
        yield where


def post(address: str, body: bytes, kind: str = time_stamp.QUERY) -> tuple[int, str, bytes]:
    """Status, media type and body of one request."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("POST", "/", body=body, headers={"Content-Type": kind})
    reply = connection.getresponse()
    answer = (reply.status, reply.headers.get_content_type(), reply.read())
    connection.close()
    return answer


def query(digest: bytes = hashlib.sha256(b"x").digest(), algorithm: str = "sha256", nonce: int | None = 7) -> bytes:
    """A time stamp query."""
    imprint = {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": digest}
    asked = {"version": 1, "message_imprint": imprint, "cert_req": True}
    return tsp.TimeStampReq(asked if nonce is None else {**asked, "nonce": nonce}).dump()


def test_openssl_asks_and_believes_the_answer(address: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a record")
    asked, answered = tmp_path / "query.tsq", tmp_path / "reply.tsr"
    ask = ["openssl", "ts", "-query", "-data", tmp_path / "data", "-sha256", "-cert", "-out", asked]
    subprocess.run(ask, check=True, capture_output=True)
    status, kind, reply = post(address, asked.read_bytes())
    assert (status, kind) == (200, time_stamp.REPLY)
    answered.write_bytes(reply)
    verify = [
        "openssl", "ts", "-verify", "-queryfile", asked, "-in", answered,
        "-CAfile", folder / time_stamp.AUTHORITY, "-untrusted", folder / time_stamp.CERTIFICATE,
    ]  # fmt: skip
    told = subprocess.run(verify, capture_output=True, check=False)
    assert b"Verification: OK" in told.stdout + told.stderr


def test_the_stamp_repeats_hash_and_nonce_and_two_stamps_have_two_numbers(address: str) -> None:
    first, second = (tsp.TimeStampResp.load(post(address, query())[2]) for _ in range(2))
    infos = [one["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed for one in (first, second)]
    assert infos[0]["message_imprint"]["hashed_message"].native == hashlib.sha256(b"x").digest()
    assert infos[0]["nonce"].native == 7
    assert infos[0]["serial_number"].native != infos[1]["serial_number"].native


def test_a_question_without_a_nonce_is_answered_without_one(address: str) -> None:
    reply = tsp.TimeStampResp.load(post(address, query(nonce=None))[2])
    info = reply["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["nonce"].native is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "bad_data_format"),
        (b"not asn.1", "bad_data_format"),
        (query(hashlib.sha1(b"x").digest(), "sha1"), "bad_alg"),  # noqa: S324
        (query(b"short"), "bad_alg"),
    ],
)
def test_a_wrong_question_is_rejected_with_its_reason(address: str, body: bytes, reason: str) -> None:
    reply = time_stamp.Rejection.load(post(address, body)[2], strict=True)
    assert reply["status"]["status"].native == "rejection"
    assert reply["status"]["fail_info"].native == {reason}


def test_other_media_types_and_large_bodies_are_refused(address: str) -> None:
    assert post(address, query(), "application/json")[0] == 415
    assert post(address, b"0" * (time_stamp.LARGEST_QUERY + 1))[0] == 413


def test_keys_are_made_once_and_only_the_service_user_reads_them(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    time_stamp.prepare(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (folder / time_stamp.KEY).stat().st_mode & 0o077 == 0
