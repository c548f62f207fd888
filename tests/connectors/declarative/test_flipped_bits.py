"""Recorded requests of channels without code: one flipped bit, and they are refused."""

import random
from urllib.parse import urlencode

import msgspec
import pytest

from connectors.check import load_cases
from connectors.contract import Account, InboxId
from connectors.declarative import model
from connectors.declarative.signatures import places_of
from connectors.errors import Malformed, Stale, Unauthentic
from connectors.explain import recorded_request
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp

REGISTRY = Registry.load()
DECLARED = [m.id for m in REGISTRY.manifests() if REGISTRY.installed(m.id).declared]
# What the provider's signature covers beside its own header; the others have a token or a password.
COVERS_BODY = {"vonage", "messagebird", "sinch", "telnyx"}
COVERS_URL = {"messagebird", "plivo"}


def signed_cases():
    for channel in DECLARED:
        cases = load_cases(REGISTRY.installed(channel))
        for case in cases.receive:
            if case.expect.get("verified") is True:
                yield pytest.param(
                    channel, cases.settings, case.request, id=f"{channel}: {case.name}"
                )


def flips(text, dice, most=60):
    places = [(at, 1 << bit) for at in range(len(text)) for bit in range(7)]
    for at, bit in dice.sample(places, min(most, len(places))):
        yield text[:at] + chr(ord(text[at]) ^ bit) + text[at + 1 :]


def refused(receiver, request):
    try:
        receiver.verify(request)
    except Stale as stale:
        return refused(receiver, msgspec.structs.replace(request, received_at=stale.signed_at))
    except (Unauthentic, Malformed):
        return True
    return False


def named(channel):
    """Header names and query fields that the channel's signatures stand in."""
    given = REGISTRY.installed(channel).declared.compiled.file.receive.signature
    each = (given,) if isinstance(given, model.Unsigned | msgspec.Struct) else given
    return {place for one in each for place in places_of(one)}


@pytest.mark.parametrize(("channel", "settings", "case"), list(signed_cases()))
def test_one_bit(channel, settings, case):
    dice = random.Random(channel)
    account = Account(
        inbox_id=InboxId("i"), channel=channel, name="", address="", hook_url="",
        settings=fill(REGISTRY.settings_type(channel), settings).values,
    )  # fmt: skip
    receiver = REGISTRY.connect(account, StandInHttp())
    request = recorded_request(case)
    replace = msgspec.structs.replace
    assert not refused(receiver, request)
    found = 0
    for where, name in named(channel):
        if where == "headers" and name in request.headers:
            for value in flips(request.headers[name], dice):
                assert refused(receiver, replace(request, headers={**request.headers, name: value}))
                found += 1
        if where == "query" and name in request.query:
            for value in flips(request.query[name], dice):
                query = {**request.query, name: value}
                url = f"{request.url.partition('?')[0]}?{urlencode(query)}"
                assert refused(receiver, replace(request, query=query, url=url))
                found += 1
    if channel in COVERS_BODY:
        for body in flips(request.body.decode(), dice):
            assert refused(receiver, replace(request, body=body.encode())), body
    if channel in COVERS_URL:
        for url in flips(request.url.partition("?")[0], dice):
            assert refused(receiver, replace(request, url=url)), url
    assert found or request.body
