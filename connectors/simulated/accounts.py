"""Accounts, keys and certificates of the simulated agencies: made once in their folder, the same at the next start."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from connectors.simulated.items import items

CREDENTIALS: Final = "credentials.json"
AUTHORITY: Final = "ca.pem"
SERVER_CERTIFICATE: Final = "https_server.pem"
SFTP_HOST_KEY: Final = "sftp_host_key"
SFTP_CLIENT_KEY: Final = "sftp_client_key.pub"
_YEARS: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Account:
    """An account at an agency, by the code of the source that uses it."""

    username: str
    password: str
    service_code: str


def read(folder: Path) -> Mapping[str, Account]:
    """All accounts by source code (`ntpc-civil.soap_gateway`)."""
    told = json.loads((folder / CREDENTIALS).read_text("utf-8"))
    return {
        source: Account(each["username"], each.get("password", ""), service_code(source))
        for source, each in told.items()
    }


def service_code(source: str) -> str:
    """The code under which the gateway knows an owner's service."""
    return f"GSP-{source.partition('.')[0].upper()}"


def prepare(folder: Path) -> dict[str, dict[str, str]]:
    """Make what is missing; returns the credentials by reference: username, password or private key."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / AUTHORITY).exists():
        _certificates(folder)
    if not (folder / SFTP_HOST_KEY).exists():
        _host_key(folder)
    path = folder / CREDENTIALS
    if not path.exists():
        _write_secret(path, json.dumps(_credentials(folder), ensure_ascii=False, indent=1).encode())
    told: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
    return told


def _credentials(folder: Path) -> dict[str, dict[str, str]]:
    sources = dict.fromkeys(f"{item.owner}.{item.kind}" for item in items().values() if item.kind != "soap_ws")
    made: dict[str, dict[str, str]] = {}
    for source in sources:
        account = {"username": f"govern-{source.partition('.')[0]}"}
        if source.endswith(".sftp"):
            account["private_key"] = _client_key(folder)
        else:
            account["password"] = secrets.token_urlsafe(24)
        made[source] = account
    return made


def _client_key(folder: Path) -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / SFTP_CLIENT_KEY).write_bytes(_public(key) + b" govern\n")
    return _private(key).decode()


def _host_key(folder: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / f"{SFTP_HOST_KEY}.pub").write_bytes(_public(key) + b" simulated agency\n")
    _write_secret(folder / SFTP_HOST_KEY, _private(key))


def _private(key: ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )


def _public(key: ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def _certificates(folder: Path) -> None:
    """An authority, whose key is thrown away, and the one certificate that it issues to the HTTPS server on loopback."""
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name("Simulated agencies' authority (invented)")
    authority = (
        _certificate(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    alternatives = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    server = (
        _certificate(_name("Simulated agencies (invented)"), issuer, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_secret(folder / SERVER_CERTIFICATE, server.public_bytes(serialization.Encoding.PEM) + key)
    (folder / AUTHORITY).write_bytes(authority.public_bytes(serialization.Encoding.PEM))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_secret(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(part, path)
