"""A wrong setting stops the start with a sentence that names it."""

import pytest

from govern.core.errors import WrongSetting
from govern.core.settings import load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOVERN_PORT", "eighty"),
        ("GOVERN_PORT", "70000"),
        ("GOVERN_WORKERS", "0"),
        ("GOVERN_DATABASE_URL", "mysql://somewhere/else"),
        ("GOVERN_ANSWER_LIFE_S", "-1"),
        ("GOVERN_REDIS_URL", "xx"),
        ("GOVERN_ANSWERS_URL", "xx"),
        ("GOVERN_TIME_STAMP_URL", "abc"),
        ("GOVERN_PUBLIC_URL", "abc"),
        ("GOVERN_LOG_ORIGIN", ""),
        ("GOVERN_SOURCE_ADDRESSES", "zzz//"),
        ("GOVERN_QUOTA_PER_DAY", "-3"),
    ],
)
def test_a_wrong_setting_is_named_in_both_languages(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as wrong:
        load_settings()
    assert name in wrong.value.wording.zh
    assert name in wrong.value.wording.en


def test_without_settings_everything_lies_in_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("GOVERN_DATA_DIR", str(tmp_path))
    settings = load_settings()
    assert settings.database_address() == f"sqlite:///{tmp_path}/govern.sqlite3"
    assert settings.console_url == "http://127.0.0.1:8000"


def test_the_other_roles_of_the_database_default_to_the_ordinary_one() -> None:
    settings = load_settings(
        database_url="postgresql://app@host/govern", database_url_owner="postgresql://own@host/govern"
    )
    assert settings.database_address("sequencer") == "postgresql+psycopg://app@host/govern"
    assert settings.database_address("owner") == "postgresql+psycopg://own@host/govern"
