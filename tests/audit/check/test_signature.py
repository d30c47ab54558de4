"""Doctored files: each is told apart from a good record, with the reason; nothing raises (SECURITY.md, D1)."""

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from audit.check.claim import Verdict
from audit.check.record import check_record
from audit.check.signature import check_signature
from audit.check.trust import Trust
from govern.keys import signer as record_keys
from reports.record import render
from reports.record.sign import _KeyInHand, _Stamper
from tests.support.pdf import SigningDesk, signing_desk, with_page_turned
from tests.support.proven import a_proven_record, a_trust, signed


def reasons(verdict: Verdict) -> dict[str, str]:
    return {finding.claim: finding.code for finding in verdict.findings if finding.holds is False}


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The file with an incremental update: what was signed stays, byte for byte."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


def resigned(
    pdf: bytes, desk: SigningDesk, *, certify: bool = True, level: MDPPerm = MDPPerm.NO_CHANGES, stamp: bool = True
) -> bytes:
    """A PDF signed with a desk's key, in other ways than records are."""
    metadata = PdfSignatureMetadata(
        field_name="Record",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=certify,
        docmdp_permissions=level if certify else MDPPerm.FILL_FORMS,
    )
    signing = PdfSigner(
        metadata,
        _KeyInHand(record_keys.record_key(desk.folder)),
        timestamper=_Stamper(desk.stamp) if stamp else None,
        new_field_spec=SigFieldSpec("Record"),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    return asyncio.run(signing.async_sign_pdf(writer, bytes_reserved=32_768)).getvalue()


class _Careless(PdfSigner):
    """A signer that does not care whether the file was certified against every change."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        return


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    """The good record before it was signed."""
    return render.render(a_proven_record())


@pytest.fixture(scope="module")
def another_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningDesk]:
    """Keys and authorities that the trust list does not know."""
    with signing_desk(tmp_path_factory.mktemp("another")) as made:
        yield made


def test_a_good_record_is_valid_and_says_who_signed_it_when(good: bytes, trust: Trust) -> None:
    verdict = check_record(good, trust)
    assert reasons(verdict) == {}
    assert verdict.valid
    assert (verdict.number, verdict.signer, verdict.checkpoint_size) == ("1151124-7QX4-M2", "雲端證件包稽核紀錄", 300)
    assert verdict.stamped_at is not None
    assert verdict.stamped_at.endswith("Z")
    assert verdict.to_json()["claims"] == {
        "signed": True,
        "stamped": True,
        "whole": True,
        "signed_off": None,
        "in_log": True,
        "drawn": None,
        "text_is_data": True,
    }


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_anywhere_is_never_valid(good: bytes, trust: Trust, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) * 8 - 1))
    altered = bytearray(good)
    altered[at // 8] ^= 1 << at % 8
    verdict = check_record(bytes(altered), trust)
    if bytes(altered).lower() != good.lower() or not _in_signature(good, at // 8):
        assert not verdict.valid


def test_no_bit_of_the_signature_s_own_string_can_be_another(good: bytes, trust: Trust) -> None:
    start = good.rindex(b"/Contents <") + len(b"/Contents <")
    end = good.index(b">", start)
    chosen = random.Random(11)
    places = [*range(60), *(chosen.randrange(5000) for _ in range(60)), 9000, end - start - 2, end - start - 1]
    believed = []
    for place in places:
        altered = bytearray(good)
        altered[start + place] = ord("%x" % (int(chr(good[start + place]), 16) ^ 1 << chosen.randrange(4)))
        if check_signature(bytes(altered), trust).is_good:
            believed.append(place)
    assert believed == [], "padding, certificates nobody needs, lists nobody reads: all of it is compared"


def _in_signature(pdf: bytes, at: int) -> bool:
    """Whether a byte lies in the signature's hexadecimal string, where case and padding mean nothing."""
    start = pdf.rindex(b"/Contents <")
    return start <= at <= pdf.index(b">", start)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_file_cut_anywhere_is_never_valid(good: bytes, trust: Trust, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(good) - 1))
    assert not check_record(good[:end], trust).valid


@pytest.mark.parametrize(
    "tail", [b"\n", b" ", b"\0", b"% more\n", b"%%EOF\n", b"startxref\n0\n%%EOF\n", b"A" * 10_000], ids=range(7)
)
def test_bytes_after_the_end_are_found(good: bytes, trust: Trust, tail: bytes) -> None:
    verdict = check_record(good + tail, trust)
    assert not verdict.valid
    assert reasons(verdict)["whole"] in ("bytes_appended", "updated_after_signing", "unreadable")


@pytest.mark.parametrize("head", [b"\n", b"% before\n", b"\xef\xbb\xbf", b"%PDF-1.7\n"], ids=range(4))
def test_bytes_before_the_start_are_found(good: bytes, trust: Trust, head: bytes) -> None:
    assert not check_record(head + good, trust).valid


def _annotate(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 300, 300))),
            pdf_name("/Contents"): generic.pdf_string("another text"),
        }
    )
    page[pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.mark_update(page.container_ref)


def _replace_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.mark_update(page.container_ref)


def _add_field(writer: IncrementalPdfFileWriter) -> None:
    append_signature_field(writer, SigFieldSpec("Second", box=(10, 10, 200, 60), on_page=0))


def _add_script(writer: IncrementalPdfFileWriter) -> None:
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.alert(1)")}
    writer.root[pdf_name("/OpenAction")] = writer.add_object(generic.DictionaryObject(action))
    writer.update_root()


def _attach(writer: IncrementalPdfFileWriter) -> None:
    embedded = EmbeddedFileObject.from_file_data(writer, data=b"{}", mime_type="application/json")
    embed_file(writer, FileSpec("more.json", embedded_data=embedded))


def _drop_certification(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/Perms"]
    writer.update_root()


def _new_metadata(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/Lang")] = generic.pdf_string("en")
    writer.update_root()


@pytest.mark.parametrize(
    "change",
    [_annotate, _replace_content, _add_field, _add_script, _attach, _drop_certification, _new_metadata],
)
def test_every_update_after_the_signature_is_found(
    good: bytes, trust: Trust, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    found = reasons(check_record(updated(good, change), trust))
    assert found["whole"] in ("updated_after_signing", "several_signatures")
    assert found["in_log"] == "not_looked_at"


def test_a_page_turned_after_the_signature_is_found(good: bytes, trust: Trust) -> None:
    assert reasons(check_record(with_page_turned(good), trust))["whole"] == "updated_after_signing"


def test_a_second_signature_over_the_first_is_found(good: bytes, trust: Trust, another_house: SigningDesk) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(good))
    append_signature_field(writer, SigFieldSpec("Second"))
    out = BytesIO()
    writer.write(out)
    metadata = PdfSignatureMetadata(field_name="Second", md_algorithm="sha256")
    key = _KeyInHand(record_keys.record_key(another_house.folder))
    signing = _Careless(metadata, key, timestamper=_Stamper(another_house.stamp))
    second = asyncio.run(signing.async_sign_pdf(IncrementalPdfFileWriter(out), bytes_reserved=32_768)).getvalue()
    assert reasons(check_record(second, trust))["signed"] == "several_signatures"


def test_a_stripped_file_has_no_signature(unsigned: bytes, trust: Trust) -> None:
    assert reasons(check_record(unsigned, trust))["signed"] == "no_signature"


def test_a_file_written_anew_without_its_signature_is_found(good: bytes, trust: Trust) -> None:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(good)))
    out = BytesIO()
    writer.write(out)
    assert not check_record(out.getvalue(), trust).valid


def test_a_record_signed_again_by_another_house_is_found(
    unsigned: bytes, trust: Trust, another_house: SigningDesk
) -> None:
    found = reasons(check_record(another_house.sign(unsigned), trust))
    assert (found["signed"], found["stamped"]) == ("signer_not_trusted", "time_stamp_not_trusted")
    assert "whole" not in found


def test_the_right_signer_with_another_authoritys_time_stamp_is_found(
    unsigned: bytes, trust: Trust, checking_desk: SigningDesk, another_house: SigningDesk
) -> None:
    mixed = checking_desk.signer.sign(unsigned, another_house.stamp)
    assert reasons(check_record(mixed, trust)) == {
        "stamped": "time_stamp_not_trusted",
        "in_log": "not_looked_at",
        "text_is_data": "not_looked_at",
    }


def test_a_signature_without_a_time_stamp_is_found(unsigned: bytes, trust: Trust, checking_desk: SigningDesk) -> None:
    found = reasons(check_record(resigned(unsigned, checking_desk, stamp=False), trust))
    assert found["stamped"] == "no_time_stamp"
    assert "signed" not in found


def test_a_signature_that_does_not_certify_is_found(unsigned: bytes, trust: Trust, checking_desk: SigningDesk) -> None:
    approved = resigned(unsigned, checking_desk, certify=False)
    assert reasons(check_record(approved, trust))["signed"] == "not_certified"


@pytest.mark.parametrize("level", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certification_that_allows_changes_is_found(
    unsigned: bytes, trust: Trust, checking_desk: SigningDesk, level: MDPPerm
) -> None:
    lax = resigned(unsigned, checking_desk, level=level)
    assert reasons(check_record(lax, trust))["signed"] == "not_certified"


@pytest.mark.parametrize("change", [_add_script, _attach])
def test_what_can_act_or_was_attached_before_signing_is_found(
    unsigned: bytes, trust: Trust, checking_desk: SigningDesk, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    loaded = resigned(updated(unsigned, change), checking_desk)
    assert reasons(check_record(loaded, trust))["whole"] == "can_act"


def test_a_file_without_its_data_is_found(unsigned: bytes, trust: Trust, checking_desk: SigningDesk) -> None:
    def drop(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/Names"]["/EmbeddedFiles"]
        writer.update_root()

    empty = resigned(updated(unsigned, drop), checking_desk)
    assert reasons(check_record(empty, trust))["whole"] == "no_data"


def _zeroed(good: bytes) -> bytes:
    start = good.rindex(b"/Contents <") + len(b"/Contents <")
    end = good.index(b">", start)
    return good[:start] + b"0" * (end - start) + good[end:]


def _other_bytes_in_the_gap(good: bytes) -> bytes:
    start = good.rindex(b"/Contents <") + len(b"/Contents <")
    end = good.index(b">", start)
    return good[: end - 40] + b">/Evil (" + b"x" * 30 + b")<" + good[end:]


def _byte_range(good: bytes, change: Callable[[list[int]], list[int]]) -> bytes:
    found = re.search(rb"/ByteRange \[([0-9 ]+)\]", good[good.rindex(b"/ByteRange") :])
    assert found is not None
    numbers = change([int(number) for number in found[1].split()])
    said = b"/ByteRange [" + b" ".join(b"%d" % number for number in numbers)
    place = good.rindex(b"/ByteRange")
    return good[:place] + said.ljust(len(found[0]) - 1) + b"]" + good[place + len(found[0]) :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "signature_zeroed": _zeroed,
    "content_in_the_gap": _other_bytes_in_the_gap,
    "byte_range_removed": lambda good: good.replace(b"/ByteRange", b"/ByteRangf"),
    "byte_range_starts_late": lambda good: _byte_range(good, lambda r: [1, r[1] - 1, r[2], r[3]]),
    "byte_range_ends_early": lambda good: _byte_range(good, lambda r: [r[0], r[1], r[2], r[3] - 6]),
    "byte_range_ends_late": lambda good: _byte_range(good, lambda r: [r[0], r[1], r[2], r[3] + 6]),
    "byte_range_wide_gap": lambda good: _byte_range(good, lambda r: [r[0], r[1] - 50, r[2], r[3]]),
    "byte_range_negative": lambda good: _byte_range(good, lambda r: [r[0], r[1], r[2], -1]),
    "byte_range_of_two": lambda good: _byte_range(good, lambda r: r[:2]),
    "sub_filter_unknown": lambda good: good.replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.attached"),
    "docmdp_level_raised": lambda good: good.replace(b"/P 1", b"/P 3"),
    "perms_dropped": lambda good: good.replace(b"/Perms", b"/Permz"),
    "xref_broken": lambda good: good.replace(b"startxref", b"startxreg"),
    "root_missing": lambda good: good.replace(b"/Root", b"/Rood"),
    "empty": lambda good: b"",
    "a_header_alone": lambda good: b"%PDF-1.7\n",
    "a_text": lambda good: b"this is no PDF",
    "a_zip": lambda good: b"PK\x03\x04" + bytes(1000),
    "twice": lambda good: good + good,
    "reversed": lambda good: good[::-1],
    "nested_arrays": lambda good: b"%PDF-1.7\n" + b"[" * 100_000,
    "too_large": lambda good: good + bytes(64 * 1024 * 1024),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_not_valid_and_nothing_raises(good: bytes, trust: Trust, name: str) -> None:
    damaged = DAMAGES[name](good)
    assert damaged != good
    verdict = check_record(damaged, trust)
    assert not verdict.valid
    for finding in verdict.findings:
        assert finding.holds is not False or (finding.zh and finding.en)


def test_a_file_from_before_the_time_of_this_clock_is_still_judged_by_its_stamp(good: bytes, trust: Trust) -> None:
    assert check_record(good, trust).stamped_at is not None


def test_a_trust_list_of_another_house_believes_nothing(good: bytes, another_house: SigningDesk) -> None:
    found = reasons(check_record(good, a_trust(another_house.folder)))
    assert (found["signed"], found["stamped"]) == ("signer_not_trusted", "time_stamp_not_trusted")


def test_two_records_with_their_signatures_exchanged_are_found(
    good: bytes, trust: Trust, checking_desk: SigningDesk, tmp_path: Path
) -> None:
    other = signed(checking_desk, a_proven_record())
    start, other_start = good.rindex(b"/Contents <"), other.rindex(b"/Contents <")
    length = good.index(b">", start) - start
    exchanged = good[:start] + other[other_start : other_start + length] + good[start + length :]
    assert reasons(check_record(exchanged, trust))["signed"] in ("altered", "signature_wrong")
