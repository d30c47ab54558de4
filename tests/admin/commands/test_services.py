"""The house's processes: a wrong address is named by its setting, and whatever kills the house, nothing stays behind."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from admin.commands.services import Services
from admin.set_up import set_up
from govern.core import database
from govern.core.errors import WrongSetting
from govern.core.settings import load_settings
from govern.queue import embedded
from tests.support.queues import is_running, until

STARTS = """
import sys
from govern.core.settings import load_settings
from admin.commands.services import Services
house = Services(load_settings())
house.start(web=False)
print(*[each.process.pid for each in house.running], flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_a_wrong_host_is_named_and_not_the_port(tmp_path: Path, host: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        Services(load_settings(data_dir=tmp_path, host=host)).start_web()
    assert "GOVERN_HOST" in refused.value.wording.en
    assert "GOVERN_PORT" not in refused.value.wording.en


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(WrongSetting) as refused:
            Services(load_settings(data_dir=tmp_path, port=taken.getsockname()[1])).start_web()
    assert "GOVERN_PORT" in refused.value.wording.en


def test_a_house_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    set_up(load_settings(data_dir=tmp_path, demonstration=False), with_catalogue=False)
    database.release()
    own = {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")}
    given = {"GOVERN_DATA_DIR": str(tmp_path), "GOVERN_WORKERS": "1", "GOVERN_DEMONSTRATION": "no"}
    house = subprocess.Popen(
        [sys.executable, "-c", STARTS],
        cwd=Path(__file__).parents[3],
        env={**own, **given},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert house.stdout is not None
    children = [int(pid) for pid in house.stdout.readline().split()]
    sockets = [embedded.queue_address(tmp_path), embedded.answers_address(tmp_path)]
    servers = [_server_of(address) for address in sockets]
    until(lambda: any(_uses(pid, tmp_path) for pid in children), "the keeper uses the servers as well", within_s=60.0)
    assert all(is_running(pid) for pid in [*children, *servers])
    house.send_signal(signal.SIGKILL)
    house.wait()
    for pid in [*children, *servers]:
        until(
            lambda pid=pid: not is_running(pid), f"process {pid} has ended, of {children} and {servers}", within_s=60.0
        )


def _uses(pid: int, folder: Path) -> bool:
    """Whether a process holds the servers' lock."""
    try:
        opened = [os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()]
    except FileNotFoundError:  # one was closed meanwhile
        return False
    return str(folder / "redis" / "use.lock") in opened


def _server_of(address: str) -> int:
    with socket.socket(socket.AF_UNIX) as asked:
        try:
            asked.connect(address.removeprefix("unix://"))
        except OSError as no:
            pytest.fail(errno.errorcode.get(no.errno or 0, "not connected"))
        asked.sendall(b"INFO server\r\n")
        told = asked.recv(65536).decode()
    return int(next(line for line in told.splitlines() if line.startswith("process_id:")).split(":")[1])
