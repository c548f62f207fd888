"""Microsoft's tokens: made here with a key of our own, refused for every claim that is wrong."""

from datetime import UTC, datetime, timedelta

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from connectors.contract import Account, InboxId, WebhookRequest
from connectors.errors import FetchFailed, Unauthentic
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
KEYS = {"keys": [{**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k1"}]}
REPLIES = [
    CannedReply(url="*openidconfiguration", body={"jwks_uri": "https://keys.example/jwks"}),
    CannedReply(url="https://keys.example/jwks", body=KEYS),
]
SERVICE = "https://smba.trafficmanager.net/emea/"
BODY = msgspec.json.encode({"type": "message", "serviceUrl": SERVICE})


def bot(replies=REPLIES):
    http = StandInHttp(replies)
    registry = Registry.load()
    account = Account(
        inbox_id=InboxId("inbox"),
        channel="msteams",
        name="",
        address="",
        hook_url="",
        settings=registry.parse_settings("msteams", {"app_id": "app-1", "app_password": "s"}),
    )
    return registry.connect(account, http), http


def request(key=KEY, kid="k1", body=BODY, at=NOW, **claims):
    said = {
        "iss": "https://api.botframework.com",
        "aud": "app-1",
        "exp": NOW + timedelta(hours=1),
        "nbf": NOW,
        "serviceurl": SERVICE,
        **claims,
    }
    token = jwt.encode(said, key, algorithm="RS256", headers={"kid": kid})
    return WebhookRequest(
        method="POST",
        url="https://desk.example/hooks/msteams/inbox",
        headers={"authorization": f"Bearer {token}"},
        query={},
        body=body,
        received_at=at,
    )


async def test_a_right_token_is_let_in_and_its_keys_are_fetched_once():
    connector, http = bot()
    for _ in range(2):
        await connector.prepare(request())
        assert connector.verify(request())
    assert len(http.requests) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": OTHER},
        {"kid": "k2"},
        {"aud": "another-bot"},
        {"iss": "https://evil.example"},
        {"exp": NOW - timedelta(hours=1)},
        {"nbf": NOW + timedelta(hours=1)},
        {"serviceurl": "https://evil.example/"},
        {"body": msgspec.json.encode({"type": "message", "serviceUrl": "https://evil.example"})},
        {"at": NOW + timedelta(days=1)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_wrong_one_is_refused(wrong):
    connector, _ = bot()
    await connector.prepare(request())
    with pytest.raises(Unauthentic):
        connector.verify(request(**wrong))


async def test_no_token_is_refused_and_fetches_nothing():
    connector, http = bot()
    bare = msgspec.structs.replace(request(), headers={})
    await connector.prepare(bare)
    with pytest.raises(Unauthentic):
        connector.verify(bare)
    assert http.requests == []


async def test_unknown_keys_are_not_asked_for_at_every_request():
    connector, http = bot([*REPLIES, *REPLIES])
    for seconds in (0, 10, 299):
        await connector.prepare(request(kid="nobody", at=NOW + timedelta(seconds=seconds)))
    assert len(http.requests) == 2
    await connector.prepare(request(kid="nobody", at=NOW + timedelta(seconds=301)))
    assert len(http.requests) == 4


async def test_keys_that_cannot_be_had_are_told():
    connector, _ = bot([CannedReply(status=503)])
    with pytest.raises(FetchFailed):
        await connector.prepare(request())
