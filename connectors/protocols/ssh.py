"""SSH connections: the pinned host key, strong algorithms only, every wait bounded.

The connection is opened through the guard. paramiko waits without end at several places (an unanswered request for a
subsystem among them), so that a timer closes the connection at the deadline while it is being set up; afterwards
`TimedChannel` asks the call for the time left at each read and write, since a channel's own time-out starts anew with every byte.
"""

import base64
import hmac
import io
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import paramiko
import paramiko.pkey
import paramiko.sftp

from connectors import guard
from connectors.call import Call, Socket, now
from connectors.errors import Misconfigured, SourceError
from connectors.foreign import translated

logging.getLogger("paramiko").setLevel(logging.WARNING)

# Counter mode and GCM with SHA-2 only: paramiko still offers CBC, 3DES, MD5 and SHA-1, and CBC with EtM is the Terrapin pair.
CIPHERS: Final = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr")
MACS: Final = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512")
_SIGNATURES: Final = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}  # an RSA key never signs with SHA-1
_PRIVATE_KEYS: Final = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_NEARLY_S: Final = 0.05  # paramiko's clock may run out a little before ours


class TimedChannel:
    """A channel as paramiko's SFTP client uses it, which asks the current call for the time left and counts what comes."""

    def __init__(self, channel: paramiko.Channel, call: Call) -> None:
        self.channel = channel
        self.call = call

    def recv(self, count: int) -> bytes:
        """Up to `count` bytes; empty when the other side has closed."""
        self.channel.settimeout(self.call.remaining())
        data = self.channel.recv(count)
        self.call.took(len(data))
        return data

    def send(self, data: bytes) -> int:
        """How many of the bytes were taken."""
        self.channel.settimeout(self.call.remaining())
        return self.channel.send(data)

    def close(self) -> None:
        """Close the channel."""
        self.channel.close()

    def get_name(self) -> str:
        """The channel's number, for paramiko's log."""
        return self.channel.get_name()


def opened(
    call: Call, address: str, host_key: str, credentials: Mapping[str, str]
) -> tuple[paramiko.Transport, paramiko.Channel]:
    """A logged-in connection and its channel for SFTP; `host_key` is the file with the server's pinned public key.

    `Misconfigured` for a key that is not the pinned one, for weak algorithms and a rejected log-in; `Unreachable` for
    everything else. Nothing of a request has left in any case.
    """
    pinned, (username, private) = pinned_key(host_key), _log_in(credentials)
    connection = guard.connect(call, guard.split(address, ("sftp",)))
    failure: SourceError
    transport = _transport(connection, pinned)
    watch = threading.Timer(call.remaining(), transport.close)
    watch.daemon = True
    watch.start()
    try:
        transport.banner_timeout = transport.auth_timeout = call.remaining()
        transport.start_client(timeout=call.remaining())
        shown = transport.get_remote_server_key()
        if shown.get_name() != pinned.get_name() or not hmac.compare_digest(shown.asbytes(), pinned.asbytes()):
            raise Misconfigured("host_key", never_left=True)
        transport.auth_publickey(username, private)
        channel = transport.open_session(timeout=call.remaining())
        channel.invoke_subsystem("sftp")
        return transport, channel
    except SourceError as known:
        failure = known
    except (OSError, EOFError, ValueError, paramiko.SSHException, paramiko.sftp.SFTPError) as wrong:
        failure = translated(wrong, left=False)
        if call.deadline - now() < _NEARLY_S:
            failure = call.too_late()
    finally:
        watch.cancel()
    transport.close()
    connection.close()
    raise failure


def _transport(connection: Socket, pinned: paramiko.PKey) -> paramiko.Transport:
    """A transport that offers strong algorithms alone and asks for the kind of host key that is pinned."""
    transport = paramiko.Transport(connection)
    options = transport.get_security_options()
    options.ciphers = CIPHERS
    options.digests = MACS
    options.key_types = _SIGNATURES.get(pinned.get_name(), (pinned.get_name(),))
    options.kex = tuple(name for name in options.kex if "sha1" not in name)
    options.compression = ("none",)
    return transport


def pinned_key(path: str) -> paramiko.PKey:
    """The public key in a file of OpenSSH's format (`ssh-ed25519 AAAA... comment`)."""
    try:
        kind, encoded = Path(path).read_text("ascii").split()[:2]
        return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
    except OSError:
        raise Misconfigured("file_missing", never_left=True) from None
    except (ValueError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise Misconfigured("file_unusable", never_left=True) from None


def _log_in(credentials: Mapping[str, str]) -> tuple[str, paramiko.PKey]:
    """User name and private key, from the credentials' `private_key` (text) or `private_key_file` (path)."""
    username = credentials.get("username", "")
    text, path = credentials.get("private_key", ""), credentials.get("private_key_file", "")
    if not username or not (text or path):
        raise Misconfigured("credentials_missing", never_left=True)
    try:
        text = text or Path(path).read_text("ascii")
    except (OSError, ValueError):
        raise Misconfigured("credentials_unusable", never_left=True) from None
    for kind in _PRIVATE_KEYS:
        try:
            return username, kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise Misconfigured("credentials_unusable", never_left=True)
