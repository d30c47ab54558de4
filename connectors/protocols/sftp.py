"""Files fetched by SFTP: pinned host key, whole or not at all, the connection kept warm between calls.

A request is written as `<request id>.csv.part` and then renamed, so that the source never reads half of it; it answers with
a file of the same name. An answer counts only when its size was the same before and after it was read, as many bytes came,
and its trailer counts its rows: paramiko alone takes a short file for a good one and waits for ever in mid-file (tried:
SECURITY.md, trap 12), so that every read and write asks the call for the time left.
"""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import paramiko
import paramiko.sftp

from connectors import guard
from connectors.call import Call
from connectors.errors import Misconfigured, Refused, SourceError, TooMuch, Unreachable, Unreadable
from connectors.exchange import Query, Reply, Source
from connectors.foreign import translated
from connectors.kinds import SftpSettings, parse
from connectors.protocols import csv_file, ssh

_CHUNK: Final = 32 * 1024  # servers refuse to send more at once
_FIRST_WAIT_S: Final = 0.005
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Session:
    """A logged-in connection with its SFTP client."""

    transport: paramiko.Transport
    channel: ssh.TimedChannel
    client: paramiko.SFTPClient

    def close(self) -> None:
        """End it; says nothing when the other side is gone."""
        self.transport.close()


_idle: dict[tuple[str, str, str], _Session] = {}


def _after_fork() -> None:
    _idle.clear()  # the thread that serves a connection stays in the parent


os.register_at_fork(after_in_child=_after_fork)


class SftpConnector:
    """Request and answer files, one exchange for all keys of a question."""

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """The source's answer file, whole; a `SourceError` discards it. The answer is removed there once it is read."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, SftpSettings)
        folder = _folder(source)
        if _REQUEST_ID.fullmatch(query.request_id) is None:
            raise Misconfigured("question", never_left=True)
        name, question = f"{query.request_id}.csv", _question(query)

        def work(session: _Session) -> bytes:
            _put(session, call, f"{folder}/in/{name}", question)
            data = _fetched(session, call, f"{folder}/out/{name}", settings.poll_s)
            if not settings.keep_answer:
                _remove(session, f"{folder}/out/{name}")
            return data

        data = _with_session(source, settings, call, work)
        return Reply(query.request_id, csv_file.read(data, query), received_bytes=call.received)

    def probe(self, source: Source, call: Call) -> None:
        """Return when host key and log-in are right and the folders are there; no file is written."""
        settings = parse(source.kind, source.settings)
        assert isinstance(settings, SftpSettings)
        folder = _folder(source)

        def work(session: _Session) -> None:
            for each in ("in", "out"):
                session.client.stat(f"{folder}/{each}")

        _with_session(source, settings, call, work)


def _folder(source: Source) -> str:
    """The source's folder on its server, without a slash at the end."""
    path = guard.split(source.address, ("sftp",)).path.rstrip("/")
    if ".." in path.split("/"):
        raise Misconfigured("address", never_left=True)
    return path


def _question(query: Query) -> bytes:
    """The request file: a line for each key, narrowing inputs as further columns."""
    names = sorted(query.narrowing)
    columns = ["seq", "item", "key_kind", "key", *(f"narrowing.{name}" for name in names)]
    extra = [query.narrowing[name] for name in names]
    rows = ([str(place), query.item.code, key.kind, key.value, *extra] for place, key in enumerate(query.keys, 1))
    return csv_file.written(columns, rows)


def _with_session(source: Source, settings: SftpSettings, call: Call, work: Callable[[_Session], _Result]) -> _Result:
    """Do `work` over the warm connection, or over a new one when there is none or it is dead before anything was said."""
    where = (source.address, source.credentials.get("username", ""), settings.host_key)
    warm = _idle.pop(where, None)
    if warm is not None and warm.transport.is_active():
        try:
            return _used(where, warm, call, work)
        except Unreachable:
            pass  # closed by the server while it lay idle; nothing had left
    elif warm is not None:
        warm.close()
    return _used(where, _opened(source, settings, call), call, work)


def _used(where: tuple[str, str, str], session: _Session, call: Call, work: Callable[[_Session], _Result]) -> _Result:
    """Do `work` and keep the connection for the next call; after an error it is closed, an answer may be under way."""
    session.channel.call = call
    failure: SourceError
    try:
        result = work(session)
    except SourceError as known:
        failure = known
    except (OSError, EOFError, paramiko.SSHException, paramiko.sftp.SFTPError) as wrong:
        failure = _meaning(wrong, session, call)
    except BaseException:
        session.close()
        raise
    else:
        replaced = _idle.pop(where, None)
        if replaced is not None:
            replaced.close()
        if session.transport.is_active():
            _idle[where] = session
        return result
    session.close()
    raise failure


def _meaning(wrong: Exception, session: _Session, call: Call) -> SourceError:
    """What went wrong: the server's own words about a file come as OSError, as do broken connections."""
    if isinstance(wrong, FileNotFoundError):
        return Misconfigured("address_not_known_there", never_left=not call.left)
    if isinstance(wrong, PermissionError):
        return Refused("not_permitted", never_left=not call.left)
    if _is_answer(wrong, session):
        return Refused("fault", never_left=not call.left)
    return translated(wrong, left=call.left)


def _is_answer(wrong: Exception, session: _Session) -> bool:
    """Whether the server itself said no (SSH_FX_FAILURE and the like), which paramiko gives as an OSError without a number."""
    alive = session.transport.is_active() and not session.channel.channel.closed
    return isinstance(wrong, PermissionError) or (type(wrong) is OSError and wrong.errno is None and alive)


def _opened(source: Source, settings: SftpSettings, call: Call) -> _Session:
    """A new logged-in connection; `Unreachable` or `Misconfigured`, and nothing has left."""
    transport, channel = ssh.opened(call, source.address, settings.host_key, source.credentials)
    failure: SourceError
    try:
        timed = ssh.TimedChannel(channel, call)
        any_channel: Any = timed  # paramiko asks for no more than recv, send, close and get_name
        return _Session(transport, timed, paramiko.SFTPClient(any_channel))
    except SourceError as known:
        failure = known
    except (OSError, EOFError, paramiko.SSHException, paramiko.sftp.SFTPError) as wrong:
        failure = translated(wrong, left=False)
    transport.close()
    raise failure


def _put(session: _Session, call: Call, path: str, question: bytes) -> None:
    """The request file stands under its name, whole."""
    with session.client.open(f"{path}.part", "w") as file:
        call.left = True
        file.write(question)
    session.client.rename(f"{path}.part", path)


def _fetched(session: _Session, call: Call, path: str, poll_s: float) -> bytes:
    """The answer file once it is there and whole.

    A file that grows while it is read is looked at again; one that has kept its size for `poll_s` and still has no
    trailer is `Unreadable`. What is not there or not whole at the deadline is `TimedOut`.
    """
    wait_s, resting, since = _FIRST_WAIT_S, -1, 0.0
    while True:
        size, data = _read_whole(session, call, path)
        if data is not None and csv_file.is_whole(data):
            return data
        if size != resting:
            resting, since = size, time.monotonic()
        elif size >= 0 and time.monotonic() - since >= poll_s:
            raise Unreadable("trailer" if data is not None else "changed_while_read")
        call.wait(wait_s)
        wait_s = min(wait_s * 1.5, poll_s)


def _read_whole(session: _Session, call: Call, path: str) -> tuple[int, bytes | None]:
    """Size (-1: no file) and content of a file; no content when its size was not the same before, while and after."""
    try:
        before = session.client.stat(path).st_size or 0
        if before > call.max_bytes:
            raise TooMuch("bytes")
        pieces, total = [], 0
        with session.client.open(path, "r") as file:
            while total < before and (piece := file.read(min(_CHUNK, before - total))):
                pieces.append(piece)
                total += len(piece)
        after = session.client.stat(path).st_size or 0
    except FileNotFoundError:
        return -1, None
    return after, b"".join(pieces) if before == total == after else None


def _remove(session: _Session, path: str) -> None:
    """The answer no longer lies on the server, if we may remove it; a source that forbids it cleans up by itself.

    The answer is here already: a connection that breaks now is closed, and costs nothing but the next log-in.
    """
    try:
        session.client.remove(path)
    except (OSError, EOFError, SourceError, paramiko.SSHException, paramiko.sftp.SFTPError) as wrong:
        if not _is_answer(wrong, session):
            session.close()
