"""``X-Twilio-Signature``: base64 HMAC-SHA1 over the URL and the sorted form fields.

Source: Twilio, "Webhooks security". The URL is the one that Twilio was given; whether it counted
the port is not foretold, so both spellings are tried. A JSON body is covered by ``bodySHA256`` in
the URL instead of its fields.
"""

import hashlib
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

from connectors.kit.signatures import hmac_base64, same

Pairs = Sequence[tuple[str, str]]
PORTS = {"https": 443, "http": 80}


def signed_text(url: str, fields: Pairs) -> str:
    """What is signed: repeated pairs count once."""
    return url + "".join(name + value for name, value in sorted(set(fields)))


def sign(token: str, url: str, fields: Pairs) -> str:
    """The header's value."""
    return hmac_base64(token, signed_text(url, fields).encode("utf-8", "backslashreplace"), "sha1")


def fits(token: str, signature: str, url: str, fields: Pairs, body: bytes) -> bool:
    """Whether ``signature`` was made with ``token`` for this request."""
    digest = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    if digest and not same(digest, hashlib.sha256(body).hexdigest()):
        return False
    signed = () if digest else fields
    return any([same(sign(token, spelt, signed), signature) for spelt in _spellings(url)])


def _spellings(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or PORTS.get(parts.scheme, 443)
    return (
        url,
        urlunsplit(parts._replace(netloc=host)),
        urlunsplit(parts._replace(netloc=f"{host}:{port}")),
    )
