"""Providers that sign nothing: a secret in the address (or the header) that only they were told."""

import base64
import binascii
from collections.abc import Iterable, Iterator

from connectors.contract import WebhookRequest
from connectors.errors import Unauthentic
from connectors.kit.signatures import same

PARAMETERS = ("token", "secret", "key")


def check_secret(secret: str, request: WebhookRequest, headers: Iterable[str] = ()) -> None:
    """Raises Unauthentic unless the request carries ``secret``: as a parameter of the address, as
    the password (or ``user:password``) of basic credentials, as a bearer token, or in one of
    ``headers``.
    """
    shown = list(_shown(request, headers))
    # every one is compared, so that the time taken does not tell which
    if not secret or not any([same(secret, value) for value in shown]):
        raise Unauthentic(
            "the secret does not fit: compare the webhook address at the provider"
            if shown
            else "there is no secret in the address: add ?token=... to it at the provider"
        )


def _shown(request: WebhookRequest, headers: Iterable[str]) -> Iterator[str]:
    yield from (request.query[name] for name in PARAMETERS if request.query.get(name))
    yield from (request.headers[name] for name in headers if request.headers.get(name))
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        yield value.strip()
    elif kind.lower() == "basic":
        yield from _basic(value.strip())


def _basic(value: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return
    yield pair
    yield pair.partition(":")[2]
