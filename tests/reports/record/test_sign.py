"""Signed records: accepted by strangers, and every change is found; without a time stamp there is no record."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from connectors.simulated import time_stamp
from reports.record import render
from reports.record.sign import NotStamped, stamp_over_http
from tests.support.pdf import SigningDesk, attachment_of, run, signing_desk, with_page_turned
from tests.support.records import a_record


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys, certificates and a time stamp service for this file."""
    with signing_desk(tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.fixture(scope="module")
def signed(desk: SigningDesk) -> bytes:
    """A record, signed."""
    return desk.sign(render.render(a_record()))


def test_a_signed_record_is_valid_for_pdfsig(signed: bytes, tmp_path: Path) -> None:
    told = run("pdfsig", "-nocert", pdf=signed, folder=tmp_path)
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert "雲端證件包稽核紀錄" in told


def test_a_signed_record_is_valid_trusted_stamped_and_unchanged_for_pyhanko(desk: SigningDesk, signed: bytes) -> None:
    status = desk.status(signed)
    assert status.bottom_line
    assert status.intact
    assert status.trusted
    assert status.docmdp_ok
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.coverage.name == "ENTIRE_FILE"


def test_the_signature_certifies_that_no_change_is_allowed(signed: bytes) -> None:
    embedded = PdfFileReader(BytesIO(signed)).embedded_signatures
    assert len(embedded) == 1
    assert embedded[0].docmdp_level is not None
    assert embedded[0].docmdp_level.name == "NO_CHANGES"


def test_the_signed_file_begins_with_the_printed_one_and_keeps_its_data(signed: bytes, tmp_path: Path) -> None:
    record = a_record()
    assert signed.startswith(render.render(record))
    assert attachment_of(signed, tmp_path) == record.to_json()


def test_every_flipped_byte_is_found(desk: SigningDesk, signed: bytes) -> None:
    start, length = len(render.render(a_record())), len(signed)
    for position in (200, 5_000, start // 2, start - 300, start + 200):
        altered = bytearray(signed)
        altered[position] ^= 1
        assert position < length
        assert not _is_good(desk, bytes(altered)), position


def test_an_incremental_change_is_found(desk: SigningDesk, signed: bytes) -> None:
    changed = with_page_turned(signed)
    assert changed.startswith(signed)
    assert not _is_good(desk, changed)


def test_bytes_after_the_end_are_no_longer_covered(desk: SigningDesk, signed: bytes) -> None:
    appended = signed + b"\n% more"
    embedded = PdfFileReader(BytesIO(appended)).embedded_signatures[0]
    last = embedded.byte_range[2] + embedded.byte_range[3]
    assert last == len(signed)  # what a checker compares: pyHanko's bottom line lets these bytes pass
    assert last != len(appended)


def test_a_record_cut_back_to_before_the_signature_has_none(signed: bytes) -> None:
    stripped = signed[: len(render.render(a_record()))]
    assert PdfFileReader(BytesIO(stripped)).embedded_signatures == []


def test_a_zeroed_signature_is_found(desk: SigningDesk, signed: bytes) -> None:
    start = signed.index(b"/Contents <", len(render.render(a_record()))) + len(b"/Contents <")
    zeroed = signed[:start] + b"0" * 8_000 + signed[start + 8_000 :]
    assert not _is_good(desk, zeroed)


def test_a_record_signed_by_another_house_is_not_trusted(desk: SigningDesk, tmp_path: Path) -> None:
    with signing_desk(tmp_path) as other:
        foreign = other.sign(render.render(a_record()))
    status = desk.status(foreign)
    assert status.intact
    assert not status.trusted
    assert not status.bottom_line


def test_a_time_stamp_service_that_is_away_leaves_no_record(desk: SigningDesk) -> None:
    with pytest.raises(NotStamped) as raised:
        desk.signer.sign(render.render(a_record()), stamp_over_http("http://127.0.0.1:9/", deadline_s=2))
    assert raised.value.status == 503
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("reply", [b"", b"\x30\x03\x02\x01\x00", b"nonsense"])
def test_a_time_stamp_service_that_answers_nonsense_leaves_no_record(desk: SigningDesk, reply: bytes) -> None:
    with pytest.raises(NotStamped):
        desk.signer.sign(render.render(a_record()), lambda query: reply)


def test_a_time_stamp_of_another_hash_is_refused(desk: SigningDesk) -> None:
    stamper, kept = time_stamp.stamper(desk.folder), []

    def replayed(query: bytes) -> bytes:
        kept.append(query)
        return stamper.answer(kept[0])

    desk.signer.sign(render.render(a_record()), replayed)
    with pytest.raises(NotStamped):
        desk.signer.sign(render.render(a_record(case_number="另案")), replayed)


def _is_good(desk: SigningDesk, pdf: bytes) -> bool:
    """Whether the file is as issued; a file that cannot even be read is not."""
    try:
        return bool(desk.status(pdf).bottom_line)
    except Exception:  # of any library below: pyHanko lets zlib's errors through, among others
        return False
