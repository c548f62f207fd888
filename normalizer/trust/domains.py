"""Domains as DNS knows them, and which of them belong together."""

from functools import cache

import idna
from publicsuffixlist import PublicSuffixList


def a_label(domain: str) -> str:
    """Lower case A-labels without the last dot; "" for what is no domain."""
    bare = domain.strip().rstrip(".").lower()
    if bare.isascii():
        return bare
    try:
        return idna.encode(bare, uts46=True).decode()
    except idna.IDNAError:
        return ""


def domain_of(address: str) -> str:
    """The domain of an address."""
    return a_label(address.rpartition("@")[2]) if "@" in address else ""


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisation(domain: str) -> str:
    """The registered domain that a name belongs to; "" for a public suffix, which is nobody's."""
    return _suffixes().privatesuffix(domain) or ""


def aligned(identity: str, author: str, *, strict: bool = False) -> bool:
    """RFC 7489 section 3.1: the same domain, or, when relaxed, the same organisation's."""
    if not identity or not author:
        return False
    if identity == author:
        return True
    return (
        not strict and bool(organisation(author)) and organisation(identity) == organisation(author)
    )
