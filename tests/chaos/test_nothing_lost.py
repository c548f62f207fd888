"""Customers write and agents answer while edge, worker, database and Redis are killed at random.

Afterwards: every acknowledged message is stored exactly once, each thread in one ticket; every
reply reached the far side exactly once or is marked uncertain; nothing is stuck.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.chaos.agents import Answered, answer
from tests.chaos.reaper import Reaper
from tests.chaos.traffic import Customers, Utterance
from tests.peers.provider import Provider
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site, connected_inboxes

SEED = 20261122
CUSTOMERS = 20  # per channel
MESSAGES = 5  # per customer
REPLIES = 120
ROUNDS = 5
SETTLE_S = 240.0  # a lost claim: 90 s of its lease, then 120 s in which it holds its queue

pytestmark = pytest.mark.chaos


def _schedule(customers: Customers) -> list[Utterance]:
    """Everything once, every fourth webhook twice, shuffled within a window of forty."""
    kinds = (customers.mail, customers.api, customers.telegram, customers.sms)
    once = [kind(c, i) for i in range(MESSAGES) for c in range(CUSTOMERS) for kind in kinds]
    order = [
        (position + dice, utterance)
        for position, utterance in enumerate(once)
        for dice in _positions(position, utterance)
    ]
    return [utterance for _, utterance in sorted(order, key=lambda pair: pair[0])]


def _positions(position: int, utterance: Utterance) -> list[float]:
    dice = random.Random(f"{SEED}/{position}")
    again = position % 4 == 1 and utterance.channel != "email"
    return [dice.uniform(0, 40) for _ in range(2 if again else 1)]


async def _send_all(utterances: Iterable[Utterance]) -> None:
    line = iter(utterances)

    async def customer() -> None:
        for utterance in line:
            await utterance.deliver()
            await asyncio.sleep(0.2)

    await asyncio.gather(*(customer() for _ in range(12)))


async def _answer_some(site: Site, count: int) -> list[Answered]:
    """Answers tickets as they appear, a few at a time."""
    serials, given = iter(range(count)), []

    async def agent() -> None:
        for serial in serials:
            tickets = await site.tickets_patiently()
            ticket = random.Random(f"{SEED}/r{serial}").choice(tickets)
            given.append(await answer(site.client, ticket["id"], serial))
            await asyncio.sleep(0.5)

    await asyncio.gather(*(agent() for _ in range(4)))
    return given


def _expected(utterances: Iterable[Utterance]) -> dict[str, Utterance]:
    return {utterance.text: utterance for utterance in utterances}


def _stored_once(stored: list[dict[str, Any]], expected: dict[str, Utterance]) -> None:
    counts = Counter(message["text"].strip() for message in stored)
    lost = [text for text in expected if counts[text] == 0]
    doubled = [text for text in expected if counts[text] > 1]
    assert not lost, f"{len(lost)} acknowledged messages are lost: {lost[:5]}"
    assert not doubled, f"{len(doubled)} messages are stored twice: {doubled[:5]}"


def _one_ticket_each(stored: list[dict[str, Any]], expected: dict[str, Utterance]) -> None:
    tickets: dict[str, set[str]] = defaultdict(set)
    for message in stored:
        if utterance := expected.get(message["text"].strip()):
            tickets[utterance.thread].add(message["ticket_id"])
    torn = {thread: ids for thread, ids in tickets.items() if len(ids) != 1}
    assert not torn, f"threads torn over several tickets: {torn}"
    mixed = [ids for ids, n in Counter(min(ids) for ids in tickets.values()).items() if n > 1]
    assert not mixed, f"tickets that hold several customers' threads: {mixed}"


def _arrivals(provider: Provider, sink: SmtpSink, texts: Iterable[str]) -> Counter[str]:
    arrived = [text for _, _, text in provider.sent]
    arrived += [str(mail.get_payload()) + mail.as_string() for mail in sink.mails]
    return Counter({text: sum(text in one for one in arrived) for text in texts})


def _answered_once(
    answers: list[Answered], arrived: Counter[str], states: dict[str, str]
) -> Counter[str]:
    figures: Counter[str] = Counter()
    for given in answers:
        state, times = states[given.message_id], arrived[given.text]
        assert times <= 1, f"{given.text!r} reached the customer {times} times"
        assert state not in {"queued", "sending"}, f"{given.text!r} is stuck in {state}"
        assert times == 1 or state == "uncertain", f"{given.text!r} is {state} but never arrived"
        figures[state] += 1
    return figures


async def test_nothing_acknowledged_is_lost_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    """The chaos test of the whole product; it prints its figures."""
    async with Provider() as provider, aiohttp.ClientSession() as http:
        with SmtpSink() as sink:
            async with Site(tmp_path) as site:
                inboxes = await connected_inboxes(site, provider, sink)
                utterances = _schedule(Customers(http, inboxes))
                reaper = Reaper(site, SEED)
                began = time.monotonic()
                _, answers, _ = await asyncio.gather(
                    _send_all(utterances), _answer_some(site, REPLIES), reaper.run(ROUNDS)
                )
                await site.settle(SETTLE_S)
                expected = _expected(utterances)
                stored = await site.inbound_messages()
                _stored_once(stored, expected)
                _one_ticket_each(stored, expected)
                states = await site.delivery_states(answer.message_id for answer in answers)
                arrived = _arrivals(provider, sink, [answer.text for answer in answers])
                figures = _answered_once(answers, arrived, states)
                assert await site.stuck() == {}, "the journal still holds something"
    print(
        f"\nchaos: {len(expected)} messages in {len(utterances)} deliveries, "
        f"{len(answers)} replies, {time.monotonic() - began:.0f} s; killed {dict(reaper.killed)};"
        f" replies ended as {dict(figures)}; nothing lost, nothing doubled, nothing stuck"
    )
