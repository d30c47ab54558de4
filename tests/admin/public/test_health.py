"""GET /health says of every part whether it is well, and nothing else."""

from pathlib import Path

import pytest
from flask import Flask

from admin.app import create_app
from admin.frame.opening import PARTS
from admin.frame.parts import Check, Parts
from govern.keys.ring import Ring
from govern.queue import refused_jobs
from govern.rules.actor import Role
from tests.support.console import Browser, a_person, console_settings, text_of


def asked(folder: Path, keys: Ring, checks: dict[str, Check]) -> tuple[int, object]:
    """Status and body of the health of a console with these checks."""
    app = create_app(parts=Parts(settings=console_settings(folder), ring=keys, health=checks))
    response = app.test_client().get("/health")
    return response.status_code, response.get_json()


def well() -> bool:
    """A part that is well."""
    return True


def test_all_parts_well_is_200(console: object, tmp_path: Path, keys: Ring) -> None:
    status, body = asked(tmp_path, keys, dict.fromkeys(PARTS, well))
    assert status == 200
    assert body == {"ok": True, "parts": dict.fromkeys(PARTS, True)}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("how", ["says no", "raises", "is not there"])
def test_one_part_that_is_not_well_is_503(console: object, tmp_path: Path, keys: Ring, part: str, how: str) -> None:
    def wrong() -> bool:
        if how == "raises":
            raise OSError("A123456789")
        return False

    checks: dict[str, Check] = dict.fromkeys(PARTS, well)
    if how == "is not there":
        del checks[part]
    else:
        checks[part] = wrong
    status, body = asked(tmp_path, keys, checks)
    assert status == 503
    assert body == {"ok": False, "parts": {**dict.fromkeys(PARTS, True), part: False}}


def test_an_operator_reads_on_the_first_page_that_somebody_writes_to_the_queue(console: Flask) -> None:
    a_person("operator", "ntpc-civil", Role.OPERATOR)
    browser = Browser(console)
    browser.log_in("operator")
    assert "不是本平臺排入" not in text_of(browser.get("/"))
    refused_jobs.enter("normal", 7)
    refused_jobs.enter("batch", 5)
    assert "一天內有12件不是本平臺排入的工作放進佇列，都沒有執行" in text_of(browser.get("/"))
