"""Check a record: every claim, from the file and the trust list alone.

The order is that of distrust. First the signature, from the bytes (`signature.py`). Only a file that one of our
authorities certified, whole, is then opened: its attached data is read, held against the log (`log.py`, `content/`)
and against its own text. Of any other file the content is not even parsed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, Final, Protocol

from pypdf import PdfReader

from audit.check.acting import ATTACHMENT
from audit.check.claim import CLAIMS, ClaimFailed, Finding, Verdict, does_not_apply, fails
from audit.check.content import lookup, period
from audit.check.signature import Signed, check_signature
from audit.check.trust import Trust


class Format(Protocol):
    """What a sort of record claims beyond its signature, and what it is of."""

    def content(self, data: Mapping[str, Any], raw: bytes, text: str, trust: Trust) -> Sequence[Finding]:
        """The claims of its content, each with how it came out."""

    def about(self, data: Mapping[str, Any]) -> tuple[str, str]:
        """What it is of, in both languages; asked of valid ones alone."""


FORMATS: Final[Mapping[tuple[str, int], Format]] = {
    (lookup.FORMAT, lookup.VERSION): lookup,
    (period.FORMAT, period.VERSION): period,
}
_LARGEST_DATA: Final = 64 * 1024 * 1024


def check_record(pdf: bytes, trust: Trust) -> Verdict:
    """The verdict on a file. Never raises for what a stranger handed in: what cannot be read has failed."""
    signed = check_signature(pdf, trust)
    if not signed.is_good:
        return _not_looked_at(signed, "not_looked_at")
    try:
        raw, text = _opened(pdf)
        data = _read(raw)
    except ClaimFailed as failed:
        return _not_looked_at(signed, failed.code)
    kind = FORMATS[data["format"], data["version"]]
    findings = (*signed.findings, _names_signer(data, signed), *kind.content(data, raw, text, trust))
    return _verdict(signed, findings, data, kind)


def _not_looked_at(signed: Signed, code: str) -> Verdict:
    content = (fails(claim, ClaimFailed(code)) for claim in ("in_log", "text_is_data"))
    return _verdict(signed, (*signed.findings, *content), {})


def _opened(pdf: bytes) -> tuple[bytes, str]:
    """The attached data and the text of all pages."""
    try:
        reader = PdfReader(BytesIO(pdf), strict=True)
        attached = reader.attachments.get(ATTACHMENT, [])
        text = "\n".join(page.extract_text() for page in reader.pages)
    except Exception:  # whatever the library raises: it cannot be read
        raise ClaimFailed("unreadable") from None
    if len(attached) != 1 or len(attached[0]) > _LARGEST_DATA:
        raise ClaimFailed("no_data")
    return bytes(attached[0]), text


def _read(raw: bytes) -> Mapping[str, Any]:
    """The data as an object of a format known here, in its one spelling: two readers must not see two things."""
    try:
        data = json.loads(raw)
        again = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise ClaimFailed("data_unreadable") from None
    if not isinstance(data, dict) or again != raw:
        raise ClaimFailed("data_unreadable")
    format, version = data.get("format"), data.get("version")
    if not isinstance(format, str) or type(version) is not int or (format, version) not in FORMATS:
        raise ClaimFailed("data_unreadable")
    return data


def _names_signer(data: Mapping[str, Any], signed: Signed) -> Finding:
    """The finding `signed` again, now that the record says who signed it."""
    before = next(finding for finding in signed.findings if finding.claim == "signed")
    if data.get("signed_by") != signed.signer:
        return fails("signed", ClaimFailed("signer_is_another"))
    return before


def _verdict(
    signed: Signed, findings: Iterable[Finding], data: Mapping[str, Any], kind: Format | None = None
) -> Verdict:
    known = {finding.claim: finding for finding in findings}  # of two the later
    number, checkpoint = data.get("number"), data.get("checkpoint")
    size = checkpoint.get("size") if isinstance(checkpoint, dict) else None
    verdict = Verdict(
        tuple(known.get(claim, does_not_apply(claim)) for claim in CLAIMS),
        number=number if isinstance(number, str) else None,
        signer=signed.signer,
        stamped_at=None if signed.stamped_at is None else signed.stamped_at.isoformat().replace("+00:00", "Z"),
        checkpoint_size=size if isinstance(size, int) else None,
    )
    return replace(verdict, about=kind.about(data)) if kind is not None and verdict.valid else verdict
