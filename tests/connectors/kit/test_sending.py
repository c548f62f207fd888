"""Pieces, outcomes, back-off and forms."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    WebhookRequest,
)
from connectors.errors import Malformed
from connectors.http import AddressRefused, HttpReply, LineBroken, NotSent
from connectors.kit.backoff import Backoff
from connectors.kit.egress import EgressClient
from connectors.kit.fields import flat_fields
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import attempt, of_reply
from connectors.kit.pieces import Piece, send_pieces


def reply(status, headers=None):
    return HttpReply(status=status, headers=headers or {}, body=b"words")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, ReauthNeeded),
        (403, ReauthNeeded),
        (404, Rejected),
        (408, RetryLater),
        (429, RetryLater),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, RetryLater),
        (504, OutcomeUnknown),
    ],
)
def test_statuses(status, kind):
    outcome = of_reply(reply(status))
    assert isinstance(outcome, kind)
    assert outcome.reason == f"{status}: words"


def test_retry_after_in_seconds_as_a_date_and_as_nonsense():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert of_reply(reply(429, {"retry-after": "7"})).after_s == 7
    assert 80 < of_reply(reply(429, {"retry-after": later})).after_s <= 90
    assert of_reply(reply(429, {"retry-after": "soon"})).after_s is None
    assert of_reply(reply(429, {"retry-after": "999999"})).after_s == 3600


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotSent("x"), RetryLater),
        (AddressRefused("x"), Rejected),
        (LineBroken("x"), OutcomeUnknown),
        (TimeoutError(), OutcomeUnknown),
    ],
)
async def test_what_the_line_did(error, kind):
    async def send():
        raise error

    assert isinstance(await attempt(send), kind)


def pieces(*outcomes):
    """Pieces that answer in turn; a list stands for the tries of one piece."""
    sent = []

    def make(name, tries):
        left = list(tries) if isinstance(tries, list) else [tries]

        async def send():
            sent.append(name)
            return left.pop(0)

        return Piece(name=name, send=send)

    return [make(str(i), tries) for i, tries in enumerate(outcomes)], sent


def accepted(id):
    return Accepted(native_ids=(id,))


async def test_when_the_first_piece_does_not_go_nothing_went():
    todo, sent = pieces(RetryLater(reason="full"), accepted("b"))
    assert await send_pieces(todo) == RetryLater(reason="full")
    assert sent == ["0"]


async def test_a_later_failure_is_named_and_nothing_is_repeated():
    todo, sent = pieces(accepted("a"), Rejected(reason="no"), OutcomeUnknown(reason="?"))
    outcome = await send_pieces(todo)
    assert outcome == Accepted(native_ids=("a",), failed=("1: no", "2: ?"))
    assert sent == ["0", "1", "2"]


async def test_a_later_piece_waits_its_turn_within_the_budget(monkeypatch):
    monkeypatch.setattr("connectors.kit.pieces.SHORTEST_S", 0.0)
    todo, sent = pieces(accepted("a"), [RetryLater(reason="full", after_s=0.01), accepted("b")])
    assert await send_pieces(todo) == Accepted(native_ids=("a", "b"))
    assert sent == ["0", "1", "1"]


async def test_a_wait_beyond_the_budget_is_a_failure():
    todo, sent = pieces(accepted("a"), RetryLater(reason="full", after_s=100))
    assert (await send_pieces(todo)).failed == ("1: full",)
    assert sent == ["0", "1"]


async def test_time_runs_out_for_all_pieces_together():
    async def hang():
        await asyncio.sleep(60)

    todo, sent = pieces(accepted("a"), accepted("b"), accepted("c"))
    todo[1] = Piece(name="slow.jpg", send=hang)
    outcome = await send_pieces(todo, budget_s=0.05)
    assert outcome.native_ids == ("a",)
    assert outcome.failed[0] == "slow.jpg: no answer in time"
    assert outcome.failed[1].startswith("2: not sent")
    assert sent == ["0"]
    assert await send_pieces(todo[1:], budget_s=0.05) == OutcomeUnknown(reason="no answer in time")


def test_backoff_grows_to_its_ceiling_and_starts_over():
    backoff = Backoff(first=1, most=8)
    waits = [backoff.next() for _ in range(10)]
    assert all(0 < wait <= 8 for wait in waits)
    assert waits[0] <= 1
    assert any(wait > 1 for wait in waits)
    backoff.reset()
    assert backoff.next() <= 1


def request(body=b"", content_type="", query=None):
    return WebhookRequest(
        method="POST",
        url="https://localhost/",
        headers={"content-type": content_type} if content_type else {},
        query=query or {},
        body=body,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_fields_of_a_query_a_form_and_json():
    assert flat_fields(request(query={"a": "1"})) == {"a": "1"}
    form = request(b"a=2&b=%C3%A9", "application/x-www-form-urlencoded", {"a": "1"})
    assert flat_fields(form) == {"a": "2", "b": "é"}
    assert flat_fields(request(b'{"a": 3, "b": [1]}', "application/json")) == {"a": "3"}
    leaves = b"<m><from>1</from><text>\xc3\xa9</text></m>"
    soap = b'<e:Envelope xmlns:e="urn:e"><e:Body>' + leaves + b"</e:Body></e:Envelope>"
    assert flat_fields(request(soap, "text/xml; charset=utf-8")) == {"from": "1", "text": "é"}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=\xff", "application/x-www-form-urlencoded"),
        (b"[1]", "application/json"),
        (b"<a>", "text/xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "application/xml"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "application/xml"),
        (b"<a>" * 200_000, "application/xml"),
        (b"nothing", "multipart/form-data; boundary=x"),
    ],
)
def test_what_has_no_fields_is_malformed(body, content_type):
    with pytest.raises(Malformed):
        flat_fields(request(body, content_type))


async def test_a_multipart_form_as_a_real_server_reads_it():
    seen = {}

    async def receive(req):
        async for part in await req.multipart():
            seen[part.name] = (part.filename, part.headers.get("content-type"), await part.read())
        return web.Response()

    async def content():
        yield b"\x00" * 70_000
        yield b"end"

    app = web.Application()
    app.router.add_post("/", receive)
    upload = Upload(name='a "b".bin', media_type="application/octet-stream", open=content)
    async with TestServer(app, host="127.0.0.1") as server, EgressClient(["127.0.0.1"]) as http:
        await http.request(
            "POST",
            str(server.make_url("/")),
            headers={"Content-Type": "multipart/form-data; boundary=xyz"},
            body=multipart("xyz", {"caption": "Größe"}, {"file": upload}),
        )
    assert seen["caption"] == (None, None, "Größe".encode())
    name, kind, body = seen["file"]
    assert (name, kind) == ("a %22b%22.bin", "application/octet-stream")
    assert body == b"\x00" * 70_000 + b"end"
