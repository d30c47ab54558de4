"""An SFTP agency: request files in, answer files out, in a small file system that lies in memory alone.

Each account has a root of its own with `/<owner>/in` and `/<owner>/out`; there is no way from it to this machine's files. A
request counts when it stands under its final name (`<request id>.csv`, renamed from `.part`); the answer appears under the
same name, whole at once. Nothing of a person is written to a disk.
"""

import asyncio
import errno
import os
import posixpath
import socket
import stat
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncssh

from connectors.simulated import accounts, agency, faults, files
from connectors.simulated.items import Item, items, of_owner, owners

_KIND: Final = "sftp"
_LARGEST: Final = 20_000_000
_KEPT: Final = 500


def serve(folder: Path, listening: socket.socket) -> None:
    """Answer on a listening socket until the process ends."""
    asyncio.run(_serve(folder, listening))


async def _serve(folder: Path, listening: socket.socket) -> None:
    roots = {f"govern-{owner}": Root(folder, owner) for owner in owners(_KIND)}
    client_keys = asyncssh.read_authorized_keys(str(folder / accounts.SFTP_CLIENT_KEY))
    listening.setblocking(False)
    acceptor = await asyncssh.listen(
        sock=listening,
        server_factory=partial(_Door, set(roots), client_keys),
        server_host_keys=[str(folder / accounts.SFTP_HOST_KEY)],
        sftp_factory=lambda channel: AgencyFiles(channel, roots[channel.get_extra_info("username")]),
        allow_scp=False,
        login_timeout=20,
    )
    await acceptor.wait_closed()


class _Door(asyncssh.SSHServer):
    """Who may come in: the accounts of the agencies, by key alone."""

    def __init__(self, usernames: set[str], client_keys: Any) -> None:
        self._usernames = usernames
        self._client_keys = client_keys
        self._connection: Any = None

    def connection_made(self, conn: Any) -> None:
        """Remember whose door this is."""
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        """Everybody must log in; only known names have a key that opens."""
        if username in self._usernames:
            self._connection.set_authorized_keys(self._client_keys)
        return True

    def password_auth_supported(self) -> bool:
        """No passwords."""
        return False


@dataclass(slots=True)
class Stored:
    """A file: what it holds and when it was last written."""

    content: bytearray = field(default_factory=bytearray)
    at: float = field(default_factory=time.time)


class Root:
    """What one account sees: an agency's two folders, and what becomes of a request that is put there."""

    def __init__(self, folder: Path, owner: str) -> None:
        self.folder = folder
        self.owner = owner
        self.folders = {"/", f"/{owner}", f"/{owner}/in", f"/{owner}/out"}
        self.files: dict[str, Stored] = {}

    def arrived(self, path: str) -> None:
        """Begin to answer when a request file has got its final name."""
        if posixpath.dirname(path) == f"/{self.owner}/in" and path.endswith(".csv"):
            task = asyncio.get_running_loop().create_task(self._answer(path))
            _tasks.add(task)
            task.add_done_callback(_tasks.discard)

    async def _answer(self, path: str) -> None:
        name = posixpath.basename(path)
        try:
            asked = files.read(bytes(self.files[path].content))
        except files.NoFile:
            return
        item = _item(self.owner, asked)
        if item is None:
            return
        with agency.one_call(self.folder, self.owner) as fits:
            if not fits:
                return
            content = files.answer(self.folder, item, name.removesuffix(".csv"), asked)
            fault = faults.find(self.folder, self.owner, item.code)
            if fault is not None and fault.name == "slow":
                await asyncio.sleep(fault.amount("seconds", 1.0))
            self.files.pop(path, None)
            if content is None:
                return
            target = f"/{self.owner}/out/{name}"
            if fault is not None and fault.name == "byte_by_byte":
                await self._grow(target, content, fault.amount("seconds", 0.2))
            else:
                self.files[target] = Stored(bytearray(content))  # whole at once, as a rename makes it
            while len(self.files) > _KEPT:
                self.files.pop(next(iter(self.files)))

    async def _grow(self, target: str, content: bytes, seconds: float) -> None:
        stored = self.files[target] = Stored()
        for place in range(len(content)):
            stored.content += content[place : place + 1]
            await asyncio.sleep(seconds)


_tasks: set[asyncio.Task[None]] = set()  # asyncio itself holds tasks weakly


def _item(owner: str, asked: list[files.Asked]) -> Item | None:
    """The one data item that a file is about; none when it is not this agency's."""
    codes = {line.item for line in asked}
    found = items().get(next(iter(codes))) if len(codes) == 1 else None
    return found if found in of_owner(owner, _KIND) else None


@dataclass(slots=True)
class _Opened:
    path: str
    stored: Stored
    may_write: bool


class AgencyFiles(asyncssh.SFTPServer):
    """The SFTP operations that an exchange of files needs, over a `Root`."""

    def __init__(self, channel: Any, root: Root) -> None:
        super().__init__(channel)
        self._root = root

    def _path(self, path: bytes) -> str:
        return posixpath.normpath(posixpath.join("/", path.decode("utf-8", "replace")))

    def _file(self, path: bytes) -> tuple[str, Stored]:
        name = self._path(path)
        if name not in self._root.files:
            raise _gone()
        return name, self._root.files[name]

    def realpath(self, path: bytes) -> bytes:
        """The path from the account's root."""
        return self._path(path).encode()

    def stat(self, path: bytes) -> Any:
        """Size and time of a file, or that it is a folder."""
        name = self._path(path)
        if name in self._root.folders:
            return asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o700, size=0, uid=0, gid=0, atime=0, mtime=0)
        return _attributes(self._file(path)[1])

    def lstat(self, path: bytes) -> Any:
        """As `stat`: there are no links."""
        return self.stat(path)

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        """A file to read from `out`, or to write into `in`."""
        name = self._path(path)
        writes = bool(pflags & (asyncssh.FXF_WRITE | asyncssh.FXF_APPEND))
        if writes:
            if posixpath.dirname(name) != f"/{self._root.owner}/in":
                raise asyncssh.SFTPPermissionDenied("only into the folder of requests")
            if name not in self._root.files or pflags & asyncssh.FXF_TRUNC:
                self._root.files[name] = Stored()
        return _Opened(name, self._file(path)[1], writes)

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        """A piece of an open file."""
        return bytes(file_obj.stored.content[offset : offset + size])

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        """Put a piece into an open file."""
        content = file_obj.stored.content
        if not file_obj.may_write or offset + len(data) > _LARGEST:
            raise asyncssh.SFTPPermissionDenied("not to be written")
        content.extend(b"\0" * max(0, offset - len(content)))
        content[offset : offset + len(data)] = data
        file_obj.stored.at = time.time()
        return len(data)

    def close(self, file_obj: Any) -> None:
        """An open file is left."""

    def fstat(self, file_obj: Any) -> Any:
        """Size and time of an open file."""
        return _attributes(file_obj.stored)

    def setstat(self, path: bytes, attrs: Any, *args: Any, **kwargs: Any) -> None:
        """Accepted without effect: owners and modes mean nothing here."""

    def fsetstat(self, file_obj: Any, attrs: Any) -> None:
        """Accepted without effect."""

    def rename(self, oldpath: bytes, newpath: bytes, flags: int = 0) -> None:
        """Give a file its final name; not over another one."""
        old, stored = self._file(oldpath)
        new = self._path(newpath)
        if posixpath.dirname(new) not in self._root.folders or new in self._root.files:
            raise asyncssh.SFTPFailure("the name is taken or lies nowhere")
        del self._root.files[old]
        self._root.files[new] = stored
        self._root.arrived(new)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """As `rename`."""
        self.rename(oldpath, newpath)

    def remove(self, path: bytes) -> None:
        """Take a file away."""
        del self._root.files[self._file(path)[0]]

    async def scandir(self, path: bytes) -> AsyncIterator[Any]:
        """What lies in a folder."""
        folder = self._path(path)
        if folder not in self._root.folders:
            raise _gone()
        inside = [name for name in self._root.folders if name != "/" and posixpath.dirname(name) == folder]
        for name in inside + [name for name in self._root.files if posixpath.dirname(name) == folder]:
            yield asyncssh.SFTPName(posixpath.basename(name).encode(), attrs=self.stat(name.encode()))

    def mkdir(self, path: bytes, attrs: Any) -> None:
        """Folders are the agency's matter."""
        raise asyncssh.SFTPPermissionDenied("no folders")

    rmdir = symlink = link = readlink = mkdir  # type: ignore[assignment]


def _attributes(stored: Stored) -> Any:
    at = int(stored.at)
    return asyncssh.SFTPAttrs(
        permissions=stat.S_IFREG | 0o600, size=len(stored.content), uid=0, gid=0, atime=at, mtime=at
    )


def _gone() -> OSError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
