# ruff: noqa: E501 - files and requests on one line each
"""From a reply to requests, and from answers to outcomes."""

import json

import pytest

from connectors.contract import HealthChecker, MediaPort, Sender, Template, WebhookReceiver
from connectors.errors import FetchFailed
from connectors.standin import CannedReply, StandInHttp
from tests.connectors.declarative.channels import HEAD, UNSIGNED, connected
from tests.connectors.declarative.sending import SEND, SETTINGS, form, message, sent


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
