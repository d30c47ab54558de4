"""HTTPS agencies answer with JSON to who trusts their authority and holds their token; files are taken with a ticket."""

import csv
import io
import time
from typing import Any

import pytest
import requests

from connectors.simulated import faults, journal, registers
from connectors.simulated.items import items
from tests.connectors.simulated.conftest import Town

HTTPS_ITEMS = [item.code for item in items().values() if item.kind == "https"]


def ask(town: Town, code: str, kind: str, value: str, *, token: str | None = None) -> requests.Response:
    owner = items()[code].owner
    bearer = token if token is not None else town.credentials[f"{owner}.https"]["password"]
    return requests.post(
        f"https://127.0.0.1:{town.ports['https']}/api/{owner}/{code}",
        json={"request_id": "r1", "key": {"kind": kind, "value": value}, "narrowing": {}},
        headers={"Authorization": f"Bearer {bearer}"},
        verify=str(town.folder / "ca.pem"),
        timeout=10,
    )


@pytest.mark.parametrize("code", HTTPS_ITEMS)
def test_every_data_item_answers_with_what_its_register_says(town: Town, code: str) -> None:
    kind, value = registers.example_keys(code)[0]
    said: dict[str, Any] = ask(town, code, kind, value).json()
    known = registers.answer(code, kind, value)
    assert known is not None
    assert (said["request_id"], said["key"], said["found"]) == ("r1", {"kind": kind, "value": value}, True)
    assert said["header"] == known.header
    assert said["rows"] == list(known.rows)


def test_who_is_not_found_is_said_so(town: Town) -> None:
    said = ask(town, "company_register", "company_no", "04595252").json()
    assert (said["found"], said["header"], said["rows"]) == (False, {}, [])


def test_a_client_that_does_not_know_the_authority_does_not_talk(town: Town) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://127.0.0.1:{town.ports['https']}/", timeout=10)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_wrong_token_is_refused_and_not_journalled(town: Town, token: str) -> None:
    before = journal.read(town.folder, "tw-moea")
    assert ask(town, "company_register", "company_no", "04595252", token=token).status_code == 401
    assert journal.read(town.folder, "tw-moea") == before


def test_a_data_item_of_another_owner_or_kind_is_unknown(town: Town) -> None:
    headers = {"Authorization": f"Bearer {town.credentials['tw-moea.https']['password']}"}
    for path in ("/api/tw-moea/hh_person_city", "/api/tw-moea/nothing", "/api/nobody/company_register", "/"):
        address = f"https://127.0.0.1:{town.ports['https']}{path}"
        reply = requests.post(address, json={}, headers=headers, verify=str(town.folder / "ca.pem"), timeout=10)
        assert reply.status_code == 404


def test_a_question_without_its_parts_is_refused(town: Town) -> None:
    assert ask(town, "company_register", "plate_no", "ABC1234").status_code == 400
    assert ask(town, "company_register", "company_no", "").status_code == 400


class Batch:
    """A file of numbers for a data item, and the ticket for it."""

    def __init__(self, town: Town, code: str) -> None:
        self.town = town
        owner = items()[code].owner
        self.address = f"https://127.0.0.1:{town.ports['https']}/batch/{owner}/{code}"
        self.headers = {
            "Authorization": f"Bearer {town.credentials[f'{owner}.batch_file']['password']}",
            "X-Request-Id": "r9",
        }
        self.trust = str(town.folder / "ca.pem")

    def upload(self, text: str) -> requests.Response:
        return requests.post(self.address, data=text.encode(), headers=self.headers, verify=self.trust, timeout=10)

    def fetch(self, ticket: str) -> requests.Response:
        until = time.monotonic() + 10
        while True:
            reply = requests.get(f"{self.address}/{ticket}", headers=self.headers, verify=self.trust, timeout=10)
            if reply.status_code != 202 or time.monotonic() > until:
                return reply


def file_of(numbers: list[str]) -> str:
    lines = ["seq,key", *(f"{place},{number}" for place, number in enumerate(numbers, 1)), f"#END,{len(numbers)}"]
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("code", ["hh_file_match_city", "veteran_care_upload"])
def test_a_file_is_answered_row_by_row_with_counts_and_a_trailer(town: Town, code: str) -> None:
    numbers = registers.veteran_numbers(120)
    batch = Batch(town, code)
    taken = batch.upload(file_of(numbers))
    assert taken.status_code == 202
    reply = batch.fetch(taken.json()["ticket"])
    assert (reply.status_code, reply.headers["X-Request-Id"]) == (200, "r9")
    rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8"), newline="")))
    trailer = rows.pop()
    assert (trailer["seq"], trailer["key"]) == ("#END", "120")
    assert [row["key"] for row in rows] == numbers
    assert {row["total_count"] for row in rows} == {"120"}
    assert {row["file_name"] for row in rows} == {"r9.csv"}
    results = [row["match_result"] for row in rows]
    assert rows[0]["matched_count"] == str(results.count("match"))
    assert rows[0]["error_count"] == str(results.count("invalid_id"))
    assert [row["line_no"] for row in rows] == [row["seq"] for row in rows]


def test_a_file_is_journalled_number_by_number(town: Town) -> None:
    numbers = registers.veteran_numbers(10)
    Batch(town, "veteran_care_upload").upload(file_of(numbers))
    lines = journal.read(town.folder, "tw-vac")[-10:]
    assert [line["key_digest"] for line in lines] == [
        journal.digest(town.folder, "national_id", number) for number in numbers
    ]


@pytest.mark.parametrize(
    "text", ["", "seq,key\r\n1,A123456789\r\n", "seq,key\r\n1,A123456789\r\n#END,2\r\n", "key\r\nx\r\n#END,1\r\n"]
)
def test_a_file_that_is_not_whole_is_refused(town: Town, text: str) -> None:
    assert Batch(town, "veteran_care_upload").upload(text).status_code == 400


def test_a_ticket_that_nobody_has_is_unknown(town: Town) -> None:
    assert Batch(town, "veteran_care_upload").fetch("nothing").status_code == 404


def test_a_file_can_lack_its_trailer_or_belong_to_another_request(town: Town) -> None:
    batch = Batch(town, "veteran_care_upload")
    faults.set(town.folder, "tw-vac", "veteran_care_upload", "no_trailer")
    cut = batch.fetch(batch.upload(file_of(registers.veteran_numbers(5))).json()["ticket"])
    assert "#END" not in cut.text
    faults.set(town.folder, "tw-vac", "veteran_care_upload", "wrong_request_id")
    other = batch.fetch(batch.upload(file_of(registers.veteran_numbers(5))).json()["ticket"])
    assert other.headers["X-Request-Id"] != "r9"
