"""Against Twilio's own validator, and over HTTP against a stand-in for its API."""

import base64
import hashlib
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from connectors.channels.twilio_sms.connector import Settings, connect
from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    RetryLater,
    SenderId,
    WebhookRequest,
)
from connectors.errors import FetchFailed, Unauthentic
from connectors.kit.egress import EgressClient
from connectors.kit.twilio.signature import Signed, algorithm_of, fits, sign

TOKEN = "12345"
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
FIELDS = st.dictionaries(st.from_regex(r"[A-Za-z]{1,10}", fullmatch=True), WORDS, max_size=8)
URLS = st.sampled_from(
    [
        "https://parley.example/hooks/twilio_sms/i1",
        "https://parley.example:8443/hooks/twilio_sms/i1?parley_id=m1",
        "http://parley.example/hooks/twilio_sms/i1",
        "https://parley.example:443/",
    ]
)


@given(URLS, FIELDS)
def test_twilios_validator_and_ours_agree(url, fields):
    validator = RequestValidator(TOKEN)
    theirs = validator.compute_signature(url, fields)
    pairs = tuple(fields.items())
    assert sign(TOKEN, url, pairs) == theirs
    assert fits(TOKEN, theirs, Signed(url, pairs))
    assert validator.validate(url, fields, sign(TOKEN, url, pairs))


@given(URLS, FIELDS, st.sampled_from(["token", "url", "field", "signature"]))
def test_any_change_is_noticed(url, fields, change):
    pairs = (*fields.items(), ("Body", "x"))
    signature = sign(TOKEN, url, pairs)
    changed = {
        "token": (TOKEN + "6", signature, url, pairs),
        "url": (TOKEN, signature, url + "x", pairs),
        "field": (TOKEN, signature, url, (*pairs, ("Body", "y"))),
        "signature": (TOKEN, signature[:-2] + "A=", url, pairs)
        if signature[-2] != "A"
        else (TOKEN, "", url, pairs),
    }[change]
    token, signature, url, pairs = changed
    assert not fits(token, signature, Signed(url, pairs))


def test_repeated_pairs_count_once_as_in_twilios_library():
    from multidict import MultiDict

    url, pairs = "https://parley.example/", (("a", "2"), ("a", "1"), ("a", "2"))
    assert sign(TOKEN, url, pairs) == RequestValidator(TOKEN).compute_signature(
        url, MultiDict(pairs)
    )


@given(URLS, FIELDS)
def test_shared_keys_sign_with_sha256(url, fields):
    theirs = RequestValidator(TOKEN).compute_signature(url, fields, "HMAC_SHA256")
    signed = Signed(url, tuple(fields.items()))
    assert fits(TOKEN, theirs, signed, "sha256")
    assert not fits(TOKEN, theirs, signed, "sha1")


@pytest.mark.parametrize(
    ("header", "algorithm"),
    [
        ("", "sha1"),
        ("key=abc", "sha1"),
        ("key=abc, algorithm=HMAC_SHA256", "sha256"),
        ("key=abc,algorithm=hmac_sha1", "sha1"),
        ("key=abc,algorithm=NONE", ""),
    ],
)
def test_the_settings_header_names_the_digest(header, algorithm):
    assert algorithm_of(header) == algorithm


def test_a_body_that_is_no_form_must_be_hashed_in_the_url():
    url, body = "https://parley.example/hook", b'{"MessageSid": "SM1"}'
    hashed = f"{url}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert fits(TOKEN, sign(TOKEN, hashed, ()), Signed(hashed, (), body))
    assert not fits(TOKEN, sign(TOKEN, hashed, ()), Signed(hashed, (), body + b" "))
    assert not fits(TOKEN, sign(TOKEN, url, ()), Signed(url, (), body))


class TwilioStandIn:
    """The two resources of the REST API that we use."""

    def __init__(self):
        self.requests = []
        self.answers = []

    async def create(self, request):
        form = parse_qs((await request.read()).decode(), keep_blank_values=True)
        self.requests.append((request.path, request.headers.get("authorization"), form))
        status, body = self.answers.pop(0) if self.answers else (201, {"sid": "SM1"})
        return web.json_response(body, status=status)

    async def account(self, request):
        return web.json_response({"status": "active"})

    async def media(self, request):
        raise web.HTTPFound(f"http://localhost:{request.url.port}/stored")

    async def stored(self, request):
        return web.Response(body=request.headers.get("authorization", "none").encode())


@pytest.fixture
def twilio():
    return TwilioStandIn()


@pytest.fixture
async def connector(twilio):
    app = web.Application()
    accounts = "/2010-04-01/Accounts/ACx"
    app.router.add_post(accounts + "/Messages.json", twilio.create)
    app.router.add_get(accounts + ".json", twilio.account)
    app.router.add_get("/media", twilio.media)
    app.router.add_get("/stored", twilio.stored)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        EgressClient(["127.0.0.1", "localhost"]) as http,
    ):
        base_url = str(server.make_url("/")).rstrip("/")
        yield connect(account(base_url), http)


def account(base_url="https://api.twilio.com"):
    return Account(
        inbox_id=InboxId("i1"),
        channel="twilio_sms",
        name="SMS",
        address="+14155550100",
        hook_url="https://parley.example/hooks/twilio_sms/i1",
        settings=Settings(account_sid="ACx", auth_token=TOKEN, base_url=base_url),
    )


def message(text="Hello", files=()):
    return OutboundMessage(
        id="m-1",
        recipient=SenderId(family="tel", value="+14155550123"),
        thread_key="",
        text=text,
        created_at=datetime.now(UTC),
        attachments=tuple(files),
    )


def file(number):
    async def nothing():
        yield b""

    return OutboundFile(
        name=f"{number}.jpg",
        media_type="image/jpeg",
        size=1,
        open=nothing,
        url=f"https://parley.example/f/{number}",
    )


async def test_a_message_reaches_the_api(twilio, connector):
    assert await connector.send(message("Ja, drei. 你好")) == Accepted(native_ids=("SM1",))
    [(path, login, form)] = twilio.requests
    assert path == "/2010-04-01/Accounts/ACx/Messages.json"
    assert base64.b64decode(login.removeprefix("Basic ")) == b"ACx:12345"
    assert form == {
        "To": ["+14155550123"],
        "From": ["+14155550100"],
        "Body": ["Ja, drei. 你好"],
        "StatusCallback": ["https://parley.example/hooks/twilio_sms/i1?parley_id=m-1"],
    }


async def test_a_long_text_becomes_several_messages(twilio, connector):
    twilio.answers = [(201, {"sid": "SM1"}), (201, {"sid": "SM2"})]
    outcome = await connector.send(message("word " * 400))
    assert outcome == Accepted(native_ids=("SM1", "SM2"))
    assert all(len(form["Body"][0]) <= 1600 for _, _, form in twilio.requests)


async def test_twelve_files_go_in_two_messages(twilio, connector):
    await connector.send(message("Here", [file(n) for n in range(12)]))
    assert [len(form["MediaUrl"]) for _, _, form in twilio.requests] == [10, 2]
    assert [form["Body"] for _, _, form in twilio.requests] == [["Here"], [""]]


async def test_when_the_api_is_down_it_was_not_sent(connector):
    async with EgressClient(["127.0.0.1"]) as http:
        down = connect(account("http://127.0.0.1:1"), http)
        assert isinstance(await down.send(message()), RetryLater)


async def test_an_answer_that_is_no_json_is_unknown_when_it_says_500(twilio, connector):
    twilio.answers = [(500, "oops")]
    assert isinstance(await connector.send(message()), OutcomeUnknown)


async def test_media_credentials_do_not_follow_a_redirect(connector):
    base_url = connector._settings.base_url
    stored = [piece async for piece in await connector.fetch(f"{base_url}/media")]
    assert stored == [b"none"]
    with pytest.raises(FetchFailed):
        await anext(await connector.fetch(f"{base_url}/nothing"))


async def test_other_hosts_never_see_the_credentials(connector):
    elsewhere = connector._settings.base_url.replace("127.0.0.1", "localhost") + "/stored"
    assert [piece async for piece in await connector.fetch(elsewhere)] == [b"none"]
    ours = connector._settings.base_url + "/stored"
    assert b"Basic " in b"".join([piece async for piece in await connector.fetch(ours)])


async def test_health(connector):
    assert (await connector.check()).ok is True
    async with EgressClient(["127.0.0.1"]) as http:
        assert (await connect(account("http://127.0.0.1:1"), http).check()).ok is None


def test_a_request_signed_by_twilios_library_is_verified():
    fields = {"MessageSid": "SM1", "From": "+14155550123", "To": "+14155550100", "Body": "Größe?"}
    url = account().hook_url
    request = WebhookRequest(
        method="POST",
        url=url,
        headers={
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, fields),
        },
        query={},
        body=urlencode(fields).encode(),
        received_at=datetime.now(UTC),
    )
    receiver = connect(account(), None)
    assert receiver.verify(request) is True
    [event] = receiver.parse(request).events
    assert (event.text, event.senders[0].canonical) == ("Größe?", "tel:+14155550123")
    with pytest.raises(Unauthentic, match="missing"):
        receiver.verify(
            WebhookRequest(
                method="POST",
                url=url,
                headers={},
                query={},
                body=request.body,
                received_at=request.received_at,
            )
        )
