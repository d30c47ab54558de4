"""A local RFC 3161 service: time stamps over loopback HTTP, for the demonstration and the tests.

`prepare(folder)` makes the authority's keys and certificates, `serve(folder, port)` answers until the process ends, as
does `python -m connectors.simulated.time_stamp FOLDER PORT`. A time stamp says that a hash was known at a time; this
service learns nothing but hashes. What it gives is a CMS signed `TSTInfo` with an ESSCertIDv2 (RFC 5816), EC P-256 and
SHA-256, as an authority's own would be.
"""

import hashlib
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY: Final = "time_stamp_authority.pem"
CERTIFICATE: Final = "time_stamp_certificate.pem"
KEY: Final = "time_stamp_key.pem"
POLICY: Final = "2.25.164711131195742206543087311052412381153"  # of this simulated authority (a UUID's arc, X.667)
QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
LARGEST_QUERY: Final = 64 * 1024
_HASHES: Final = ("sha256", "sha384", "sha512")
_YEAR: Final = timedelta(days=365)


class Rejection(core.Sequence):  # type: ignore[misc]
    """A response without a token; asn1crypto's own class knows no response without one (RFC 3161 §2.4.2: OPTIONAL)."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


@dataclass(frozen=True, slots=True)
class Stamper:
    """What signs time stamps: the key in hand, its certificate and the authority's."""

    private: ec.EllipticCurvePrivateKey
    certificate: asn1_x509.Certificate
    authority: asn1_x509.Certificate

    def answer(self, query: bytes) -> bytes:
        """A time stamp response (RFC 3161 §2.4.2) to a request: granted with a token, or rejected with the reason."""
        try:
            asked = tsp.TimeStampReq.load(query, strict=True)
            imprint = asked["message_imprint"]
            algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
            version = asked["version"].native
        except (ValueError, TypeError, KeyError):
            return _rejected("bad_data_format")
        if version != "v1" or algorithm not in _HASHES or len(digest) != hashlib.new(algorithm).digest_size:
            return _rejected("bad_alg")
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(self._info(asked))})
        granted = tsp.PKIStatusInfo({"status": "granted"})
        response: bytes = tsp.TimeStampResp({"status": granted, "time_stamp_token": token}).dump()
        return response

    def _info(self, asked: tsp.TimeStampReq) -> bytes:
        content: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": secrets.randbits(63) | 1 << 63,
            "gen_time": datetime.now(UTC),
            "accuracy": {"seconds": 1},
            "tsa": asn1_x509.GeneralName(name="directory_name", value=self.certificate.subject),
        }
        if asked["nonce"].native is not None:
            content["nonce"] = asked["nonce"]
        encoded: bytes = tsp.TSTInfo(content).dump()
        return encoded

    def _signed(self, info: bytes) -> cms.SignedData:
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        essential = tsp.SigningCertificateV2(
            {"certs": [tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(self.certificate.dump()).digest()})]}
        )
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(info).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [essential]}),
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": {
                            "issuer": self.certificate.issuer,
                            "serial_number": self.certificate.serial_number,
                        }
                    }
                ),
                "digest_algorithm": sha256,
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self.private.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [self.certificate, self.authority],
                "signer_infos": [signer],
            }
        )


def prepare(folder: Path) -> None:
    """The service's authority, certificate and key lie in the folder; a complete set stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if all((folder / name).exists() for name in (AUTHORITY, CERTIFICATE, KEY)):
        return
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("雲端證件包示範時戳根憑證"), _name("雲端證件包示範時戳服務")
    root_builder = _certificate(root_name, root_name, root_key.public_key(), root_key.public_key(), 20 * _YEAR)
    root = (
        root_builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    certificate = (
        _certificate(name, root_name, key.public_key(), root_key.public_key(), 10 * _YEAR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)  # RFC 3161 §2.3
        .sign(root_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for file, content, mode in (
        (KEY, secret, 0o600),
        (CERTIFICATE, certificate.public_bytes(pem), 0o644),
        (AUTHORITY, root.public_bytes(pem), 0o644),
    ):
        with os.fdopen(os.open(folder / file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as handle:
            handle.write(content)


def stamper(folder: Path) -> Stamper:
    """What signs time stamps with the files that `prepare` made."""
    private = serialization.load_pem_private_key((folder / KEY).read_bytes(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return Stamper(private, _load(folder / CERTIFICATE), _load(folder / AUTHORITY))


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """The service bound to a port of 127.0.0.1 (0: a free one, then `server_port`), not answering yet."""
    made = ThreadingHTTPServer(("127.0.0.1", port), _handler(stamper(folder)))
    made.daemon_threads = True
    return made


def serve(folder: Path, port: int) -> None:
    """Answer on 127.0.0.1 until the process ends or is interrupted."""
    with server(folder, port) as running:
        running.serve_forever(poll_interval=0.2)


def _handler(signs: Stamper) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        """POST of a time stamp query, to any path (RFC 3161 §3.4)."""

        timeout = 10

        def do_POST(self) -> None:
            size = self.headers.get("Content-Length", "")
            if self.headers.get_content_type() != QUERY:
                return self.send_error(415)
            if not size.isdecimal() or int(size) > LARGEST_QUERY:
                return self.send_error(413)
            answer = signs.answer(self.rfile.read(int(size)))
            self.send_response(200)
            self.send_header("Content-Type", REPLY)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            return None

        def log_message(self, format: str, *args: object) -> None:
            """Keep no access log."""

    return Answers


def _rejected(reason: str) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {reason}})
    response: bytes = Rejection({"status": status}).dump()
    return response


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer_public: ec.EllipticCurvePublicKey,
    life: timedelta,
) -> x509.CertificateBuilder:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(**allowed: bool) -> x509.KeyUsage:
    every = {
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    }  # fmt: skip
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in every})


def _load(path: Path) -> asn1_x509.Certificate:
    der = x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)
    return asn1_x509.Certificate.load(der)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
