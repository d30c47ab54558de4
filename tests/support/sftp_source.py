"""An SFTP server that misbehaves on purpose, for tests of connectors: files in memory, on loopback."""

import contextlib
import csv
import io
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import paramiko
from paramiko import common, sftp

from tests.support.household import OWNER, Answer, as_csv

USER = "govern"
WEAK_CIPHERS = ("aes128-cbc", "3des-cbc")


@dataclass
class SftpSource:
    """A running server. `answer` makes the answer file out of the request's rows; None: no answer comes.

    Further faults: `stalls_in_answer` stops in the middle of reading, `grows` adds to the file with each look,
    `vanishes` removes the answer between look and reading, `keeps_answers` forbids removing, `is_short` ends the file in its
    middle, `announced` says that it is so large, `floods` sends a packet without end, `drips` one a byte at a
    time for some seconds.
    """

    port: int
    host_key: paramiko.PKey
    log_in_key: paramiko.PKey
    answer: Callable[[list[dict[str, str]]], bytes | None] = lambda rows: as_csv(Answer())
    files: dict[str, bytes] = field(default_factory=dict)
    seen: list[list[dict[str, str]]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    log_ins: int = 0
    stalls_in_answer: bool = False
    trickles: bool = False
    grows: int = 0
    vanishes: int = 0
    keeps_answers: bool = False
    is_short: bool = False
    announced: int = 0
    floods: bool = False
    drips: bool = False
    hangs_up_in_answer: bool = False
    hangs_up_on_rename: bool = False
    lets_in: bool = True
    hangs_up_on_remove: bool = False
    refuses_rename: bool = False
    refuses_subsystem: bool = False
    ignores_subsystem: bool = False
    weak: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)
    transports: list[paramiko.Transport] = field(default_factory=list)

    def hang_up(self) -> None:
        """Every connection that there is now is closed; not the next, which comes as soon as the first of them ends."""
        for transport in tuple(self.transports):
            transport.close()


class _LogIn(paramiko.ServerInterface):
    def __init__(self, source: SftpSource) -> None:
        self.source = source

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        if not self.source.lets_in or username != USER or key.asbytes() != self.source.log_in_key.asbytes():
            return common.AUTH_FAILED
        self.source.log_ins += 1
        return common.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if self.source.ignores_subsystem:
            self.source.stopped.wait(30)
        if self.source.refuses_subsystem:
            return False
        return super().check_channel_subsystem_request(channel, name)


class _Handle(paramiko.SFTPHandle):
    def __init__(self, source: SftpSource, path: str, flags: int) -> None:
        super().__init__(flags)
        self.source, self.path = source, path

    def write(self, offset: int, data: Any) -> int:
        held, data = self.source.files[self.path], bytes(data)
        self.source.files[self.path] = held[:offset] + data + held[offset + len(data) :]
        return sftp.SFTP_OK

    def read(self, offset: int, length: int) -> bytes | int:
        whole = self.source.files.get(self.path, b"")
        data = whole[offset : min(offset + length, len(whole) // 2) if self.source.is_short else offset + length]
        if self.source.hangs_up_in_answer and self.path.startswith(f"/{OWNER}/out/"):
            self.source.hang_up()
        if self.source.stalls_in_answer and offset + length > 10:
            if offset == 0:
                return data[:10]
            self.source.stopped.wait(30)
        if self.source.trickles:
            self.source.stopped.wait(0.05)
            data = data[:1]
        return data or sftp.SFTP_EOF

    def stat(self) -> paramiko.SFTPAttributes | int:
        return _attributes(self.source, self.path)


class _Server(paramiko.SFTPServer):
    """paramiko's server, which can send a packet that announces 2 GB and never ends."""

    def _send_packet(self, kind: int, packet: Any) -> None:
        source = self.server.source
        if kind == sftp.CMD_DATA and source.drips:
            self.sock.sendall(b"\0\0\x7f\xff" + bytes([kind]))
            for _ in range(300):
                if source.stopped.wait(0.02):
                    break
                self.sock.sendall(b" ")
            source.hang_up()
        if kind != sftp.CMD_DATA or not source.floods:
            super()._send_packet(kind, packet)
            return
        self.sock.sendall(b"\x7f\xff\xff\xff" + bytes([kind]))
        for _ in range(7_000):
            self.sock.sendall(b" " * 30_000)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: _LogIn, *args: object) -> None:
        super().__init__(server, *args)
        self.source = server.source

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        if path in (f"/{OWNER}/in", f"/{OWNER}/out"):
            return paramiko.SFTPAttributes()
        return _attributes(self.source, path)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        source = self.source
        if path.startswith(f"/{OWNER}/in/"):
            source.files[path] = b""
            source.written.append(path)
        elif source.vanishes > 0:
            source.vanishes -= 1
            return sftp.SFTP_NO_SUCH_FILE
        elif path not in source.files:
            return sftp.SFTP_NO_SUCH_FILE
        return _Handle(source, path, flags)

    def rename(self, oldpath: str, newpath: str) -> int:
        source = self.source
        if source.refuses_rename:
            return sftp.SFTP_FAILURE
        if source.hangs_up_on_rename:
            source.hang_up()
        data = source.files[newpath] = source.files.pop(oldpath)
        rows = [row for row in csv.DictReader(io.StringIO(data.decode())) if row["seq"] != "#END"]
        source.seen.append(rows)
        answer = source.answer(rows)
        if answer is not None:
            source.files[newpath.replace("/in/", "/out/")] = answer
        return sftp.SFTP_OK

    def remove(self, path: str) -> int:
        if self.source.hangs_up_on_remove:
            self.source.hang_up()
        if self.source.keeps_answers:
            return sftp.SFTP_PERMISSION_DENIED
        del self.source.files[path]
        return sftp.SFTP_OK


def _attributes(source: SftpSource, path: str) -> paramiko.SFTPAttributes | int:
    if path not in source.files:
        return sftp.SFTP_NO_SUCH_FILE
    found = paramiko.SFTPAttributes()
    found.st_size = source.announced or len(source.files[path])
    if source.grows > 0:
        source.grows -= 1
        source.files[path] = b"x" + source.files[path]
    return found


@contextlib.contextmanager
def sftp_source(host_key: paramiko.PKey, log_in_key: paramiko.PKey) -> Iterator[SftpSource]:
    """A server on a free port of loopback with this host key, which lets in who holds `log_in_key`."""
    listener = socket.create_server(("127.0.0.1", 0))
    source = SftpSource(listener.getsockname()[1], host_key, log_in_key)

    def serve(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        source.transports.append(transport)
        transport.add_server_key(source.host_key)
        if source.weak:
            transport.get_security_options().ciphers = WEAK_CIPHERS
        transport.set_subsystem_handler("sftp", _Server, _Files)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport.start_server(server=_LogIn(source))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield source
    finally:
        source.stopped.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for transport in source.transports:
            transport.close()
