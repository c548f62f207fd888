"""Requests that are signed and wrong: whatever a provider sends, a channel says Malformed at worst.

Every recorded request that verifies is changed at random (fields missing, added, of another type,
null, huge, in a wrong encoding) and parsed. ``PARLEY_MUTATIONS`` is how many for each channel.
"""

import json
import os
import random
import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest

from connectors.check import load_cases
from connectors.contract import (
    Account,
    InboxId,
    Puller,
    Streamer,
    WebhookReceiver,
    WebhookRequest,
)
from connectors.errors import ConnectorError, Malformed
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp

REGISTRY = Registry.load()
MUTATIONS = int(os.environ.get("PARLEY_MUTATIONS", "200"))
SLOWEST_S = 2.0
HUGE = "9" * 5_000
WRONG = (
    *(None, "", 0, -1, 1e308, 2**70, True, [], {}, [None], {"a": {"b": []}}),
    *(HUGE, "\u0000", "\u00ed\u00a0\u0080", "\U0001f600", "null", "{", "-", "nan"),
)


class Items:
    """A channel that is asked: its items are as foreign as any request."""

    def __init__(self, source):
        self.source = source

    def parse(self, request):
        return self.source.parse_item(request.body, request.headers, request.received_at)


def receivers():
    """(connector, the requests of its cases)."""
    for manifest in REGISTRY.manifests():
        cases = load_cases(REGISTRY.installed(manifest.id))
        requests = [one.request for one in cases.receive if one.expect.get("verified") is not False]
        receiver = connected(manifest.id, cases.settings)
        if isinstance(receiver, Puller | Streamer) and not isinstance(receiver, WebhookReceiver):
            receiver = Items(receiver)
        if isinstance(receiver, WebhookReceiver | Items) and requests:
            yield pytest.param(manifest.id, receiver, requests, id=manifest.id)


def connected(channel, settings):
    account = Account(
        inbox_id=InboxId("i"),
        channel=channel,
        name="",
        address="+15550100",
        hook_url="https://parley.example/hooks/x/i",
        settings=fill(REGISTRY.settings_type(channel), settings).values,
    )
    return REGISTRY.connect(account, StandInHttp())


def mutated(value, dice):
    """A JSON value with something wrong in it, somewhere."""
    if isinstance(value, dict) and value and dice.random() < 0.8:
        name = dice.choice(list(value))
        kept = {n: v for n, v in value.items() if n != name}
        way = dice.randrange(5)
        if way == 0:
            return kept
        if way == 1:
            return {**value, f"{name}x": dice.choice(WRONG)}
        return {**value, name: mutated(value[name], dice) if way > 2 else dice.choice(WRONG)}
    if isinstance(value, list) and value and dice.random() < 0.8:
        at = dice.randrange(len(value))
        return [*value[:at], mutated(value[at], dice), *value[at + 1 :]]
    if isinstance(value, str) and value and dice.random() < 0.5:
        at = dice.randrange(len(value))
        return value[:at] + dice.choice(["", "\ufffd", "%zz", "\x00", HUGE]) + value[at + 1 :]
    return dice.choice(WRONG)


def mutated_pairs(text, dice):
    pairs = parse_qsl(text, keep_blank_values=True, encoding="latin-1")
    changed = mutated(dict(pairs), dice)
    flat = {str(n): v if isinstance(v, str) else json.dumps(v) for n, v in changed.items()} \
        if isinstance(changed, dict) else {"x": str(changed)}  # fmt: skip
    return urlencode(flat, encoding="utf-8", errors="surrogatepass")


def mutated_bytes(body, dice):
    raw = bytearray(body)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(raw) + 1)
        raw[at : at + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
    return bytes(raw)


def requests_of(case, dice):
    body = case.get("body")
    whole = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
    if case.get("form"):
        whole = urlencode(case["form"], doseq=True)
    url, _, query = case.get("url", "/").partition("?")
    kind = case.get("content_type", "")
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    try:
        content = json.loads(whole)
    except ValueError:
        content = None
    way = dice.random()
    if way < 0.15:
        raw = mutated_bytes(whole.encode(), dice)
    elif isinstance(content, dict | list):
        raw = json.dumps(mutated(content, dice)).encode()
    elif "=" in whole and "<" not in whole:
        raw = mutated_pairs(whole, dice).encode()
    else:
        raw = mutated_bytes(whole.encode(), dice)
    if query and (not whole or way > 0.8):
        query = mutated_pairs(query, dice)
    if way > 0.97:
        kind = dice.choice(["text/plain", "application/json", "application/xml", "\x00", ""])
    if kind:
        headers["content-type"] = kind
    return WebhookRequest(
        method=case.get("method", "POST"),
        url=f"https://parley.example{url}?{query}",
        headers=headers,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        body=raw,
        received_at=datetime(2026, 3, 4, tzinfo=UTC),
    )


@pytest.mark.parametrize(("channel", "receiver", "cases"), list(receivers()))
def test_mutations_are_malformed_at_worst(channel, receiver, cases):
    dice = random.Random(f"{channel} 1")
    encoder = msgspec.json.Encoder()
    answers = isinstance(receiver, WebhookReceiver)
    steps = (receiver.verify, receiver.handshake, receiver.ack) if answers else ()
    for _ in range(MUTATIONS):
        request = requests_of(dice.choice(cases), dice)
        start = time.process_time()
        try:
            parsed = receiver.parse(request)
        except Malformed as error:
            assert str(error)
        except ConnectorError:  # what is sealed and cannot be opened: verify does not pass it
            with pytest.raises(ConnectorError):
                receiver.verify(request)
        else:
            for event in parsed.events:
                assert event.occurred_at.tzinfo is not None
                if hasattr(event, "text"):
                    event.text.encode()  # what cannot be written cannot be stored
            encoder.encode(parsed)
        for step in steps:
            try:
                step(request)
            except ConnectorError:
                continue
        assert time.process_time() - start < SLOWEST_S, request.body[:300]


def lists_in(value, path=()):
    """Where a request holds a list of two or more objects."""
    if isinstance(value, list):
        if len(value) > 1 and all(isinstance(one, dict) for one in value):
            yield path
        for index, one in enumerate(value):
            yield from lists_in(one, (*path, index))
    if isinstance(value, dict):
        for name, one in value.items():
            yield from lists_in(one, (*path, name))


def put(value, path, one):
    if not path:
        return one
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = put(value[path[0]], path[1:], one)
    return copy


def at(value, path):
    for step in path:
        value = value[step]
    return value


def batches():
    """Requests that gave an event for each item of a list."""
    for param in receivers():
        channel, receiver, cases = param.values
        for number, case in enumerate(cases):
            body = case.get("body")
            try:
                content = json.loads(body) if isinstance(body, str) else body
            except ValueError:
                continue
            for path in lists_in(content):
                yield pytest.param(channel, receiver, {**case, "body": content}, path,
                                   id=f"{channel}-{number}-{'.'.join(map(str, path))}")  # fmt: skip


def parsed_of(receiver, case):
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    headers["content-type"] = case.get("content_type", "application/json")
    try:
        parsed = receiver.parse(
            WebhookRequest(
                method=case.get("method", "POST"),
                url="https://parley.example" + case.get("url", "/").partition("parley.example")[2],
                headers=headers,
                query=dict(parse_qsl(case.get("url", "/").partition("?")[2])),
                body=json.dumps(case["body"]).encode(),
                received_at=datetime(2026, 3, 4, tzinfo=UTC),
            )
        )
    except Malformed:
        return None
    return parsed


@pytest.mark.parametrize(("channel", "receiver", "case", "path"), list(batches()))
@pytest.mark.parametrize("bad", [None, 7, "x", [], {}], ids=repr)
def test_one_bad_item_loses_no_other(channel, receiver, case, path, bad):
    whole = facts(parsed_of(receiver, case))
    items = at(case["body"], path)
    alone = [
        facts(parsed_of(receiver, {**case, "body": put(case["body"], path, [one])}))
        for one in items
    ]
    if any(len(one) != 1 for one in alone) or set().union(*alone) != whole or len(whole) < 2:
        return  # a list inside of one event
    if not {name for name, _ in whole} <= {"MessageReceived", "ReceiptReported"}:
        return  # such as the members who joined at once: one event, told of each
    for index in range(len(items) + 1):
        spoilt = [*items[:index], bad, *items[index:]]
        parsed = parsed_of(receiver, {**case, "body": put(case["body"], path, spoilt)})
        assert whole <= facts(parsed), f"{channel}: lost by item {index}"


def facts(parsed):
    """What a request says, whatever it is called by."""
    events = parsed.events if parsed is not None else ()
    return {(type(event).__name__, event.native_id) for event in events}
