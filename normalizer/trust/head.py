"""What of a raw mail's header the checks look at, each bounded."""

import re

import msgspec

from normalizer.mail.addresses import parse_addresses
from normalizer.mail.headers import Headers, read_headers, unfold
from normalizer.trust.domains import domain_of

SIGNATURES_MOST = 12
SIGNATURE_BYTES = 8_192
TAGS_MOST = 64
_LONG_GAP = re.compile(rb"\s{120}")


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One DKIM-Signature by its tags, lower case; ``place`` counts those of the mail from above."""

    place: int
    domain: str
    selector: str
    algorithm: str
    identity: str
    signs_author: bool
    partial: bool
    relaxed: bool
    fields: int

    @property
    def key_name(self) -> str:
        """Where its key is published (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """``domains`` are those of all authors; ``authors`` counts the From fields. ``sealer`` is ""
    also for a chain that is not read as all chains are (relaxed).
    """

    authors: int
    domains: tuple[str, ...]
    signatures: tuple[Signature, ...]
    sealer: str
    key_names: tuple[str, ...]

    @property
    def author(self) -> str:
        """The one domain that is to be judged, or "" where there is no such thing."""
        return self.domains[0] if self.authors == 1 and len(self.domains) == 1 else ""


def read_head(mail: bytes) -> Head:
    """Never raises. Looks for the header where ``normalizer.mail.mime.read_mail`` does."""
    if b"\n" not in mail[:1_000_000]:
        mail = mail.replace(b"\r", b"\n")
    start = len(mail) - len(mail.lstrip(b"\r\n"))
    fields = read_headers(mail, start, len(mail)).headers
    authors = fields.all_raw("from")
    found = [domain_of(one.address) for value in authors for one in parse_addresses(value)]
    seals = [tags(value) for value in _small(fields, "arc-seal")]
    stamps = [tags(value) for value in _small(fields, "arc-message-signature")]
    usual = all(found.get("c", "relaxed/relaxed") == "relaxed/relaxed" for found in stamps)
    last = max(seals, key=_instance, default={}) if usual else {}
    return Head(
        authors=len(authors),
        domains=tuple(dict.fromkeys(filter(None, found))),
        signatures=tuple(_signatures(fields)),
        sealer=last.get("d", "").lower(),
        key_names=tuple(dict.fromkeys(map(_key_name, (*seals, *stamps)))),
    )


def tags(value: bytes) -> dict[str, str]:
    """A tag list (RFC 6376 section 3.2); the first of a repeated tag, white space inside kept."""
    found: dict[str, str] = {}
    for part in value.split(b";")[:TAGS_MOST]:
        name, equals, said = part.partition(b"=")
        if equals:
            key = name.strip().decode("utf-8", "replace")
            found.setdefault(key, said.strip().decode("utf-8", "replace"))
    return found


def _signatures(fields: Headers) -> list[Signature]:
    found: list[Signature] = []
    for place, value in enumerate(fields.all_raw("dkim-signature")[:SIGNATURES_MOST]):
        if len(value) <= SIGNATURE_BYTES and not _LONG_GAP.search(value):
            found.append(_signature(place, tags(value)))
    return found


def _signature(place: int, found: dict[str, str]) -> Signature:
    signed = [name.strip().lower() for name in found.get("h", "").split(":")]
    return Signature(
        place=place,
        domain=found.get("d", "").lower(),
        selector=found.get("s", "").lower(),
        algorithm=found.get("a", "").lower(),
        identity=found.get("i", "").rpartition("@")[2].lower(),
        signs_author="from" in signed,
        partial="l" in found,
        relaxed=_is_relaxed(found),
        fields=len(signed),
    )


def _is_relaxed(found: dict[str, str]) -> bool:
    """How the body is to be read: the second word of ``c``, simple where there is none."""
    return found.get("c", "").partition("/")[2].strip() == "relaxed"


def _small(fields: Headers, name: str) -> list[bytes]:
    values = [unfold(value) for value in fields.all_raw(name)[:SIGNATURES_MOST]]
    return [one for one in values if len(one) <= SIGNATURE_BYTES and not _LONG_GAP.search(one)]


def _instance(found: dict[str, str]) -> int:
    number = found.get("i", "")
    return int(number) if number.isdigit() and len(number) < 4 else 0  # noqa: PLR2004


def _key_name(found: dict[str, str]) -> str:
    return f"{found.get('s', '').lower()}._domainkey.{found.get('d', '').lower()}"
