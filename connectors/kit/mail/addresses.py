"""Addresses as a server takes them: the domain as A-labels, the local part as it is."""

import re

import idna

_UNSAFE = re.compile(r"[\x00-\x20\x7f<>,;:\\\"\ud800-\udfff]")


class AddressUnusable(ValueError):
    """No server would take it, or it would change what the command says."""


def wire_address(address: str) -> str:
    """``address`` for MAIL, RCPT and headers. Raises AddressUnusable.

    A local part that is not ASCII stays: it needs SMTPUTF8 (RFC 6531) all the way.
    """
    bare = address.strip()
    local, at, domain = bare.rpartition("@")
    if not (local and at and domain) or _UNSAFE.search(bare):
        raise AddressUnusable(f"{address!r} is not a mail address")
    return f"{local}@{wire_domain(domain)}"


def wire_domain(domain: str) -> str:
    """Lower case A-labels (RFC 5891); AddressUnusable when it cannot be one."""
    if domain.isascii():
        return domain.lower().rstrip(".")
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressUnusable(f"{domain!r} is not a domain: {error}") from error
