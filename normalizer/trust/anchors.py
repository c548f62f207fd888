"""Whom this installation believes: relays by name and address, people by their keys."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from connectors.kit.mail.trace import HELO, MAIL_FROM, PEER
from normalizer.trust.hop import Hop
from normalizer.trust.keys import NO_KEYS, Keys

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """``relays`` are authserv-ids (RFC 8601), lower case, ``-`` for one that writes none.

    ``networks`` are where our own relays stand; addresses that are not public always are ours.
    """

    relays: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    keys: Keys = NO_KEYS

    def client(self, headers: Mapping[str, str]) -> Hop | None:
        """Who handed a journal record's mail to us by SMTP; None when that was a relay of ours, or
        nobody knows (IMAP).
        """
        peer = headers.get(PEER, "")
        if MAIL_FROM not in headers or self._ours(peer):
            return None
        return Hop(ip=peer, helo=headers.get(HELO, ""), mail_from=headers[MAIL_FROM])

    def _ours(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return True
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if not address.is_global:
            return True
        return any(address.version == one.version and address in one for one in self.networks)


NOBODY = Anchors()


def networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as settings have them; ValueError."""
    return tuple(ip_network(word, strict=False) for word in words)


def relay_names(words: Iterable[str]) -> frozenset[str]:
    """Authserv-ids as settings have them."""
    return frozenset(word.strip().lower() for word in words if word.strip())
