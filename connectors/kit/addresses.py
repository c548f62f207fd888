"""Where an outgoing request may go: public addresses, and what the operator allows by name."""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
NAT64 = IPv6Network("64:ff9b::/96")


class Allowed:
    """The operator's list: host names (``gateway.internal``), addresses, networks."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._names: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        try:
            self._networks.append(ip_network(entry, strict=False))
        except ValueError:
            self._names.add(entry)

    def permits(self, host: str, address: str) -> bool:
        """Whether ``host``, which resolved to ``address``, may be spoken to."""
        ip = ip_address(address.partition("%")[0])
        if host.lower().rstrip(".") in self._names:
            return True
        return any(ip in network for network in self._networks) or is_public(ip)


def is_public(ip: Address) -> bool:
    """False for every private, loopback, link-local, multicast, reserved range, and for IPv6
    addresses that carry such an IPv4 address (mapped, 6to4, Teredo, NAT64).
    """
    if not ip.is_global or ip.is_multicast:
        return False
    return all(is_public(inner) for inner in _embedded(ip))


def _embedded(ip: Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    teredo = ip.teredo[1] if ip.teredo else None
    nat64 = IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
    return [inner for inner in (ip.ipv4_mapped, ip.sixtofour, teredo, nat64) if inner]
