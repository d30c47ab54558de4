"""Check a record: every claim, from the file and the trust list alone.

The order is that of distrust. First the signature, from the bytes (`signature.py`). Only a file that one of our
authorities certified, whole, is then opened: its attached data is read, held against the log (`log.py`, `lookup.py`)
and against its own text. Of any other file the content is not even parsed.
"""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

from pypdf import PdfReader

from audit.check import lookup
from audit.check.claim import CLAIMS, ClaimFailed, Finding, Verdict, does_not_apply, fails, holds
from audit.check.log import proven_entries
from audit.check.signature import ATTACHMENT, Signed, check_signature
from audit.check.trust import Trust

_LARGEST_DATA: Final = 64 * 1024 * 1024


def check_record(pdf: bytes, trust: Trust) -> Verdict:
    """The verdict on a file. Never raises for what a stranger handed in: what cannot be read has failed."""
    signed = check_signature(pdf, trust)
    if not signed.is_good:
        not_looked_at = ClaimFailed("not_looked_at")
        content = {claim: fails(claim, not_looked_at) for claim in ("in_log", "text_is_data")}
        return _verdict(signed, content, {})
    try:
        raw, text = _opened(pdf)
        data = _read(raw)
    except ClaimFailed as failed:
        return _verdict(signed, {claim: fails(claim, failed) for claim in ("in_log", "text_is_data")}, {})
    content = {
        "signed": _found("signed", lambda: _must_name_signer(data, signed)),
        "in_log": _found("in_log", lambda: lookup.must_agree_with_log(data, proven_entries(data, trust))),
        "text_is_data": _found("text_is_data", lambda: lookup.must_be_printed(data, raw, text)),
    }
    return _verdict(signed, content, data)


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
    if (data.get("format"), data.get("version")) != (lookup.FORMAT, lookup.VERSION):
        raise ClaimFailed("data_unreadable")
    return data


def _must_name_signer(data: Mapping[str, Any], signed: Signed) -> None:
    if data["signed_by"] != signed.signer:
        raise ClaimFailed("signer_is_another")


def _found(claim: str, must_hold: Any) -> Finding:
    """The finding of one claim; data of another shape than documented makes it fail, like anything unreadable."""
    try:
        must_hold()
    except ClaimFailed as failed:
        return fails(claim, failed)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return fails(claim, ClaimFailed("data_unreadable"))
    return holds(claim)


def _verdict(signed: Signed, content: Mapping[str, Finding], data: Mapping[str, Any]) -> Verdict:
    found = {finding.claim: finding for finding in signed.findings} | dict(content)
    findings = tuple(found.get(claim, does_not_apply(claim)) for claim in CLAIMS)
    number, checkpoint = data.get("number"), data.get("checkpoint")
    size = checkpoint.get("size") if isinstance(checkpoint, dict) else None
    return Verdict(
        findings,
        number=number if isinstance(number, str) else None,
        signer=signed.signer,
        stamped_at=None if signed.stamped_at is None else signed.stamped_at.isoformat().replace("+00:00", "Z"),
        checkpoint_size=size if isinstance(size, int) else None,
    )
