# ruff: noqa: E501 - files and requests on one line each
"""Who a declared channel says it is: keys, tokens, signatures."""

import base64
import hashlib
import hmac
import re
from urllib.parse import urlsplit

import pytest

from connectors.contract import Accepted, ReauthNeeded, Rejected, RetryLater
from connectors.standin import CannedReply, StandInHttp
from tests.connectors.declarative.channels import HEAD, UNSIGNED, connected
from tests.connectors.declarative.sending import SEND, SETTINGS, form, message, sent


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


IN_QUERY = (
    SEND
    + """query = { access_token = "{token}" }
auth = { type = "oauth", style = "query", token_url = "{settings.base}/token", client_id = "id", client_secret = "{settings.key}", header = "", refused = "is(body.errcode, 40001)" }
"""
)


async def test_a_token_may_stand_in_the_query_and_be_refused_in_a_good_answer(tmp_path):
    replies = [
        CannedReply(url="*/token*", body={"access_token": "t1"}), CannedReply(url="*/token*", body={"access_token": "t2"}),
        CannedReply(url="*/send*", body={"errcode": 40001}), CannedReply(url="*/send*", body={"errcode": 0}),
    ]  # fmt: skip
    outcome, requests = await sent(tmp_path, IN_QUERY, *replies)
    assert isinstance(outcome, Accepted)
    assert [(one.method, urlsplit(one.url).path, form(one).get("access_token")) for one in requests] == [
        ("GET", "/x/token", None), ("POST", "/send", "t1"), ("GET", "/x/token", None), ("POST", "/send", "t2"),
    ]  # fmt: skip
    assert form(requests[0])["client_secret"] == "k&y"
    assert not any("t1" in value for one in requests for value in one.headers.values())


async def test_a_token_that_stays_refused_is_asked_for_once_more_and_no_oftener(tmp_path):
    refused = [CannedReply(url="*/send*", body={"errcode": 40001})] * 3
    tokens = [CannedReply(url="*/token*", body={"access_token": f"t{n}"}) for n in range(3)]
    text = IN_QUERY + "success = { when = \"is(body.errcode, '0')\" }\n"
    outcome, requests = await sent(tmp_path, text, *tokens, *refused)
    assert isinstance(outcome, Rejected)
    assert len(requests) == 4


async def test_a_nonce_is_the_same_wherever_it_stands_and_another_next_time(tmp_path):
    text = (
        SEND
        + """headers = { X-WSSE = '''Nonce="{nonce}", Digest="{hash('sha256', nonce)}"''' }\n"""
    )
    channel_text = text + "[limits]\nmax_chars = 5\n"
    _, requests = await sent(tmp_path, channel_text, what=message("Hello again"))
    seen = [re.findall(r'"(\w+)"', one.headers["X-WSSE"]) for one in requests]
    assert all(hashlib.sha256(nonce.encode()).hexdigest() == digest for nonce, digest in seen)
    assert len({nonce for nonce, _ in seen}) == len(requests) > 1


async def test_a_file_is_fetched_with_the_token_in_its_address_from_that_host_alone(tmp_path):
    text = IN_QUERY + '[media]\nurl = "https://media.example/get?token={token}&id={ref}"\n'
    text += (
        UNSIGNED.removeprefix(HEAD)
        + '[[receive.events]]\nkind = "message"\nsender = "body.a"\nfiles = "body.b"\n'
    )
    replies = [CannedReply(url="*/token?*", body={"access_token": "t1"}), *[CannedReply()] * 2]
    http = StandInHttp(replies)
    settings = {"key": "k", "base": "https://b.example"}
    channel = connected(tmp_path, HEAD + SETTINGS + text, settings, http)
    for ref in ("p/1", "https://elsewhere.example/p"):
        async for _ in await channel.fetch(ref):
            pass
    assert [one.url for one in http.requests if "/token?" not in one.url] == [
        "https://media.example/get?token=t1&id=p%2F1", "https://elsewhere.example/p",
    ]  # fmt: skip


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


async def test_a_signed_request_as_tencent_documents_it(tmp_path):
    """The worked example of Tencent Cloud's signature TC3 (DescribeInstances)."""
    text = r"""[send]
url = "https://cvm.tencentcloudapi.com"
content_type = "application/json; charset=utf-8"
text = '{{"Limit": 1, "Filters": [{{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}}]}}'
[send.sign]
header = "Authorization"
algorithm = "sha256"
prefix = "TC3-HMAC-SHA256 Credential={settings.base}/{clock(1551113065, '%Y-%m-%d')}/cvm/tc3_request, SignedHeaders=content-type;host, Signature="
key = "{hmac('sha256', hmac('sha256', hmac('sha256', text('TC3', settings.key), clock(1551113065, '%Y-%m-%d'), 'raw'), 'cvm', 'raw'), 'tc3_request', 'raw')}"
content = "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{hash('sha256', text('POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\ncontent-type;host\n', hash('sha256', raw)))}"
"""
    _, [one] = await sent(
        tmp_path, text, settings={"key": "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "base": "AKID"}
    )
    assert one.headers["Authorization"] == (
        "TC3-HMAC-SHA256 Credential=AKID/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, "
        "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


async def test_a_signature_over_the_body(tmp_path):
    text = (
        SEND
        + 'json = { text = "{text}" }\nsign = { header = "X-Sign", prefix = "v1=", algorithm = "sha256", key = "{settings.key}", content = "{method}{path}{raw}" }\n'
    )
    _, [one] = await sent(tmp_path, text)
    wanted = hmac.new(b"k&y", b"POST/send" + one.body.encode(), hashlib.sha256).hexdigest()
    assert one.headers["X-Sign"] == f"v1={wanted}"
