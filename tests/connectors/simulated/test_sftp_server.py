"""The SFTP agency answers request files, whole, and shows nobody this machine's files."""

import io
import time
import uuid
from collections.abc import Iterator

import paramiko
import pytest

from connectors.simulated import faults, journal, registers
from tests.connectors.simulated.conftest import Town

ITEM = "nhi_medical_visits"


@pytest.fixture
def client(town: Town) -> Iterator[paramiko.SFTPClient]:
    transport = opened(town, town.credentials["tw-mohw.sftp"]["private_key"])
    found = paramiko.SFTPClient.from_transport(transport)
    assert found is not None
    yield found
    transport.close()


def opened(town: Town, private_key: str, username: str = "govern-tw-mohw") -> paramiko.Transport:
    transport = paramiko.Transport(("127.0.0.1", town.ports["sftp"]))
    transport.start_client(timeout=10)
    kind, key = (town.folder / "sftp_host_key.pub").read_text("ascii").split()[:2]
    assert (transport.get_remote_server_key().get_name(), transport.get_remote_server_key().get_base64()) == (kind, key)
    transport.auth_publickey(username, paramiko.Ed25519Key.from_private_key(io.StringIO(private_key)))
    return transport


def put(client: paramiko.SFTPClient, numbers: list[str], item: str = ITEM) -> str:
    request_id = str(uuid.uuid4())
    lines = [f"{place},{item},national_id,{number}" for place, number in enumerate(numbers, 1)]
    text = "\r\n".join(["seq,item,key_kind,key", *lines, f"#END,{len(numbers)}"]) + "\r\n"
    path = f"/tw-mohw/in/{request_id}.csv"
    with client.open(f"{path}.part", "w") as file:
        file.write(text.encode())
    client.rename(f"{path}.part", path)
    return request_id


def answer(client: paramiko.SFTPClient, request_id: str, seconds: float = 10.0) -> str | None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with client.open(f"/tw-mohw/out/{request_id}.csv") as file:
                return file.read().decode("utf-8")
        except FileNotFoundError:
            time.sleep(0.02)
    return None


def test_a_request_file_is_answered_for_each_of_its_numbers(town: Town, client: paramiko.SFTPClient) -> None:
    numbers = [value for _, value in registers.example_keys(ITEM, 3)] + ["F100000006"]
    request_id = put(client, numbers)
    lines = (answer(client, request_id) or "").splitlines()
    assert lines[0].startswith("seq,key,found,national_id,data_from,data_to,visit_date")
    assert lines[-1] == f"#END,{len(lines) - 2}"
    assert {line.split(",")[1] for line in lines[1:-1]} == set(numbers)
    assert f"4,F100000006,false{',' * 11}" in lines
    seen = journal.read(town.folder, "tw-mohw")[-4:]
    assert {line["request_id"] for line in seen} == {request_id}


def test_the_request_is_gone_once_it_is_answered_and_the_answer_can_be_removed(client: paramiko.SFTPClient) -> None:
    request_id = put(client, [registers.example_keys(ITEM)[0][1]])
    assert answer(client, request_id)
    assert f"{request_id}.csv" not in client.listdir("/tw-mohw/in")
    client.remove(f"/tw-mohw/out/{request_id}.csv")
    with pytest.raises(FileNotFoundError):
        client.stat(f"/tw-mohw/out/{request_id}.csv")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../etc/passwd", "/tw-mohw/../../etc/passwd", "//proc/self/environ"]
)
def test_no_file_of_this_machine_can_be_reached(client: paramiko.SFTPClient, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        client.open(path)
    assert client.listdir("/") == ["tw-mohw"]


@pytest.mark.parametrize("path", ["/x", "/tw-mohw/out/forged.csv", "/tw-mohw/x.csv", "/tw-mohw/in/../out/forged.csv"])
def test_only_requests_can_be_written(client: paramiko.SFTPClient, path: str) -> None:
    with pytest.raises(PermissionError):
        client.open(path, "w")


def test_who_has_another_key_or_another_name_stays_outside(town: Town) -> None:
    right = town.credentials["tw-mohw.sftp"]["private_key"]
    other = paramiko.Ed25519Key.from_private_key(io.StringIO((town.folder / "sftp_host_key").read_text("ascii")))
    text = io.StringIO()
    text.write((town.folder / "sftp_host_key").read_text("ascii"))
    assert other.get_name() == "ssh-ed25519"
    with pytest.raises(paramiko.SSHException):
        opened(town, text.getvalue())
    with pytest.raises(paramiko.SSHException):
        opened(town, right, username="root")


@pytest.mark.parametrize("fault", ["cut_short", "no_trailer"])
def test_a_file_can_come_short(town: Town, client: paramiko.SFTPClient, fault: str) -> None:
    faults.set(town.folder, "tw-mohw", "*", fault)
    text = answer(client, put(client, [registers.example_keys(ITEM)[0][1]]))
    assert text is not None
    assert "#END" not in text


def test_told_to_fail_it_gives_no_file_and_still_keeps_account(town: Town, client: paramiko.SFTPClient) -> None:
    faults.set(town.folder, "tw-mohw", ITEM, "error")
    before = len(journal.read(town.folder, "tw-mohw"))
    request_id = put(client, [registers.example_keys(ITEM)[0][1]])
    until = time.monotonic() + 10
    while len(journal.read(town.folder, "tw-mohw")) == before and time.monotonic() < until:
        time.sleep(0.02)
    assert len(journal.read(town.folder, "tw-mohw")) == before + 1
    assert answer(client, request_id, seconds=0.2) is None


def test_what_is_no_request_of_this_agency_gets_no_answer(town: Town, client: paramiko.SFTPClient) -> None:
    before = journal.read(town.folder, "tw-mohw")
    foreign = put(client, ["F100000006"], item="hh_person_city")
    right = put(client, [registers.example_keys(ITEM)[0][1]])
    assert answer(client, right)
    assert answer(client, foreign, seconds=0.1) is None
    assert len(journal.read(town.folder, "tw-mohw")) == len(before) + 1
