"""Which addresses may be reached: an allow-list of hosts and networks, loopback alone when it is empty.

An entry is a host name, an IP address or a network, each with an optional scheme before and port behind:
`data.gov.example`, `10.3.0.0/16`, `https://api.example:8443`, `sftp://192.0.2.7:22`. Plain http carries no secret safely, so
that outside loopback it is allowed only where an entry says `http://`. Pure: nothing here looks a name up.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from connectors.errors import Misconfigured

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of the list; an empty `scheme` stands for every scheme but plain http, port 0 for every port."""

    host: str
    network: Network | None
    scheme: str = ""
    port: int = 0

    def covers(self, scheme: str, port: int) -> bool:
        """Whether scheme and port are this entry's; http needs to be named unless the entry is loopback."""
        loopback = self.network is not None and self.network.is_loopback
        return self.port in (0, port) and (
            self.scheme == scheme or (not self.scheme and (scheme != "http" or loopback))
        )


@dataclass(frozen=True, slots=True)
class AllowList:
    """Where calls may go. A name must be allowed, and so must each address that it turns out to stand for."""

    entries: tuple[Allowed, ...]

    def check_name(self, scheme: str, host: str, port: int) -> None:
        """Return when a host as written may be looked up; `Misconfigured` otherwise."""
        literal = _literal(host)
        if literal is not None:
            self.check_address(scheme, host, host, port)
        elif not any(entry.covers(scheme, port) and self._may_be(entry, host) for entry in self.entries):
            raise Misconfigured("address_not_allowed", never_left=True)

    def check_address(self, scheme: str, host: str, address: str, port: int) -> None:
        """Return when an address that `host` stands for may be connected to; `Misconfigured` otherwise.

        An allowed name may stand for any ordinary address, but for loopback, link-local (where clouds keep their
        credentials), multicast and the unspecified address only when a network of the list says so.
        """
        found = _literal(address)
        if found is None:
            raise Misconfigured("address_not_allowed", never_left=True)
        for entry in self.entries:
            if not entry.covers(scheme, port):
                continue
            if entry.network is not None and found.version == entry.network.version and found in entry.network:
                return
            if entry.network is None and entry.host == host.lower() and not _special(found):
                return
        raise Misconfigured("address_not_allowed", never_left=True)

    @staticmethod
    def _may_be(entry: Allowed, host: str) -> bool:
        # A name may lie in an allowed network: that is known after it was looked up, and checked then.
        return entry.network is not None or entry.host == host.lower()


def parse(text: str) -> AllowList:
    """The list that a setting states, comma-separated; empty means loopback. `ValueError` names a wrong entry."""
    entries = tuple(_entry(part.strip()) for part in text.split(",") if part.strip())
    return AllowList(entries) if entries else LOOPBACK


def _entry(text: str) -> Allowed:
    scheme, separator, rest = text.rpartition("://")
    if separator and scheme not in ("http", "https", "sftp"):
        raise ValueError(f"an address that cannot be used: {text}")
    network = _network(rest)
    port = 0
    if network is None:
        host, colon, digits = rest.rpartition(":")
        if colon:
            if not (digits.isascii() and digits.isdigit() and 0 < int(digits) < 65536):
                raise ValueError(f"an address that cannot be used: {text}")
            rest, port = host.strip("[]"), int(digits)
            network = _network(rest)
    if network is None and (not rest or any(letter in rest for letter in " /@?#*")):
        raise ValueError(f"an address that cannot be used: {text}")
    return Allowed(host=rest.lower(), network=network, scheme=scheme, port=port)


def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def _literal(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found  # ::ffff:169.254.169.254 is no way round


def _special(found: IPv4Address | IPv6Address) -> bool:
    return found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified


LOOPBACK: Final = AllowList(
    tuple(Allowed(str(network), network) for network in (ip_network("127.0.0.0/8"), ip_network("::1/128")))
)
