"""The PDF's own claims: signed, stamped, whole.

A doctored file can be "valid" and "intact" for a common reader (SECURITY.md, 6.6): an update after the signature leaves
the signed bytes as they were, a second signature hides the first, appended bytes are passed over. So a record is
accepted only when all of this holds:

1. there is one signature, and the catalogue names it as the one that certifies the file, with "no changes" (ISO 32000-1
   §12.8.2.2, level 1)
2. it covers the file from byte 0 to the last, and the only gap is the signature's own hexadecimal string, in which
   nothing else has room (`exact.py`)
3. its time stamp is by an authority in the trust list and about this very signature (RFC 3161)
4. it holds, and at the time of the stamp its certificate led to an authority in the trust list, and to no other
5. nothing in the file acts, and the only attachment is the record's data

pyHanko does the cryptography; what it tolerates and we do not is compared here. No step fetches anything.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko.sign.validation.generic_cms import collect_timing_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from audit.check.acting import entry, must_not_act
from audit.check.claim import ClaimFailed, Finding, fails, holds
from audit.check.exact import must_be_exact
from audit.check.moments import english_moment, roc_moment
from audit.check.strict_reader import StrictReader
from audit.check.trust import Trust

LARGEST_FILE: Final = 64 * 1024 * 1024
SIGNER_ZH: Final = "「{}」的憑證由信任清單中的機構所發，加蓋時戳時有效；認證為禁止任何變更"
SIGNER_EN: Final = (
    "The certificate of “{}” comes from an authority in the trust list and was valid when stamped; no change is allowed"
)
WHOLE_ZH: Final = "從第1個到第{:,}個位元組，簽章後沒有附加、覆蓋或修訂；沒有程式，附件只有紀錄的資料"
WHOLE_EN: Final = (
    "Byte 1 to byte {:,}: nothing appended, replaced or revised since; no script, and only the record's data attached"
)
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")

# pyHanko and its validator tell what they dislike in their logs, with names from certificates: not for a stranger's log.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True, slots=True)
class Signed:
    """How the three claims of a PDF came out, and what could be learned from its signature."""

    findings: tuple[Finding, ...]
    signer: str | None = None
    stamped_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Whether all three hold, so that the content may be looked at."""
        return all(finding.holds for finding in self.findings)


def check_signature(pdf: bytes, trust: Trust) -> Signed:
    """The claims `signed`, `stamped` and `whole` of a file. Never raises for what a stranger handed in."""
    try:
        reader, embedded = _one_signature(pdf)
    except ClaimFailed as failed:
        return Signed(tuple(fails(claim, failed) for claim in ("signed", "stamped", "whole")))
    whole = _whole(pdf, reader, embedded)
    stamped, at = _stamped(embedded, trust)
    signed, signer = _signed(reader, embedded, trust, at)
    if signed.holds and stamped.holds and whole.holds:
        whole = _exactly(whole, pdf, embedded, trust)
    return Signed((signed, stamped, whole), signer, at)


def _one_signature(pdf: bytes) -> tuple[PdfFileReader, EmbeddedPdfSignature]:
    if len(pdf) > LARGEST_FILE:
        raise ClaimFailed("too_large")
    if not pdf.startswith(b"%PDF-"):
        raise ClaimFailed("not_a_pdf")
    try:
        reader = StrictReader(pdf)
        embedded = list(reader.embedded_signatures)
    except Exception:  # whatever a foreign file makes the library raise: it cannot be read
        raise ClaimFailed("unreadable") from None
    if not embedded:
        raise ClaimFailed("no_signature")
    if len(embedded) > 1:
        raise ClaimFailed("several_signatures")
    return reader, embedded[0]


def _whole(pdf: bytes, reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> Finding:
    try:
        _must_be_whole(pdf, reader, embedded)
    except ClaimFailed as failed:
        return fails("whole", failed)
    except Exception:
        return fails("whole", ClaimFailed("unreadable"))
    return holds("whole", (WHOLE_ZH.format(len(pdf)), WHOLE_EN.format(len(pdf))))


def _exactly(whole: Finding, pdf: bytes, embedded: EmbeddedPdfSignature, trust: Trust) -> Finding:
    """Step 2, its end: what was found so far, unless something else has room in the signature's string."""
    _, start, end, _ = (int(number) for number in embedded.byte_range)
    try:
        must_be_exact(pdf[start + 1 : end - 1], [*trust.record_authorities, *trust.time_stamp_authorities])
    except ClaimFailed as failed:
        return fails("whole", failed)
    return whole


def _must_be_whole(pdf: bytes, reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> None:
    """Steps 2 and 5."""
    covered = [int(number) for number in embedded.byte_range]
    if len(covered) != 4 or covered[0] != 0 or min(covered[1:]) <= 0:
        raise ClaimFailed("not_covered")
    gap_start, gap_end, end = covered[1], covered[2], covered[2] + covered[3]
    if end < len(pdf):
        later = pdf[end:]
        where = f"{end:,} + {len(later):,}"
        raise ClaimFailed("updated_after_signing" if b"startxref" in later else "bytes_appended", where)
    gap = pdf[gap_start:gap_end]
    if end != len(pdf) or gap[:1] != b"<" or gap[-1:] != b">" or not _HEX.issuperset(gap[1:-1]):
        raise ClaimFailed("not_covered")
    if embedded.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        raise ClaimFailed("not_covered")
    if not pdf.rstrip(b"\r\n").endswith(b"%%EOF"):
        raise ClaimFailed("bytes_appended")
    must_not_act(reader)


def _stamped(embedded: EmbeddedPdfSignature, trust: Trust) -> tuple[Finding, datetime | None]:
    """Step 3: the finding, and the time that a trusted stamp states."""
    try:
        context = ValidationContext(trust_roots=list(trust.time_stamp_authorities), allow_fetching=False)
        timing = asyncio.run(collect_timing_info(embedded.signer_info, context, raw_digest=embedded.compute_digest))
        status = timing.get("timestamp_validity")
        if status is None:
            raise ClaimFailed("no_time_stamp")
        if not (status.valid and status.intact):
            raise ClaimFailed("time_stamp_wrong")
        if not status.trusted:
            raise ClaimFailed("time_stamp_not_trusted")
    except ClaimFailed as failed:
        return fails("stamped", failed), None
    except Exception:
        return fails("stamped", ClaimFailed("time_stamp_wrong")), None
    at = status.timestamp
    said = (
        "由信任的時戳服務簽署，不是電腦上的時間",
        "Signed by a trusted time stamp service; not a computer's own clock",
    )
    return holds("stamped", (f"{roc_moment(at)}，{said[0]}", f"{english_moment(at)}. {said[1]}")), at


def _signed(
    reader: PdfFileReader, embedded: EmbeddedPdfSignature, trust: Trust, at: datetime | None
) -> tuple[Finding, str | None]:
    """Steps 1 and 4: the finding, and the common name of a signer who is trusted."""
    try:
        _must_certify(reader, embedded)
        status = asyncio.run(_status(embedded, trust, at))
        if not status.intact:
            raise ClaimFailed("altered")
        if not status.valid:
            raise ClaimFailed("signature_wrong")
        if not status.trusted:
            raise ClaimFailed("signer_not_trusted")
        if not status.docmdp_ok:
            raise ClaimFailed("altered")
        if at is not None and not status.bottom_line:
            raise ClaimFailed("signature_wrong")
        signer = str(status.signing_cert.subject.native["common_name"])
        return holds("signed", (SIGNER_ZH.format(signer), SIGNER_EN.format(signer))), signer
    except ClaimFailed as failed:
        return fails("signed", failed), None
    except Exception:
        return fails("signed", ClaimFailed("signature_wrong")), None


def _must_certify(reader: PdfFileReader, embedded: EmbeddedPdfSignature) -> None:
    """The catalogue's /Perms names this very signature, and its own transform says that no change is allowed."""
    perms = entry(reader.root, "/Perms")
    named = perms.raw_get("/DocMDP") if "/DocMDP" in perms else None
    held = embedded.sig_field.raw_get("/V")
    if not isinstance(named, generic.IndirectObject) or named.reference != getattr(held, "reference", None):
        raise ClaimFailed("not_certified")
    if embedded.docmdp_level != MDPPerm.NO_CHANGES:
        raise ClaimFailed("not_certified")


async def _status(embedded: EmbeddedPdfSignature, trust: Trust, at: datetime | None) -> Any:
    """What pyHanko says, with the certificate judged at the time of the stamp: it may have run out since."""
    return await async_validate_pdf_signature(
        embedded,
        ValidationContext(trust_roots=list(trust.record_authorities), allow_fetching=False, moment=at),
        ts_validation_context=ValidationContext(trust_roots=list(trust.time_stamp_authorities), allow_fetching=False),
    )
