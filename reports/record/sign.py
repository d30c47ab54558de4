"""PAdES B-T, certified "no changes", key kept warm; no time stamp, no signature.

A record carries one certification signature (ISO 32000-1 §12.8.2.2, level 1: no change is allowed) with a signature
time stamp (ETSI EN 319 142-1, B-T). The time stamp comes from a service that is handed in; when it is away, or answers
anything but a stamp of this very signature, `NotStamped` is raised and there is no file.
"""

import asyncio
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from connectors import guard
from connectors.addresses import LOOPBACK, AllowList
from connectors.call import Call
from connectors.errors import SourceError
from govern.core.errors import TryLater
from govern.core.wording import Wording
from govern.keys.signer import RecordKey

FIELD: Final = "Record"
STAMP_DEADLINE_S: Final = 10.0
_LARGEST_STAMP: Final = 64 * 1024
_RESERVED: Final = (
    2 * 16 * 1024
)  # hexadecimal digits of the place for the CMS; with two certificate chains about 4 kB are used
_LONGEST_ECDSA: Final = 72  # DER of two 256-bit integers

Stamp = Callable[[bytes], bytes]  # a time stamp query in DER to the service's reply in DER (RFC 3161 §2.4)


class NotStamped(TryLater):
    """The time stamp service did not answer with a good stamp: nothing was issued; try again later."""

    code = "not_stamped"

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "時戳服務目前沒有回應，紀錄尚未製作。請稍後再試。",
                "The time stamp service does not answer; the record was not made. Please try again later.",
            )
        )


def stamp_over_http(
    address: str, *, allowed: AllowList = LOOPBACK, authority: str = "", deadline_s: float = STAMP_DEADLINE_S
) -> Stamp:
    """The time stamp service at an address (RFC 3161 §3.4), through the one door outward, with a deadline in all.

    `authority` is the file of the pinned authority, demanded for https. What is returned raises `NotStamped`.
    """

    def stamp(query: bytes) -> bytes:
        failed = False
        try:
            call = Call(deadline_s, _LARGEST_STAMP, allowed)
            headers = {"Content-Type": "application/timestamp-query"}
            reply = guard.send(call, "POST", address, body=query, headers=headers, authority=authority)
            return guard.expect(reply, ("application/timestamp-reply",)).body
        except SourceError:
            failed = True
        assert failed
        raise NotStamped

    return stamp


class RecordSigner:
    """Signs records with one key: certificates are parsed once, the key object is never loaded again."""

    def __init__(self, key: RecordKey) -> None:
        self._signer = _KeyInHand(key)
        self._metadata = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )

    def sign(self, pdf: bytes, stamp: Stamp) -> bytes:
        """The PDF with its signature and time stamp, or `NotStamped`; the second time gives another file."""
        return asyncio.run(self._sign(pdf, stamp))

    async def _sign(self, pdf: bytes, stamp: Stamp) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signing = PdfSigner(
            self._metadata, self._signer, timestamper=_Stamper(stamp), new_field_spec=SigFieldSpec(FIELD)
        )
        signed: BytesIO = await signing.async_sign_pdf(writer, bytes_reserved=_RESERVED)
        return signed.getvalue()


class _KeyInHand(Signer):
    """pyHanko's signer over a key object; its own `SimpleSigner` loads and checks the key twice a signature."""

    def __init__(self, key: RecordKey) -> None:
        authorities = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        authorities.register_multiple([_asn1(one) for one in key.authorities])
        super().__init__(signing_cert=_asn1(key.certificate), cert_registry=authorities, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The raw signature; when pyHanko only wants to know its length, as many zeros."""
        return bytes(_LONGEST_ECDSA) if dry_run else self._key.sign(data)


class _Stamper(TimeStamper):
    """pyHanko's view of the time stamp service: no trial stamp, and the reply is held against the question."""

    def __init__(self, stamp: Stamp) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._stamp = stamp

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The token for a digest; anything that is not one for this digest and this question raises `NotStamped`."""
        nonce, query = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        token = _token(self._stamp(query.dump()))
        if token is None or not _is_answer(token, message_digest, md_algorithm, nonce):
            raise NotStamped
        return token


def _token(reply: bytes) -> cms.ContentInfo | None:
    """The token of a reply that grants one (RFC 3161 §2.4.2)."""
    try:
        response = tsp.TimeStampResp.load(reply, strict=True)
        if response["status"]["status"].native not in ("granted", "granted_with_mods"):
            return None
        token: cms.ContentInfo = response["time_stamp_token"]
        return token if token["content_type"].native == "signed_data" else None
    except (ValueError, TypeError, KeyError):
        return None


def _is_answer(token: cms.ContentInfo, digest: bytes, algorithm: str, nonce: Any) -> bool:
    """Whether the token speaks of this digest and this question (RFC 3161 §2.2: the requester shall verify both)."""
    try:
        content = token["content"]["encap_content_info"]
        info = content["content"].parsed
        attributes = {one["type"].native: one["values"] for one in token["content"]["signer_infos"][0]["signed_attrs"]}
        said = info["message_imprint"]
        return bool(
            content["content_type"].native == "tst_info"
            and said["hash_algorithm"]["algorithm"].native == algorithm
            and said["hashed_message"].native == digest
            and info["nonce"].native == nonce
            and attributes["message_digest"][0].native == hashlib.sha256(bytes(content["content"])).digest()
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
