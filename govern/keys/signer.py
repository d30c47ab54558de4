"""Signing keys for checkpoints and records: loaded once a process, the key objects kept warm.

Files below `<data>/keys/`, the secret ones 0600: `log.pem` (Ed25519, PKCS#8) signs checkpoints; `record.pem` (EC P-256,
PKCS#8) signs records under the certificate `record_certificate.pem`, which the installation's own small authority
`record_authority.pem` issued, as a demonstration has it. A city brings a certificate of its authority instead: the same
three files, and `record_authority.pem` holds the chain, the root last. `record_authority_key.pem` is needed only to
issue the next certificate and may be kept elsewhere.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from govern.core import clock
from govern.core.errors import WrongSetting
from govern.core.wording import Wording

LOG_KEY: Final = "log.pem"
RECORD_KEY: Final = "record.pem"
RECORD_CERTIFICATE: Final = "record_certificate.pem"
RECORD_AUTHORITY: Final = "record_authority.pem"
RECORD_AUTHORITY_KEY: Final = "record_authority_key.pem"
SIGNER_NAME: Final = "雲端證件包稽核紀錄"
AUTHORITY_NAME: Final = "雲端證件包示範憑證機構"
_ORGANISATION: Final = "雲端證件包資料查調治理平臺"
_YEARS: Final = timedelta(days=365)
_AUTHORITY_LIFE: Final = 20 * _YEARS
_CERTIFICATE_LIFE: Final = 5 * _YEARS


@dataclass(frozen=True, slots=True)
class RecordKey:
    """What signs records: the key in hand, its certificate, and the authorities above it, the root last."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    authorities: tuple[x509.Certificate, ...]

    def __repr__(self) -> str:
        return f"RecordKey({self.name!r})"

    @property
    def name(self) -> str:
        """Who signs, as readers of the PDF see it: the certificate's common name."""
        return str(self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)

    def sign(self, data: bytes) -> bytes:
        """ECDSA over SHA-256 of the data, in DER (RFC 3279 §2.2.3)."""
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))


def make_record_keys(folder: Path) -> None:
    """The record's key, certificate and authority lie in the folder; what was there stays as it is.

    A key without its certificate, or the other way round, is half a set-up: it raises `WrongSetting` and nothing is
    overwritten, since records already signed would be checked against the lost half.
    """
    there = [name for name in (RECORD_KEY, RECORD_CERTIFICATE, RECORD_AUTHORITY) if (folder / name).exists()]
    if len(there) == 3:
        return
    if there:
        raise WrongSetting(
            Wording(
                f"稽核紀錄的金鑰檔不完整，只有 {'、'.join(there)}。",
                f"The record's keys are incomplete: only {', '.join(there)} is there.",
            )
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = clock.now()
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _authority_certificate(authority_key, now)
    certificate = _signing_certificate(key.public_key(), authority, authority_key, now)
    _write(folder / RECORD_AUTHORITY_KEY, _private_pem(authority_key), secret=True)
    _write(folder / RECORD_KEY, _private_pem(key), secret=True)
    _write(folder / RECORD_CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    _write(folder / RECORD_AUTHORITY, authority.public_bytes(serialization.Encoding.PEM))


def make_log_key(folder: Path) -> None:
    """The log's Ed25519 key lies in the folder; one that was there stays."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / LOG_KEY).exists():
        _write(folder / LOG_KEY, _private_pem(Ed25519PrivateKey.generate()), secret=True)


@cache
def record_key(folder: Path) -> RecordKey:
    """What signs records, read once a process. Missing or foreign files raise `WrongSetting`, which names the file."""
    private = _load_private(folder / RECORD_KEY)
    certificate = _load_certificates(folder / RECORD_CERTIFICATE)[0]
    authorities = _load_certificates(folder / RECORD_AUTHORITY)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.public_key() != certificate.public_key():
        raise _damaged(RECORD_KEY)
    return RecordKey(private, certificate, authorities)


@cache
def log_key(folder: Path) -> Ed25519PrivateKey:
    """What signs checkpoints, read once a process; a missing or damaged file raises `WrongSetting`."""
    private = _load_private(folder / LOG_KEY)
    if not isinstance(private, Ed25519PrivateKey):
        raise _damaged(LOG_KEY)
    return private


def _authority_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _name(AUTHORITY_NAME)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        _builder(name, name, key.public_key(), now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signing_certificate(
    public: ec.EllipticCurvePublicKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """A certificate for signing documents and nothing else (ETSI EN 319 412-2 §4.3.2: nonRepudiation)."""
    issuer = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _builder(_name(SIGNER_NAME), authority.subject, public, now, _CERTIFICATE_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    start = now.replace(microsecond=0) - timedelta(minutes=5)  # another host's clock may be behind
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(**allowed: bool) -> x509.KeyUsage:
    every = {
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    }  # fmt: skip
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in every})


def _private_pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a new file and have it on the disk; a file that is there is an error, never overwritten."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _load_private(path: Path) -> object:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise _damaged(path.name) from None


def _load_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        raise _damaged(path.name) from None


def _damaged(name: str) -> WrongSetting:
    return WrongSetting(
        Wording(
            f"金鑰檔 {name} 不存在或不能使用；請先執行 flask setup。",
            f"The key file {name} is missing or cannot be used; run flask setup first.",
        )
    )
