"""Google's tokens, made here with a key of our own, and ours for Google."""

from datetime import UTC, datetime, timedelta

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm

from connectors.contract import Account, InboxId, WebhookRequest
from connectors.errors import Unauthentic
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
KEYS = {"keys": [{**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k1"}]}
REPLIES = [CannedReply(body=KEYS)]
CHAT = "chat@system.gserviceaccount.com"
HOOK = "https://desk.example/hooks/google_chat/inbox"
BY_URL = {"iss": "https://accounts.google.com", "aud": HOOK, "email": CHAT, "email_verified": True}
KEY_FILE = msgspec.json.encode(
    {
        "client_email": "app@project.example",
        "private_key_id": "k1",
        "private_key": KEY.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
    }
).decode()


def app(audience="1234567890", replies=REPLIES):
    http = StandInHttp(replies)
    registry = Registry.load()
    account = Account(
        inbox_id=InboxId("inbox"),
        channel="google_chat",
        name="",
        address="",
        hook_url=HOOK,
        settings=registry.parse_settings(
            "google_chat", {"audience": audience, "service_account": KEY_FILE}
        ),
    )
    return registry.connect(account, http), http


def request(key=KEY, **claims):
    said = {"iss": CHAT, "aud": "1234567890", "exp": NOW + timedelta(hours=1), **claims}
    token = jwt.encode(said, key, algorithm="RS256", headers={"kid": "k1"})
    return WebhookRequest(
        method="POST",
        url=HOOK,
        headers={"authorization": f"Bearer {token}"},
        query={},
        body=b"{}",
        received_at=NOW,
    )


@pytest.mark.parametrize(("audience", "claims"), [("1234567890", {}), (HOOK, BY_URL)])
async def test_a_right_token_is_let_in(audience, claims):
    connector, http = app(audience)
    await connector.prepare(request(**claims))
    assert connector.verify(request(**claims))
    assert len(http.requests) == 1


@pytest.mark.parametrize(
    ("audience", "wrong"),
    [
        ("1234567890", {"key": OTHER}),
        ("1234567890", {"aud": "another"}),
        ("1234567890", {"iss": "https://accounts.google.com"}),
        ("1234567890", {"exp": NOW - timedelta(hours=1)}),
        (HOOK, {**BY_URL, "email": "somebody@project.example"}),
        (HOOK, {**BY_URL, "email_verified": False}),
        (HOOK, {**BY_URL, "aud": "https://evil.example"}),
    ],
)
async def test_a_wrong_token_is_refused(audience, wrong):
    connector, _ = app(audience)
    await connector.prepare(request())
    with pytest.raises(Unauthentic):
        connector.verify(request(**wrong))


async def test_a_file_is_fetched_with_a_token_that_our_key_signed_for():
    granted = CannedReply(url="*token", body={"access_token": "t", "expires_in": 3600})
    connector, http = app(replies=[granted, CannedReply(body="bytes")])
    assert b"".join([piece async for piece in await connector.fetch("AEf3/x")]) == b"bytes"
    asked, file = http.requests
    assertion = asked.body.rpartition("assertion=")[2]
    claims = jwt.decode(
        assertion,
        KEY.public_key(),
        algorithms=["RS256"],
        audience="https://oauth2.googleapis.com/token",
    )
    assert claims["iss"] == "app@project.example"
    assert file.url == "https://chat.googleapis.com/v1/media/AEf3/x?alt=media"
    assert file.headers["authorization"] == "Bearer t"
