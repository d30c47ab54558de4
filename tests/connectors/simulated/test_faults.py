"""An agency does wrong what it is told to, and nothing else; afterwards it behaves again."""

import http.client
import json
import threading
import time
from pathlib import Path

import pytest
import requests

from connectors.simulated import faults, journal, registers
from connectors.simulated.faults import Fault
from tests.connectors.simulated.conftest import Town

OWNER, ITEM = "tw-moea", "company_register"


def ask(town: Town, *, item: str = ITEM, timeout: float = 10) -> requests.Response:
    kind, value = registers.example_keys(item)[0]
    return requests.post(
        f"https://127.0.0.1:{town.ports['https']}/api/{OWNER}/{item}",
        json={"request_id": "r1", "key": {"kind": kind, "value": value}},
        headers={"Authorization": f"Bearer {town.credentials[f'{OWNER}.https']['password']}"},
        verify=str(town.folder / "ca.pem"),
        timeout=timeout,
    )


def test_an_unknown_fault_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        faults.set(tmp_path, OWNER, ITEM, "explode")


def test_the_fault_of_a_data_item_comes_before_that_of_its_agency(tmp_path: Path) -> None:
    faults.set(tmp_path, OWNER, "*", "slow", seconds=2)
    faults.set(tmp_path, OWNER, ITEM, "garbage")
    assert faults.find(tmp_path, OWNER, ITEM) == Fault("garbage", {})
    assert faults.find(tmp_path, OWNER, "business_register") == Fault("slow", {"seconds": 2})
    assert faults.find(tmp_path, "tw-moi", ITEM) is None
    faults.clear(tmp_path)
    assert faults.find(tmp_path, OWNER, ITEM) is None


def test_a_limit_stands_beside_a_fault(tmp_path: Path) -> None:
    faults.set(tmp_path, OWNER, "*", "limit", calls=2)
    faults.set(tmp_path, OWNER, "*", "slow", seconds=1)
    assert faults.limit_of(tmp_path, OWNER) == 2
    assert faults.find(tmp_path, OWNER, ITEM) == Fault("slow", {"seconds": 1})


def test_slow_answers_late_and_right(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "slow", seconds=0.4)
    began = time.monotonic()
    assert ask(town).json()["found"] is True
    assert time.monotonic() - began >= 0.4
    began = time.monotonic()
    ask(town, item="business_register")
    assert time.monotonic() - began < 0.4


def test_hang_never_answers_and_ends_when_the_fault_is_cleared(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "hang")
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask(town, timeout=0.3)
    failures: list[Exception] = []

    def wait() -> None:
        try:
            ask(town)
        except requests.exceptions.ConnectionError as closed:
            failures.append(closed)

    waiting = threading.Thread(target=wait)
    before = len(journal.read(town.folder, OWNER))
    waiting.start()
    until = time.monotonic() + 5
    while len(journal.read(town.folder, OWNER)) == before and time.monotonic() < until:
        time.sleep(0.01)
    faults.clear(town.folder)
    waiting.join(5)
    assert not waiting.is_alive()
    assert failures


def test_dead_closes_without_a_word(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "dead")
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(town)


def test_cut_short_stops_in_the_middle(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "cut_short")
    with pytest.raises(requests.exceptions.ChunkedEncodingError) as caught:
        ask(town)
    assert any(
        isinstance(part, http.client.IncompleteRead) or "IncompleteRead" in str(part) for part in caught.value.args
    )


def test_garbage_is_no_json(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "garbage")
    with pytest.raises(ValueError):
        ask(town).json()


def test_the_wrong_encoding_is_not_utf_8(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "wrong_encoding")
    with pytest.raises(UnicodeDecodeError):
        ask(town).content.decode("utf-8")


def test_a_redirect_leads_elsewhere(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "redirect", location="http://127.0.0.1:9/x")
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(town)


def test_too_much_is_as_large_as_told(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "too_much", bytes=300_000)
    assert len(ask(town).content) == 300_000
    faults.set(town.folder, OWNER, ITEM, "too_much", rows=700)
    assert len(ask(town).json()["rows"]) == 700


def test_another_person_is_a_proper_answer_about_somebody_else(town: Town) -> None:
    value = registers.example_keys(ITEM)[0][1]
    faults.set(town.folder, OWNER, ITEM, "another_person")
    said = ask(town).json()
    assert said["key"]["value"] == said["header"]["company_no"] != value
    faults.set(town.folder, OWNER, ITEM, "another_person", echo="asked")
    said = ask(town).json()
    assert said["key"]["value"] == value != said["header"]["company_no"]


def test_nothing_finds_nobody(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "nothing")
    assert ask(town).json()["found"] is False


def test_an_error_is_an_error_of_the_server(town: Town) -> None:
    faults.set(town.folder, OWNER, "*", "error")
    assert ask(town).status_code == 500


def test_extra_fields_come_in_header_and_rows(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "extra_fields", count=3)
    said = ask(town).json()
    assert len([name for name in said["header"] if name.startswith("internal_remark")]) == 3
    assert all("internal_remark_1" in row for row in said["rows"])


def test_the_answer_to_another_question_has_another_id(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "wrong_request_id")
    assert ask(town).json()["request_id"] != "r1"


def test_bytes_come_one_by_one(town: Town) -> None:
    faults.set(town.folder, OWNER, ITEM, "byte_by_byte", seconds=0.0002)
    assert json.loads(ask(town).content)["found"] is True


def test_of_too_many_at_a_time_some_are_told_that_it_is_busy(town: Town) -> None:
    faults.set(town.folder, OWNER, "*", "limit", calls=2)
    faults.set(town.folder, OWNER, "*", "slow", seconds=1)
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(ask(town).status_code)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(statuses) == [200, 200, 429, 429, 429]
    assert ask(town).status_code == 200
