"""DKIM signatures (RFC 6376, Ed25519 by RFC 8463) on mails that are streamed.

The body is hashed in one pass over the stream and sent in another: no mail is whole in memory.
Canonicalisation is relaxed for both, which survives relays that fold headers or trim lines.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from connectors.channels.email.settings import Settings
from connectors.errors import SettingsInvalid
from connectors.kit.mail.addresses import AddressUnusable, wire_domain
from connectors.kit.mail.compose import Composed

RSA_BITS = 2048
TXT_PIECE = 255  # RFC 1035 section 3.3: a character string holds no more
# What a change of would mislead the reader; those that a mail lacks cannot be added either.
_SIGNED = (
    "from", "to", "cc", "subject", "date", "message-id", "reply-to", "in-reply-to", "references",
    "mime-version", "content-type", "auto-submitted", "list-unsubscribe",
    "list-unsubscribe-post",
)  # fmt: skip
_SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*\Z")
_BLANKS = re.compile(rb"[ \t]+")
_BLANK_ENDS = re.compile(rb"[ \t]+\r\n")
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r]|\r\n[ \t])*)\r\n")
_LINE = 70
Key = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Signer:
    """Signs as one domain with one key."""

    def __init__(self, domain: str, selector: str, key: Key) -> None:
        self._domain = domain
        self._selector = selector
        self._key = key

    async def field(self, mail: Composed) -> bytes:
        """The DKIM-Signature field of a mail, to stand before its own headers."""
        head, body_hash = await _read(mail)
        fields = _fields(head)
        tags = {
            "v": "1",
            "a": f"{'ed25519' if self._ed25519 else 'rsa'}-sha256",
            "c": "relaxed/relaxed",
            "d": self._domain,
            "s": self._selector,
            "h": "\r\n  ".join(_wrapped(":".join(_names(fields)))),
            "bh": base64.b64encode(body_hash).decode(),
            "b": "",
        }
        value = ";\r\n ".join(f"{tag}={content}" for tag, content in tags.items())
        own = _relaxed(b"DKIM-Signature", value.encode()).removesuffix(b"\r\n")
        signature = self._sign(b"".join(_chosen(fields)) + own)
        lines = _pieces(base64.b64encode(signature).decode(), _LINE)
        folded = "\r\n  ".join(lines)
        return f"DKIM-Signature: {value}{folded}\r\n".encode()

    @property
    def _ed25519(self) -> bool:
        return isinstance(self._key, ed25519.Ed25519PrivateKey)

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(hashlib.sha256(data).digest())
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def signer_of(settings: Settings, address: str) -> Signer | None:
    """As the inbox is set up; None when it has no key. Raises SettingsInvalid."""
    if not settings.dkim_key.strip():
        return None
    try:
        domain = wire_domain(settings.dkim_domain or address.rpartition("@")[2])
    except AddressUnusable as error:
        raise SettingsInvalid("dkim_domain", str(error)) from error
    if not _SELECTOR.match(settings.dkim_selector):
        raise SettingsInvalid("dkim_selector", "letters, digits and hyphens, with dots between")
    return Signer(domain, settings.dkim_selector, private_key(settings.dkim_key))


@lru_cache(maxsize=64)
def private_key(pem: str) -> Key:
    """An RSA (1,024 bits at least) or Ed25519 key in PEM. Raises SettingsInvalid."""
    try:
        key = serialization.load_pem_private_key(pem.strip().encode() + b"\n", password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsInvalid("dkim_key", "this is no private key in PEM") from error
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_BITS // 2:
        return key
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    raise SettingsInvalid("dkim_key", "DKIM takes RSA keys of 1,024 bits or more, and Ed25519")


def new_key(*, small: bool = False) -> str:
    """A fresh private key in PEM: RSA, which everybody verifies, or the ``small`` Ed25519."""
    key: Key = (
        ed25519.Ed25519PrivateKey.generate()
        if small
        else rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def dns_record(settings: Settings, address: str) -> tuple[str, str]:
    """Name and TXT value under which verifiers look for the public key."""
    domain = wire_domain(settings.dkim_domain or address.rpartition("@")[2])
    public = private_key(settings.dkim_key).public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        kind = "ed25519"
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    else:
        kind = "rsa"
        raw = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    value = f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}"
    return f"{settings.dkim_selector}._domainkey.{domain}", value


def zone_line(name: str, value: str) -> str:
    """The record as a zone file has it, in pieces that DNS takes."""
    pieces = " ".join(f'"{piece}"' for piece in _pieces(value, TXT_PIECE))
    return f"{name}. IN TXT {pieces}"


async def _read(mail: Composed) -> tuple[bytes, bytes]:
    """The header block, and the hash of the body. Every piece of a mail ends a line."""
    head, blank, hasher = b"", False, BodyHash()
    async for chunk in mail.chunks():
        rest = chunk
        if not blank:
            start, found, rest = chunk.partition(b"\r\n\r\n")
            blank, head = bool(found), head + start + b"\r\n"
        hasher.update(rest)
    return head, hasher.digest()


class BodyHash:
    """SHA-256 of a body in relaxed form (RFC 6376 section 3.4.4), fed with whole lines."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._empty_lines = 0

    def update(self, lines: bytes) -> None:
        """Whole lines; empty ones count only once something follows."""
        if b" " in lines or b"\t" in lines:
            lines = _BLANKS.sub(b" ", _BLANK_ENDS.sub(b"\r\n", lines))
        full = lines.rstrip(b"\r\n")
        empty = (len(lines) - len(full)) // 2
        if not full:
            self._empty_lines += empty
            return
        self._hash.update(b"\r\n" * self._empty_lines + full + b"\r\n")
        self._empty_lines = empty - 1

    def digest(self) -> bytes:
        """Of all that was given."""
        return self._hash.digest()


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    return [(match[1], match[2]) for match in _FIELD.finditer(head)]


def _names(fields: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """Each as often as it stands there, and From once more: a second one would break it."""
    for name in _SIGNED:
        yield from [name] * sum(field.lower() == name.encode() for field, _ in fields)
    yield "from"


def _chosen(fields: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for name in _SIGNED:
        for field, value in reversed(fields):  # RFC 6376 section 5.4.2: from the bottom up
            if field.lower() == name.encode():
                yield _relaxed(field, value)


def _relaxed(name: bytes, value: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    line = _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.lower() + b":" + line + b"\r\n"


def _wrapped(names: str) -> Iterator[str]:
    """A list of names in lines, broken after colons."""
    line = ""
    for name in names.split(":"):
        if len(line) + len(name) > _LINE:
            yield line
            line = ""
        line += f"{name}:"
    yield line.removesuffix(":")


def _pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]
