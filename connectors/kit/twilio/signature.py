"""``X-Twilio-Signature``: base64 HMAC over the URL and the sorted form fields.

Source: Twilio, "Webhooks security". The URL is the one that Twilio was given; whether it counted
the port is not foretold, so both spellings are tried. A JSON body is covered by ``bodySHA256`` in
the URL instead of its fields. The key is the account's auth token (SHA-1), or a shared key when
``X-Twilio-Webhooks-Signature-Settings: key=...,algorithm=HMAC_SHA256`` says so.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit, urlunsplit

from connectors.contract import WebhookRequest
from connectors.errors import Unauthentic
from connectors.kit.fields import form_pairs
from connectors.kit.signatures import hmac_base64, same

Pairs = Sequence[tuple[str, str]]
ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
PORTS = {"https": 443, "http": 80}


def signed_text(url: str, fields: Pairs) -> str:
    """What is signed: repeated pairs count once."""
    return url + "".join(name + value for name, value in sorted(set(fields)))


def algorithm_of(settings: str) -> str:
    """The digest that the settings header names, as hashlib does; "" for one we do not know."""
    pairs = (part.partition("=") for part in settings.split(","))
    named = [value.strip() for name, _, value in pairs if name.strip() == "algorithm"]
    return ALGORITHMS.get(named[0].upper(), "") if named and named[0] else "sha1"


def sign(token: str, url: str, fields: Pairs, algorithm: str = "sha1") -> str:
    """The header's value."""
    return hmac_base64(
        token, signed_text(url, fields).encode("utf-8", "backslashreplace"), algorithm
    )


class Signed(NamedTuple):
    """What a signature is about. A body without form fields is covered by its hash in the URL."""

    url: str
    fields: Pairs = ()
    body: bytes = b""


def fits(token: str, signature: str, signed: Signed, algorithm: str = "sha1") -> bool:
    """Whether ``signature`` was made with ``token`` for this request."""
    digest = parse_qs(urlsplit(signed.url).query).get("bodySHA256", [""])[0]
    if not signed.fields and (digest or signed.body.strip()):
        whole = same(digest.lower(), hashlib.sha256(signed.body).hexdigest())
        if not whole:
            return False
    made = [sign(token, url, signed.fields, algorithm) for url in _spellings(signed.url)]
    return any([same(one, signature) for one in made])


def check_signature(request: WebhookRequest, auth_token: str, shared_key: str = "") -> None:
    """Raises Unauthentic, with what to compare."""
    signature = request.headers.get("x-twilio-signature", "")
    form = request.headers.get("x-twilio-webhooks-signature-settings", "")
    algorithm, key = algorithm_of(form), auth_token
    if form and shared_key:
        key = shared_key
    pairs = () if request.media_type.endswith("json") else form_pairs(request)
    signed = Signed(request.url, pairs, request.body)
    if not algorithm or not fits(key, signature, signed, algorithm):
        raise Unauthentic(
            "X-Twilio-Signature does not fit: compare the auth token, and the inbox's hook "
            "address with the one in the Twilio console"
            if signature
            else "X-Twilio-Signature is missing"
        )


def _spellings(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
    port = parts.port or PORTS.get(parts.scheme, 443)
    return (
        url,
        urlunsplit(parts._replace(netloc=host)),
        urlunsplit(parts._replace(netloc=f"{host}:{port}")),
    )
