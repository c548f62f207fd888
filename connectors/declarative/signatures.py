"""Signature presets: does a request prove that it comes from the provider?

What is compared is the text of the header, bit by bit, never what it decodes to: base64 has
several spellings of the same bytes, and only one of them is the provider's.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from connectors.contract import WebhookRequest
from connectors.declarative import model
from connectors.declarative.documents import Lazy
from connectors.declarative.encodings import DECODE, ENCODE
from connectors.declarative.expressions import Expression
from connectors.declarative.jwt_tokens import JWT_ALGORITHMS, in_time, payload_of, same_claims
from connectors.declarative.templates import Scope
from connectors.declarative.times import moment
from connectors.errors import Unauthentic
from connectors.kit.signatures import check_age, check_standard, same

# True: the signature is right. None: this inbox has no secret for it. Raises Unauthentic.
Check = Callable[[WebhookRequest, Lazy], bool | None]
HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


class Verifier:
    """All signatures that a channel accepts. One that the request brings is asked before one that
    it lacks, and the first for which the inbox has a secret decides.
    """

    def __init__(self, given: model.Signature | Sequence[model.Signature], scope: Scope) -> None:
        each = (given,) if isinstance(given, msgspec.Struct) else tuple(given)
        if not each:
            raise ValueError('name a signature; type = "none" when there is none')
        self._checks = [(places_of(one), compiled(one, scope)) for one in each]

    def __call__(self, request: WebhookRequest, document: Lazy) -> bool:
        """False when nothing was checked. Raises Unauthentic, Stale, Malformed."""
        ordered = sorted(self._checks, key=lambda one: not _present(one[0], document))
        try:
            return any(check(request, document) is not None for _, check in ordered)
        except ValueError as error:
            raise Unauthentic(f"the signature cannot be checked: {error}") from error


def places_of(one: model.Signature) -> tuple[tuple[str, str], ...]:
    """Where its value stands: ("headers", "x-signature")."""
    if isinstance(one, model.Signed):
        return _places(one)
    if isinstance(one, model.StandardWebhooks):
        return (("headers", "webhook-signature"),)
    return (("headers", "authorization"),) if isinstance(one, model.Basic) else ()


def _places(one: model.Signed) -> tuple[tuple[str, str], ...]:
    places = (("headers", one.header.lower()), ("query", one.query), ("fields", one.field))
    return tuple(place for place in places if place[1])


def compiled(one: model.Signature, scope: Scope) -> Check:
    """The check of one preset. Raises ValueError."""
    if isinstance(one, model.Signed) and len(one.places) != 1:
        raise ValueError("say where it stands: one of header, query and field")
    return COMPILERS[type(one)](one, scope)


def _present(places: tuple[tuple[str, str], ...], document: Lazy) -> bool:
    return all(name in (document.get(where) or {}) for where, name in places)


def _given(one: model.Signed, scope: Scope) -> Callable[[Lazy], str]:
    """How to read the value; Unauthentic when it is missing."""
    [(where, name)] = _places(one)
    prefix = scope.template(one.prefix)

    def read(document: Lazy) -> str:
        value = (document.get(where) or {}).get(name)
        start = prefix.text(document)
        if not isinstance(value, str) or not value.startswith(start):
            raise Unauthentic(f"{name} is missing" if value is None else f"{name} is not as asked")
        return value[len(start) :]

    return read


def _nothing(_one: model.Unsigned, _scope: Scope) -> Check:
    return lambda _request, _document: None


def _token(one: model.Token, scope: Scope) -> Check:
    read, secret = _given(one, scope), scope.template(one.secret)

    def check(_: WebhookRequest, document: Lazy) -> bool | None:
        wanted = secret.text(document)
        if not wanted:
            return None
        if not same(read(document), wanted):
            raise Unauthentic("the token does not fit")
        return True

    return check


def _basic(one: model.Basic, scope: Scope) -> Check:
    user, password = scope.template(one.user), scope.template(one.password)

    def check(request: WebhookRequest, document: Lazy) -> bool | None:
        secret = password.text(document)
        if not secret:
            return None
        login = f"{user.text(document)}:{secret}".encode()
        wanted = "Basic " + base64.b64encode(login).decode()
        if not same(request.headers.get("authorization", ""), wanted):
            raise Unauthentic("user or password does not fit")
        return True

    return check


def _hmac(one: model.Hmac, scope: Scope) -> Check:
    key, content = scope.template(one.key), scope.template(one.content)
    known_algorithm(one.algorithm)

    def digest(document: Lazy) -> bytes | None:
        secret = key.text(document)
        if not secret:
            return None
        raw = _key(secret, one.key_encoding)
        return hmac.new(raw, content.bytes(document), one.algorithm).digest()

    return _compared(one, scope, digest)


def _hash(one: model.Hash, scope: Scope) -> Check:
    listed = not isinstance(one.content, str)
    parts = [
        scope.template(t) for t in ([one.content] if isinstance(one.content, str) else one.content)
    ]
    known_algorithm(one.algorithm)
    if not any("settings" in part.roots for part in parts):
        raise ValueError("content must hold a secret, as {settings.secret}")

    def digest(document: Lazy) -> bytes | None:
        secrets = [part.text(document) for part in parts if part.roots == {"settings"}]
        if secrets and not any(secrets):
            return None
        found = [part.bytes(document) for part in parts]
        return hashlib.new(one.algorithm, b"".join(sorted(found) if listed else found)).digest()

    return _compared(one, scope, digest)


def _compared(one: model.Timed, scope: Scope, digest: Callable[[Lazy], bytes | None]) -> Check:
    read, encode, fresh = _given(one, scope), ENCODE[one.encoding], _fresh(one, scope)

    def check(request: WebhookRequest, document: Lazy) -> bool | None:
        made = digest(document)
        if made is None:
            return None
        given, wanted = read(document), encode(made)
        # hexadecimal is written in small letters or in capitals, but never in both
        upper = one.encoding == "hex" and same(given, wanted.upper())
        if not upper and not same(given, wanted):
            raise Unauthentic("the signature does not fit")
        fresh(request, document)
        return True

    return check


def _ed25519(one: model.Ed25519, scope: Scope) -> Check:
    def verify(key: str, signature: bytes, content: bytes) -> None:
        raw = _key(key, one.key_encoding)
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, content)

    return _by_public_key(one, scope, verify)


def _public_key(one: model.PublicKey, scope: Scope) -> Check:
    algorithm = HASHES[one.algorithm]()

    def verify(key: str, signature: bytes, content: bytes) -> None:
        public = _read_public_key(key)
        if isinstance(public, RSAPublicKey):
            public.verify(signature, content, PKCS1v15(), algorithm)
        elif isinstance(public, EllipticCurvePublicKey):
            public.verify(signature, content, ECDSA(algorithm))
        else:
            raise Unauthentic("the inbox's key is neither RSA nor of an elliptic curve")

    return _by_public_key(one, scope, verify)


def _read_public_key(key: str) -> object:
    try:
        if "-----BEGIN" in key:
            return load_pem_public_key(key.encode())
        return load_der_public_key(base64.b64decode("".join(key.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Unauthentic("the inbox's key cannot be read") from error


def _by_public_key(
    one: model.Ed25519 | model.PublicKey, scope: Scope, verify: Callable[[str, bytes, bytes], None]
) -> Check:
    key, content = scope.template(one.key), scope.template(one.content)
    read, fresh = _given(one, scope), _fresh(one, scope)

    def check(request: WebhookRequest, document: Lazy) -> bool | None:
        public = key.text(document)
        if not public:
            return None
        given = read(document)
        try:
            raw = DECODE[one.encoding](given)
            if not same(ENCODE[one.encoding](raw), given):
                raise Unauthentic("the signature is not spelt as it should be")
            verify(public, raw, content.bytes(document))
        except (ValueError, InvalidSignature) as error:
            raise Unauthentic("the signature does not fit") from error
        fresh(request, document)
        return True

    return check


def _jwt(one: model.Jwt, scope: Scope) -> Check:
    read, key = _given(one, scope), scope.template(one.key)
    claims = {name: scope.template(text) for name, text in one.claims.items()}
    unknown = set(one.algorithms) - (JWT_ALGORITHMS.keys() - {"none"})
    if unknown or not one.algorithms:
        raise ValueError(f"algorithms: {', '.join(sorted(unknown))} cannot be checked")

    def check(request: WebhookRequest, document: Lazy) -> bool | None:
        secret = key.text(document)
        if not secret:
            return None
        payload = payload_of(read(document), _key(secret, one.key_encoding), one.algorithms)
        same_claims(payload, claims, document)
        in_time(payload, request.received_at, timedelta(seconds=one.leeway_s))
        return True

    return check


def _standard(one: model.StandardWebhooks, scope: Scope) -> Check:
    secret = scope.template(one.secret)

    def check(request: WebhookRequest, document: Lazy) -> bool | None:
        key = secret.text(document)
        if not key:
            return None
        try:
            check_standard(key, request.headers, request.body, request.received_at)
        except ValueError as error:
            raise Unauthentic(str(error)) from error
        return True

    return check


def _fresh(one: model.Timed, scope: Scope) -> Callable[[WebhookRequest, Lazy], None]:
    """Whether the signed time is near; nothing is asked where no ``timestamp`` is named."""
    if not one.timestamp:
        return lambda _request, _document: None
    stamp: Expression = scope.expression(one.timestamp)

    def check(request: WebhookRequest, document: Lazy) -> None:
        try:
            signed_at = moment(stamp(document), ("auto",), UTC)
        except ValueError as error:
            raise Unauthentic(f"the signature's time cannot be read: {error}") from error
        check_age(signed_at, request.received_at, timedelta(seconds=one.tolerance_s))

    return check


def known_algorithm(name: str) -> None:
    """ValueError for a digest that this machine does not have."""
    if name not in hashlib.algorithms_available:
        raise ValueError(f"there is no algorithm {name!r}; write it as sha256")


def _key(secret: str, encoding: str) -> bytes:
    try:
        return DECODE[encoding](secret)
    except (ValueError, binascii.Error) as error:
        raise Unauthentic(f"the inbox's key is not {encoding}") from error


COMPILERS: Mapping[type, Callable[[Any, Scope], Check]] = {
    model.Unsigned: _nothing,
    model.Token: _token,
    model.Basic: _basic,
    model.Hmac: _hmac,
    model.Hash: _hash,
    model.Ed25519: _ed25519,
    model.PublicKey: _public_key,
    model.Jwt: _jwt,
    model.StandardWebhooks: _standard,
}
