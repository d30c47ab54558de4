"""Signing keys: made once, read once, never half a set."""

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import BasicConstraints, KeyUsage

from govern.core.errors import WrongSetting
from govern.keys import signer


def test_keys_are_made_once_and_stay_as_they_are(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    signer.make_log_key(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    signer.make_record_keys(tmp_path)
    signer.make_log_key(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_secret_files_are_readable_by_the_service_user_alone(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    signer.make_log_key(tmp_path)
    for name in (signer.RECORD_KEY, signer.RECORD_AUTHORITY_KEY, signer.LOG_KEY):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_the_certificate_is_for_signing_documents_and_comes_from_the_authority(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    key = signer.record_key(tmp_path)
    usage = key.certificate.extensions.get_extension_for_class(KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not key.certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    key.certificate.verify_directly_issued_by(key.authorities[-1])
    assert key.name == signer.SIGNER_NAME


def test_the_key_is_loaded_once_and_signs(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    key = signer.record_key(tmp_path)
    assert signer.record_key(tmp_path) is key
    signature, public = key.sign(b"data"), key.certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, b"data", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"other", ec.ECDSA(hashes.SHA256()))


def test_half_a_set_stops_the_set_up_and_overwrites_nothing(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    (tmp_path / signer.RECORD_KEY).unlink()
    with pytest.raises(WrongSetting):
        signer.make_record_keys(tmp_path)
    assert not (tmp_path / signer.RECORD_KEY).exists()


@pytest.mark.parametrize("name", [signer.RECORD_KEY, signer.RECORD_CERTIFICATE, signer.RECORD_AUTHORITY])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    signer.make_record_keys(tmp_path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(WrongSetting) as raised:
        signer.record_key(tmp_path)
    assert name in raised.value.wording.en


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path / "one")
    signer.make_record_keys(tmp_path / "other")
    (tmp_path / "one" / signer.RECORD_KEY).write_bytes((tmp_path / "other" / signer.RECORD_KEY).read_bytes())
    with pytest.raises(WrongSetting):
        signer.record_key(tmp_path / "one")


def test_a_missing_log_key_is_named_and_a_made_one_signs(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="wrong_setting"):
        signer.log_key(tmp_path)
    signer.make_log_key(tmp_path)
    key = signer.log_key(tmp_path)
    key.public_key().verify(key.sign(b"note"), b"note")


def test_no_key_shows_in_a_text(tmp_path: Path) -> None:
    signer.make_record_keys(tmp_path)
    assert repr(signer.record_key(tmp_path)) == f"RecordKey({signer.SIGNER_NAME!r})"
