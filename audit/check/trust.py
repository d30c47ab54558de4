"""Whom a check believes: authorities of records and of time stamps, and the key of the log.

Never taken from the record itself. `trust.json` is an object with exactly these keys:

    record_authorities       certificates in PEM, one or more: who issues the certificates that sign records
    time_stamp_authorities   certificates in PEM: who issues those that sign time stamps
    log_origin               the first line of the log's checkpoints
    log_key                  the log's key: <name>+<key id>+<base64> (C2SP signed-note)
"""

import json
import os
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509

from audit.log.note import NoteError, NoteKey, parse_key

BUILT_IN: Final = resources.files("audit.check") / "trust.json"  # it may lie in an archive
_KEYS: Final = {"record_authorities", "time_stamp_authorities", "log_origin", "log_key"}


class NoTrust(ValueError):
    """There is no list of whom to believe, or it cannot be read; the message says which file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The authorities and the log that a check believes."""

    record_authorities: tuple[asn1_x509.Certificate, ...]
    time_stamp_authorities: tuple[asn1_x509.Certificate, ...]
    log_origin: str
    log_key: NoteKey


def find_trust(given: Path | None = None) -> Trust:
    """The list to use: the file given, else the one built into the checker, else `trust.json` in the data folder.

    The data folder is `GOVERN_DATA_DIR`, else `var`. Raises `NoTrust` when the file given is not there, or none is.
    """
    if given is not None:
        return read_trust(given)
    data_folder = Path(os.environ.get("GOVERN_DATA_DIR") or "var")
    for path in (BUILT_IN, data_folder / "trust.json"):
        if path.is_file():
            return read_trust(path)
    raise NoTrust("there is no trust.json: name one with --trust")


def read_trust(path: Path | Traversable) -> Trust:
    """The list in a file. Raises `NoTrust` for anything missing, unknown or empty."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise NoTrust(f"{path} cannot be read") from None
    try:
        return parse_trust(raw)
    except NoTrust as wrong:
        raise NoTrust(f"{path}: {wrong}") from None


def parse_trust(raw: bytes) -> Trust:
    """The list as JSON."""
    try:
        listed = json.loads(raw)
    except ValueError:
        raise NoTrust("not JSON") from None
    if not isinstance(listed, dict) or listed.keys() != _KEYS:
        raise NoTrust(f"must have exactly the keys {', '.join(sorted(_KEYS))}")
    origin, key = listed["log_origin"], listed["log_key"]
    if not isinstance(origin, str) or not origin or not isinstance(key, str):
        raise NoTrust("log_origin and log_key must be text")
    try:
        log_key = parse_key(key)
    except NoteError as wrong:
        raise NoTrust(f"log_key: {wrong}") from None
    return Trust(
        _certificates(listed["record_authorities"], "record_authorities"),
        _certificates(listed["time_stamp_authorities"], "time_stamp_authorities"),
        origin,
        log_key,
    )


def _certificates(listed: object, name: str) -> tuple[asn1_x509.Certificate, ...]:
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise NoTrust(f"{name} must be a list of certificates in PEM, and not empty")
    found = []
    try:
        for text in listed:
            for kind, _, der in pem.unarmor(text.encode("ascii"), multiple=True):
                if kind != "CERTIFICATE":
                    raise NoTrust(f"{name} holds something that is no certificate")
                certificate = asn1_x509.Certificate.load(der, strict=True)
                _ = certificate.native  # parsed now, so that a broken one is found here
                found.append(certificate)
    except NoTrust:
        raise
    except (ValueError, TypeError, KeyError):
        raise NoTrust(f"{name} holds a certificate that cannot be read") from None
    if not found:
        raise NoTrust(f"{name} holds no certificate")
    return tuple(found)
