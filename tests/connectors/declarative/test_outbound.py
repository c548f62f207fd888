# ruff: noqa: E501 - files and requests on one line each
"""From a reply to requests, and from answers to outcomes."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import (
    Accepted,
    HealthChecker,
    MediaPort,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    Sender,
    Template,
    WebhookReceiver,
    WindowClosed,
)
from connectors.errors import FetchFailed
from connectors.events import SenderId
from connectors.standin import CannedReply, StandInHttp
from tests.connectors.declarative.channels import HEAD, UNSIGNED, connected

SETTINGS = "[settings]\nkey = { secret = true }\nbase = {}\n"
SEND = '[send]\nurl = "https://api.example.com/send"\n'


def message(text="Hello", files=(), **more):
    recipient = more.pop("recipient", SenderId(family="tel", value="+385916242494"))
    return OutboundMessage(
        id="m1", recipient=recipient, thread_key="", text=text,
        created_at=datetime(2026, 3, 4, tzinfo=UTC), attachments=tuple(files), **more,
    )  # fmt: skip


def file(name="a.pdf", url="https://parley.example/files/1", content=b"bytes"):
    async def pieces() -> AsyncIterator[bytes]:
        yield content

    kind = "image/png" if name.endswith("png") else "application/pdf"
    return OutboundFile(name=name, media_type=kind, size=len(content), open=pieces, url=url)


async def sent(folder, text, *replies, what=None, settings=None):
    """(outcome, the requests that went out)."""
    http = StandInHttp(replies or [CannedReply(body={"id": "p1"})] * 9)
    channel = connected(
        folder,
        HEAD + SETTINGS + text,
        settings or {"key": "k&y", "base": "https://b.example/x"},
        http,
    )
    return await channel.send(what or message()), http.requests


def form(request):
    return {
        n: v[0] if len(v) == 1 else v
        for n, v in parse_qs(
            request.body or urlsplit(request.url).query, keep_blank_values=True
        ).items()
    }


async def test_a_form_with_lists_numbers_and_what_is_left_out(tmp_path):
    _, [one] = await sent(
        tmp_path,
        SEND
        + '[send.form]\nto = "{digits(to)}"\ntext = "{text}"\nn = 1\nb = true\nmany = ["{to}", "{from}"]\n"empty?" = ""\nnone = "{subject && text}"\nnull = "{file.url}"\n',
    )
    assert one.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form(one) == {
        "to": "385916242494",
        "text": "Hello",
        "n": "1",
        "b": "true",
        "many": ["+385916242494", "+15550100"],
        "none": "",
    }


async def test_json_keeps_kinds(tmp_path):
    _, [one] = await sent(
        tmp_path,
        SEND
        + 'json = { to = ["{to}"], n = 5, text = "{text}!", deep = [{ files = "{files[].url}" }] }\n',
    )
    assert json.loads(one.body) == {
        "to": ["+385916242494"],
        "n": 5,
        "text": "Hello!",
        "deep": [{"files": []}],
    }


async def test_xml_is_escaped(tmp_path):
    _, [one] = await sent(
        tmp_path, SEND + 'xml = "<s to=\\"{to}\\">{text}</s>"\n', what=message('a < b & "c"\n\x00d')
    )
    assert one.body == '<s to="+385916242494">a &lt; b &amp; &quot;c&quot;&#10;d</s>'
    assert one.headers["Content-Type"].startswith("application/xml")


async def test_values_in_an_address_are_encoded_but_for_a_whole_address_at_its_start(tmp_path):
    _, [one] = await sent(
        tmp_path,
        '[send]\nmethod = "GET"\nurl = "{settings.base}/v1/{settings.key}/send?x=1"\nquery = { text = "{text}" }\n',
        what=message("a/b&c"),
    )
    assert (one.method, one.url) == ("GET", "https://b.example/x/v1/k%26y/send?x=1&text=a%2Fb%26c")


async def test_headers_stay_on_one_line(tmp_path):
    _, [one] = await sent(
        tmp_path,
        SEND + 'headers = { X-Text = "{text}", X-None = "{subject}" }\ntext = "{text}"\n',
        what=message("a\r\nX-Evil: 1"),
    )
    assert "\n" not in one.headers["X-Text"]
    assert "X-None" not in one.headers


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (
            '{ type = "basic", user = "u", password = "{settings.key}" }',
            "Authorization",
            "Basic " + base64.b64encode(b"u:k&y").decode(),
        ),
        ('{ type = "bearer", token = "{settings.key}" }', "Authorization", "Bearer k&y"),
        ('{ type = "header", name = "X-Key", value = "App {settings.key}" }', "X-Key", "App k&y"),
    ],
)
async def test_credentials(tmp_path, auth, header, value):
    _, [one] = await sent(tmp_path, SEND + f"auth = {auth}\n")
    assert one.headers[header] == value


OAUTH = (
    SEND
    + 'auth = { type = "oauth", token_url = "{settings.base}/token", client_id = "id", client_secret = "{settings.key}", scope = "sms" }\n'
)


async def test_a_token_is_fetched_once_and_renewed_when_it_is_refused(tmp_path):
    replies = [
        CannedReply(url="*/token", body={"access_token": "t1", "expires_in": "3600"}),
        CannedReply(url="*/token", body={"access_token": "t2", "expires_in": 3600}),
        CannedReply(url="*/send"), CannedReply(url="*/send", status=401), CannedReply(url="*/send"), CannedReply(url="*/send"),
    ]  # fmt: skip
    http = StandInHttp(replies)
    channel = connected(
        tmp_path, HEAD + SETTINGS + OAUTH, {"key": "k", "base": "https://b.example"}, http
    )
    for _ in range(3):
        assert isinstance(await channel.send(message()), Accepted)
    seen = [(urlsplit(r.url).path, r.headers.get("Authorization")) for r in http.requests]
    assert seen == [
        ("/token", None), ("/send", "Bearer t1"), ("/send", "Bearer t1"), ("/token", None),
        ("/send", "Bearer t2"), ("/send", "Bearer t2"),
    ]  # fmt: skip
    assert form(http.requests[0]) == {
        "grant_type": "client_credentials",
        "scope": "sms",
        "client_id": "id",
        "client_secret": "k",
    }


async def test_a_token_for_an_assertion_is_kept_too(tmp_path):
    """RFC 7523, as Google wants it: the assertion differs each time, the token does not."""
    text = (
        SEND
        + """auth = { type = "oauth", token_url = "{settings.base}/token", fields = { grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion = "{jwt('HS256', settings.key, {iss: 'me'})}" } }\n"""
    )
    http = StandInHttp(
        [CannedReply(url="*/token", body={"access_token": "t1"}), *[CannedReply(url="*/send")] * 2]
    )
    settings = {"key": "s" * 32, "base": "https://b.example"}
    channel = connected(tmp_path, HEAD + SETTINGS + text, settings, http)
    for _ in range(2):
        assert isinstance(await channel.send(message()), Accepted)
    assert [urlsplit(r.url).path for r in http.requests] == ["/token", "/send", "/send"]
    assert form(http.requests[0])["grant_type"].endswith("jwt-bearer")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (CannedReply(url="*/token", status=401), ReauthNeeded),
        (CannedReply(url="*/token", status=503), RetryLater),
        (CannedReply(url="*/token", body="soon"), RetryLater),
        (CannedReply(url="*/token", line="refused"), RetryLater),
        (CannedReply(url="*/token", line="broken"), RetryLater),
    ],
)
async def test_without_a_token_nothing_is_sent(tmp_path, reply, kind):
    outcome, requests = await sent(tmp_path, OAUTH, reply)
    assert isinstance(outcome, kind)
    assert [urlsplit(r.url).path for r in requests] == ["/x/token"]


async def test_a_signed_request_as_alibaba_documents_it(tmp_path):
    """The worked example of Alibaba Cloud's RPC signature (DescribeRegions)."""
    text = """[send]
method = "GET"
url = "https://ecs.aliyuncs.com/"
sign = { query = "Signature", algorithm = "sha1", encoding = "base64", key = "{settings.key}&", content = "GET&%2F&{percent(percent_pairs(query))}" }
query = { AccessKeyId = "testid", Action = "DescribeRegions", Format = "XML", SignatureMethod = "HMAC-SHA1", SignatureNonce = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", SignatureVersion = "1.0", Timestamp = "2016-02-23T12:46:24Z", Version = "2014-05-26" }
"""
    _, [one] = await sent(tmp_path, text, settings={"key": "testsecret", "base": "x"})
    assert form(one)["Signature"] == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


async def test_a_signature_over_the_body(tmp_path):
    text = (
        SEND
        + 'json = { text = "{text}" }\nsign = { header = "X-Sign", prefix = "v1=", algorithm = "sha256", key = "{settings.key}", content = "{method}{path}{raw}" }\n'
    )
    _, [one] = await sent(tmp_path, text)
    wanted = hmac.new(b"k&y", b"POST/send" + one.body.encode(), hashlib.sha256).hexdigest()
    assert one.headers["X-Sign"] == f"v1={wanted}"


async def test_a_long_text_is_split_as_the_network_counts(tmp_path):
    text = (
        '[limits]\nmax_chars = 160\nunit = "sms"\n'
        + SEND
        + 'form = { text = "{text}", n = "{piece}/{pieces}", id = "{piece_id}" }\n'
    )
    outcome, requests = await sent(tmp_path, text, what=message("word " * 40))
    assert [form(r)["n"] for r in requests] == ["1/2", "2/2"]
    assert [form(r)["id"] for r in requests] == ["m1", "m1.2"]
    assert all(len(form(r)["text"]) <= 160 for r in requests)
    _, requests = await sent(tmp_path, text, what=message("слово " * 20))
    assert [len(form(r)["text"]) <= 70 for r in requests] == [True, True]
    assert isinstance(outcome, Accepted)


async def test_files_in_the_text(tmp_path):
    text = SEND + 'files = "in_text"\nform = { text = "{text}" }\n'
    _, [one] = await sent(tmp_path, text, what=message("See:", [file(), file(url="https://x/2")]))
    assert form(one)["text"] == "See:\nhttps://parley.example/files/1\nhttps://x/2"
    refused, none = await sent(tmp_path, text, what=message("See:", [file(url="")]))
    assert isinstance(refused, Rejected)
    assert none == []


async def test_files_together_in_batches(tmp_path):
    text = (
        "[limits]\nattachments_max = 2\n"
        + SEND
        + 'files = "together"\njson = { "text?" = "{text}", media = "{files[].url}" }\n'
    )
    _, requests = await sent(
        tmp_path, text, what=message("See", [file(url=f"https://x/{n}") for n in range(3)])
    )
    assert [json.loads(r.body) for r in requests] == [
        {"text": "See", "media": ["https://x/0", "https://x/1"]}, {"media": ["https://x/2"]},
    ]  # fmt: skip


EACH = (
    SEND
    + 'files = "each"\njson = { text = "{text}" }\n[[send.variants]]\nwhen = "file.kind == \'image\'"\nurl = "https://api.example.com/image"\njson = { url = "{file.url}" }\n[[send.variants]]\nwhen = "file"\njson = { file = "{file.name}" }\n'
)


async def test_files_one_by_one_each_in_its_variant(tmp_path):
    _, requests = await sent(tmp_path, EACH, what=message("See", [file(), file("b.png")]))
    assert [(urlsplit(r.url).path, json.loads(r.body)) for r in requests] == [
        ("/send", {"text": "See"}), ("/send", {"file": "a.pdf"}),
        ("/image", {"url": "https://parley.example/files/1"}),
    ]  # fmt: skip


async def test_the_first_file_bears_the_text(tmp_path):
    text = (
        SEND
        + 'files = "each"\ncaption = true\nmultipart = { file_field = "media", fields = { caption = "{text}" } }\n'
    )
    _, [one, two] = await sent(
        tmp_path, text, what=message("See", [file(url=""), file("b.png", "", b"more")])
    )
    assert one.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert 'name="caption"' in one.body
    assert "See" in one.body
    assert 'name="media"; filename="a.pdf"' in one.body
    assert "bytes" in one.body
    assert "See" not in two.body
    assert "more" in two.body


UPLOAD = (
    SEND
    + 'files = "each"\njson = { text = "{text}", media = "{file.ref}" }\n[send.upload]\nurl = "https://api.example.com/media"\nmultipart = { file_field = "f" }\nref = "body.media_id"\n'
)


async def test_a_file_is_brought_first(tmp_path):
    replies = [CannedReply(url="*/media", body={"media_id": 77}), CannedReply(url="*/send")]
    outcome, [up, one] = await sent(tmp_path, UPLOAD, *replies, what=message("", [file(url="")]))
    assert "bytes" in up.body
    assert json.loads(one.body) == {"text": "", "media": "77"}
    assert isinstance(outcome, Accepted)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(CannedReply(url="*/media", status=413), Rejected), (CannedReply(url="*/media", status=429), RetryLater),
     (CannedReply(url="*/media", body={}), Rejected)],
)  # fmt: skip
async def test_a_file_that_is_not_taken_sends_no_message(tmp_path, reply, kind):
    outcome, requests = await sent(tmp_path, UPLOAD, reply, what=message("", [file(url="")]))
    assert isinstance(outcome, kind)
    assert len(requests) == 1


async def test_templates_of_the_provider(tmp_path):
    text = (
        SEND
        + 'json = { name = "{template.name}", lang = "{template.language}", params = "{template.params}" }\n'
    )
    _, [one] = await sent(
        tmp_path,
        text,
        what=message("", template=Template(name="t", language="en", params=("a", "b"))),
    )
    assert json.loads(one.body) == {"name": "t", "lang": "en", "params": ["a", "b"]}


ANSWERS = (
    SEND
    + """files = "in_text"
reason = "{body.error || text}"
[send.success]
when = "is(body.status, 'ok')"
id = "body.ids || match(text, 'ID=(.+)')"
[[send.failures]]
when = "is(body.code, 5)"
outcome = "retry"
after = "body.wait"
[[send.failures]]
when = "is(body.code, 6)"
outcome = "window_closed"
reason = "closed for {to}"
[[send.failures]]
when = "is(body.code, 7)"
outcome = "reauth"
[[send.failures]]
when = "is(body.code, 8)"
outcome = "unknown"
[[send.failures]]
when = "is(body.code, 9)"
outcome = "sent"
[[send.failures]]
when = "is(body.code, 10)"
outcome = "rejected"
"""
)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (CannedReply(body={"status": "OK", "ids": [1, "b"]}), Accepted(native_ids=("1", "b"))),
        (CannedReply(body={"status": "ok", "ids": "a"}), Accepted(native_ids=("a",))),
        (CannedReply(body={"status": "ok"}), OutcomeUnknown),
        (CannedReply(body={"status": "no", "error": "bad"}), Rejected(reason="bad", code="200")),
        (CannedReply(body="what"), Rejected(reason="what", code="200")),
        (CannedReply(body={"code": 5, "wait": "7", "error": "slow"}), RetryLater(reason="slow", after_s=7.0)),
        (CannedReply(body={"code": 5, "error": "slow"}, headers={"Retry-After": "9"}), RetryLater(reason="slow", after_s=9.0)),
        (CannedReply(status=400, body={"code": 6}), WindowClosed(reason="closed for +385916242494")),
        (CannedReply(status=400, body={"code": "7", "error": "key"}), ReauthNeeded(reason="key")),
        (CannedReply(status=200, body={"code": 8, "error": "?"}), OutcomeUnknown(reason="?")),
        (CannedReply(status=409, body={"code": 9, "ids": "d"}), Accepted(native_ids=("d",))),
        (CannedReply(status=503, body={"code": 10, "error": "x"}), Rejected(reason="x", code="503")),
        (CannedReply(status=400, body={"error": "bad"}), Rejected(reason="400: bad", code="400")),
        (CannedReply(status=401, body={"error": "key"}), ReauthNeeded(reason="401: key")),
        (CannedReply(status=429, body={"error": "slow"}, headers={"Retry-After": "3"}), RetryLater(reason="429: slow", after_s=3.0)),
        (CannedReply(status=500, body="oops"), OutcomeUnknown(reason="500: oops")),
        (CannedReply(line="broken"), OutcomeUnknown),
        (CannedReply(line="refused"), RetryLater),
    ],
)  # fmt: skip
async def test_answers(tmp_path, reply, wanted):
    outcome, _ = await sent(tmp_path, ANSWERS, reply)
    assert outcome == wanted if not isinstance(wanted, type) else isinstance(outcome, wanted)


async def test_an_answer_in_xml(tmp_path):
    text = SEND + 'success = { when = "is(body.code, 204)", id = "body.id" }\n'
    outcome, _ = await sent(tmp_path, text, CannedReply(body="<r><code>204</code><id>x1</id></r>"))
    assert outcome == Accepted(native_ids=("x1",))


async def test_of_several_parts_some_may_fail_without_repeating_the_others(tmp_path):
    text = (
        "[limits]\nmax_chars = 10\n"
        + SEND
        + 'form = { text = "{text}" }\nsuccess = { id = "body.id" }\n'
    )
    outcome, requests = await sent(
        tmp_path,
        text,
        CannedReply(body={"id": "a"}),
        CannedReply(status=400),
        what=message("one two three four"),
    )
    assert len(requests) == 2
    assert outcome.native_ids == ("a",)
    assert len(outcome.failed) == 1


async def test_a_value_that_does_not_fit_rejects_and_raises_nothing(tmp_path):
    outcome, requests = await sent(
        tmp_path, SEND + 'form = { x = "{parse_json(text)}" }\n', what=message("{")
    )
    assert isinstance(outcome, Rejected)
    assert requests == []


@pytest.mark.parametrize(
    "part",
    [
        'charset = "latin-1"\nform = { t = "{text}" }',
        "form = { t = \"{encode(text, 'latin-1')}\" }",
        'charset = "latin-1"\nxml = "<t>{text}</t>"',
    ],
)
async def test_letters_that_the_charset_lacks_are_not_lost_on_the_way(tmp_path, part):
    _, [one] = await sent(tmp_path, SEND + part + "\n", what=message("é"))
    assert "%E9" in one.body or "\ufffd" in one.body
    outcome, none = await sent(tmp_path, SEND + part + "\n", what=message("☺"))
    assert isinstance(outcome, Rejected)
    assert none == []


def test_a_channel_has_the_protocols_of_its_file_and_no_others(tmp_path):
    whole = (
        UNSIGNED
        + '[[receive.events]]\nkind = "message"\nsender = "body.a"\nfiles = "body.f"\n'
        + SEND
        + '[health]\nurl = "https://api.example.com/me"\n'
    )
    for text, protocols in ((whole, {WebhookReceiver, Sender, MediaPort, HealthChecker}), (UNSIGNED, {WebhookReceiver}), (HEAD + SEND, {Sender})):  # fmt: skip
        channel = connected(tmp_path, text)
        assert {
            p for p in (WebhookReceiver, Sender, MediaPort, HealthChecker) if isinstance(channel, p)
        } == protocols


HEALTH = (
    SEND
    + 'auth = { type = "bearer", token = "{settings.key}" }\n[health]\nurl = "{settings.base}/me"\nok = "body.active"\ndetail = "credit {body.credit}"\n'
)


@pytest.mark.parametrize(
    ("reply", "ok", "detail"),
    [
        (CannedReply(body={"active": True, "credit": 5}), True, "credit 5"),
        (CannedReply(body={"active": False, "credit": 0}), False, "credit 0"),
        (CannedReply(status=401), False, "credit "),
        (
            CannedReply(line="broken"),
            None,
            "the provider cannot be reached: the case breaks the line",
        ),
    ],
)
async def test_health(tmp_path, reply, ok, detail):
    http = StandInHttp([reply])
    channel = connected(
        tmp_path, HEAD + SETTINGS + HEALTH, {"key": "k", "base": "https://b.example"}, http
    )
    found = await channel.check()
    assert (found.ok, found.detail) == (ok, detail)
    assert bool(found.advice) is (ok is False)
    assert http.requests[0].headers["Authorization"] == "Bearer k"


MEDIA = (
    UNSIGNED
    + '[[receive.events]]\nkind = "message"\nsender = "body.a"\nfiles = { each = "body.f", ref = "file" }\n'
    + SETTINGS
    + HEALTH.partition("[health]")[0]
    + '[media]\nurl = "https://api.example.com/media/{ref}"\nhosts = ["cdn.example.com"]\n'
)


@pytest.mark.parametrize(
    ("ref", "url", "known"),
    [
        ("a/1", "https://api.example.com/media/a%2F1", True),
        ("https://cdn.example.com/x", "https://cdn.example.com/x", True),
        ("https://evil.example/x", "https://evil.example/x", False),
        ("https://cdn.example.com.evil.example/x", "https://cdn.example.com.evil.example/x", False),
    ],
)
async def test_credentials_go_to_the_named_hosts_only(tmp_path, ref, url, known):
    http = StandInHttp([CannedReply(body="bytes")])
    channel = connected(tmp_path, MEDIA, {"key": "k", "base": "https://b.example"}, http)
    assert [piece async for piece in await channel.fetch(ref)] == [b"bytes"]
    assert http.requests[0].url == url
    assert ("Authorization" in http.requests[0].headers) is known


async def test_a_file_that_is_gone(tmp_path):
    channel = connected(
        tmp_path, MEDIA, {"key": "k", "base": "x"}, StandInHttp([CannedReply(status=404)])
    )
    with pytest.raises(FetchFailed):
        [piece async for piece in await channel.fetch("a")]


def test_rate_keys_are_those_of_the_limits(tmp_path):
    text = (
        '[limits]\nrates = [{ key = "inbox", per_s = 1 }, { key = "recipient", per_s = 1 }]\n'
        + SEND
    )
    assert connected(tmp_path, HEAD + text).rate_keys(message()) == (
        "inbox",
        "recipient:tel:+385916242494",
    )
