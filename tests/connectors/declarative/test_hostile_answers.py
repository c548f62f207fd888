# ruff: noqa: E501 - answers on one line each
"""Whatever a provider answers, a send ends with an outcome and never with an exception."""

import json
import random

import msgspec
import pytest

from connectors.cases import SendCase
from connectors.check import load_cases
from connectors.contract import Account, InboxId, Sender, SendOutcome
from connectors.explain import outbound_message
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp
from tests.connectors.test_mutations import mutated

REGISTRY = Registry.load()
SENDING = [
    m.id for m in REGISTRY.manifests() if REGISTRY.installed(m.id).declared and m.can("reply")
]
BODIES = ("", "null", "[]", "{}", "[[[", "<a", "<a>" * 5000, "[" * 50_000, '{"a":' * 50_000, "\x00", "0", '"x"',
          "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", '{"id": "' + "9" * 9000 + '"}', "a=1&b", "Success")  # fmt: skip
STATUSES = (100, 200, 201, 204, 301, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 599)
HEADERS = ({}, {"Retry-After": "x"}, {"Retry-After": "-1"}, {"Retry-After": "9" * 400},
           {"Content-Type": "application/json; charset=klingon"}, {"Content-Type": "\x00"})  # fmt: skip


def replies(case, dice):
    for canned in case.get("replies", ({},)):
        body = canned.get("body", "")
        try:
            content = json.loads(body) if isinstance(body, str) else body
        except ValueError:
            content = None
        if isinstance(content, dict | list) and dice.random() < 0.6:
            body = json.dumps(mutated(content, dice))
        elif dice.random() < 0.8:
            body = dice.choice(BODIES)
        status = canned.get("status", 200) if dice.random() < 0.5 else dice.choice(STATUSES)
        yield CannedReply(status=status, body=body, headers=dice.choice(HEADERS))


@pytest.mark.parametrize("channel", SENDING)
async def test_every_answer_has_an_outcome(channel):
    dice = random.Random(channel)
    cases = load_cases(REGISTRY.installed(channel))
    for _ in range(60):
        case = dice.choice(cases.reply)
        http = StandInHttp([*replies(case.send, dice), *replies(case.send, dice)])
        account = Account(
            inbox_id=InboxId("i"), channel=channel, name="", address="+15550100", hook_url="https://p.example/h",
            settings=fill(REGISTRY.settings_type(channel), {**cases.settings, **case.settings}).values,
        )  # fmt: skip
        sender = REGISTRY.connect(account, http)
        assert isinstance(sender, Sender)
        message = outbound_message(msgspec.convert(case.send, SendCase, strict=False).message)
        assert isinstance(await sender.send(message), SendOutcome)
