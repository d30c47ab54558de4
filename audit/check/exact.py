"""The string of a signature holds the signature and nothing else: no byte of it can be another.

What a signature covers is the file; of the string that holds it (CMS, RFC 5652) it covers the signed attributes alone.
Around them there is room: padding after the end, certificates that nobody needs, a list of algorithms that nobody reads,
numbers spelt longer than they need. Whoever changes a bit there changes a file that is still well signed. So here every
byte is either judged by the validator or compared with the only one it may be.
"""

from collections.abc import Iterable
from typing import Any, Final

from asn1crypto import cms, parser, x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import Certificate, load_der_x509_certificate

from audit.check.claim import ClaimFailed

_STAMP: Final = "signature_time_stamp_token"


def must_be_exact(text: bytes, authorities: Iterable[x509.Certificate]) -> None:
    """The hexadecimal string of a signature; raises `ClaimFailed` when something else could stand in it.

    `authorities` are the certificates of the trust list.
    """
    try:
        raw = bytes.fromhex(text.decode("ascii"))
        end = parser.peek(raw)
        signature = cms.ContentInfo.load(raw[:end], strict=True)
        is_exact = not any(raw[end:]) and _is_spelt_shortest(raw[:end])
        known = [load_der_x509_certificate(each.dump()) for each in authorities]
        is_exact = is_exact and _holds_no_more(signature["content"], "v1", known) and _is_stamped_once(signature, known)
    except (ValueError, TypeError, KeyError):
        raise ClaimFailed("not_covered") from None
    if not is_exact:
        raise ClaimFailed("not_covered")


def _is_spelt_shortest(der: bytes) -> bool:
    """Whether every length is as short as it can be, and every value fills what holds it (X.690 §10.1)."""
    at = 0
    while at < len(der):
        if der[at] == 0 or der[at] & 0x1F == 0x1F or at + 1 >= len(der):
            return False  # nothing ends by a mark, and no tag of CMS is that high
        is_constructed, length, start = bool(der[at] & 0x20), der[at + 1], at + 2
        if length >= 0x80:
            start += length - 0x80
            told = der[at + 2 : start]
            length = int.from_bytes(told)
            if length < 0x80 or told[0] == 0:
                return False
        at = start + length
        if at > len(der) or (is_constructed and not _is_spelt_shortest(der[start:at])):
            return False
    return True


def _is_stamped_once(signature: cms.ContentInfo, known: list[Certificate]) -> bool:
    """The only thing beside a signature that it does not cover is its time stamp, and that one holds no more either."""
    unsigned = list(signature["content"]["signer_infos"][0]["unsigned_attrs"])
    if [(each["type"].native, len(each["values"])) for each in unsigned] != [(_STAMP, 1)]:
        return False
    stamp = unsigned[0]["values"][0]["content"]
    return len(stamp["signer_infos"][0]["unsigned_attrs"]) == 0 and _holds_no_more(stamp, "v3", known)


def _holds_no_more(signed: Any, version: str, known: list[Certificate]) -> bool:
    """One signer, the one algorithm it used, and certificates that an authority of the list has issued; its version is the
    one that RFC 5652 §5.1 gives to what is signed.
    """
    if signed["version"].native != version or len(signed["signer_infos"]) != 1 or len(signed["crls"]):
        return False
    signer = signed["signer_infos"][0]
    if [each.dump() for each in signed["digest_algorithms"]] != [signer["digest_algorithm"].dump()]:
        return False
    return _are_issued([load_der_x509_certificate(each.chosen.dump()) for each in signed["certificates"]], known)


def _are_issued(certificates: list[Certificate], known: list[Certificate]) -> bool:
    """Whether each leads to an authority of the list, by others of them or at once."""
    held, left = list(known), [each for each in certificates if each not in known]
    while left:
        issued = [each for each in left if any(_is_by(each, issuer) for issuer in held)]
        if not issued:
            return False
        held += issued
        left = [each for each in left if each not in issued]
    return True


def _is_by(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
