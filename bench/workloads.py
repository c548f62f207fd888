"""Parley's own workloads, over a whole site as its user starts it."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec

from bench import samples
from bench.load import SmtpPool, post, run, standard_signature
from bench.measure import Measured, measure, percentile
from tests.api_client import ApiClient
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site

POLL_S = 0.002
SETTLE_S = 2.0  # what follows a mail's arrival is not the reply's cost
SUPPORT = "support@halden.example"
THREADS = 50


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """From accept to queryable, by polling, at light load; milliseconds."""

    name: str
    count: int
    p50_ms: float
    p99_ms: float


class Workloads:
    """Each method is one row of the report. Serials go on, so nothing is a duplicate."""

    def __init__(
        self,
        site: Site,
        inboxes: dict[str, dict[str, str]],
        sink: SmtpSink,
        session: aiohttp.ClientSession,
    ) -> None:
        self._site = site
        self._inboxes = inboxes
        self._sink = sink
        self._session = session
        self._serial = 0
        self._smtp = SmtpPool(site.smtp_port)

    def _serials(self, count: int) -> range:
        first = self._serial
        self._serial += count
        return range(first, first + count)

    async def close(self) -> None:
        """Close what the load itself holds open."""
        await self._smtp.close()

    async def warm_up(self, clients: list[ApiClient]) -> None:
        """Let every process import and connect what it needs: that is not a message's cost."""
        await self.webhook_to_ticket(count=30, in_flight=4)
        await self.mail_to_ticket(count=30, in_flight=4)
        await self.replies_out(clients, count=16, in_flight=2)

    async def _post_webhook(self, serial: int) -> None:
        body = samples.webhook(serial, THREADS)
        native_id, stamp = f"bench-{serial}", int(time.time())
        secret = self._inboxes["api"]["secret"]
        await post(
            self._session,
            self._inboxes["api"]["hook_url"],
            body,
            webhook_id=native_id,
            webhook_timestamp=str(stamp),
            webhook_signature=standard_signature(secret, native_id, stamp, body),
        )

    async def _drained(self) -> None:
        """Return when nothing is pending. Asks an index that is nearly empty: counting what is
        stored would cost the embedded server more than what is measured.
        """
        journal = self._site.db["journal"]
        async with asyncio.timeout(120):
            while await journal.find_one({"due": {"$gte": 0}}, {"_id": 1}):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.6)  # counters and marks follow a quarter second later

    async def stored(self) -> int:
        """Inbound messages in the database."""
        messages: int = await self._site.db["messages"].count_documents({"direction": "in"})
        return messages

    async def _ingest(
        self, name: str, send: Callable[[int], Awaitable[None]], *, count: int, in_flight: int
    ) -> Measured:
        """Accept to stored. Lone ones are spaced, so that each is a batch of its own."""
        serials = self._serials(count)
        before = await self.stored()

        async def act(index: int) -> None:
            await send(serials[index])
            if in_flight == 1:
                await asyncio.sleep(0.05)

        measured = await measure(
            name,
            self._site.pids,
            act,
            count=count,
            in_flight=in_flight,
            settled=self._drained,
        )
        if (added := await self.stored() - before) != count:
            raise RuntimeError(f"{added} of {count} messages were stored")
        return measured

    async def webhook_accepted(self, *, count: int, in_flight: int) -> Measured:
        """The edge and the database alone: the workers' share is another row's."""
        serials = self._serials(count)
        site = self._site
        with site.paused("worker"):
            measured = await measure(
                "webhook accepted, durable and enqueued",
                lambda: site.pids("edge") | site.pids("mongo") | site.pids("redis"),
                lambda index: self._post_webhook(serials[index]),
                count=count,
                in_flight=in_flight,
            )
        await site.settle(120)
        return measured

    async def webhook_to_ticket(self, *, count: int, in_flight: int) -> Measured:
        """The whole way in for a signed webhook."""
        return await self._ingest(
            "webhook to stored ticket", self._post_webhook, count=count, in_flight=in_flight
        )

    async def mail_to_ticket(self, *, count: int, in_flight: int) -> Measured:
        """New 34 kB mails with an attachment, each a ticket of its own."""

        async def send(serial: int) -> None:
            raw = samples.new_mail(serial, SUPPORT)
            await self._smtp.send(f"customer{serial}@posta.example", SUPPORT, raw)

        return await self._ingest(
            "new mail to ticket, 34 kB with an attachment", send, count=count, in_flight=in_flight
        )

    async def reply_to_thread(self, *, count: int, in_flight: int) -> Measured:
        """4 kB replies, each to the thread of another mail."""
        parents = list(self._serials(count))
        for parent in parents:
            raw = samples.reply(parent, SUPPORT, "nothing@posta.example")
            await self._smtp.send(f"customer{parent}@posta.example", SUPPORT, raw)
        await self._drained()

        async def send(serial: int) -> None:
            parent = parents[serial - self._first_reply]
            raw = samples.reply(serial, SUPPORT, f"bench-{parent}@posta.example")
            raw = raw.replace(b"customer%d@" % serial, b"customer%d@" % parent)
            await self._smtp.send(f"customer{parent}@posta.example", SUPPORT, raw)

        self._first_reply = self._serial
        return await self._ingest(
            "reply of 4 kB to its thread", send, count=count, in_flight=in_flight
        )

    async def smtp_accepted(self, *, count: int, in_flight: int) -> Measured:
        """The SMTP edge alone, 33 kB."""
        serials = self._serials(count)
        site = self._site

        async def act(index: int) -> None:
            raw = samples.new_mail(serials[index], SUPPORT)
            await self._smtp.send("c@posta.example", SUPPORT, raw)

        with site.paused("worker"):
            measured = await measure(
                "SMTP accepted, 33 kB",
                lambda: site.pids("edge") | site.pids("mongo") | site.pids("redis"),
                act,
                count=count,
                in_flight=in_flight,
            )
        await site.settle(180)
        return measured

    async def replies_out(
        self, clients: list[ApiClient], *, count: int, in_flight: int
    ) -> Measured:
        """An agent's reply, by the API, to the far mail server."""
        tickets = await self._new_mail_tickets(count)
        arrived = len(self._sink.envelopes)

        async def act(index: int) -> None:
            ticket_id, conversation_id = tickets[index]
            body = {"conversation_id": conversation_id, "text": samples.words(index, 60)}
            await clients[index % len(clients)].call(
                "POST",
                f"/tickets/{ticket_id}/replies",
                body | {"send_anyway": True},
                key=str(uuid.uuid4()),
            )
            if in_flight == 1:
                await asyncio.sleep(0.05)

        async def sent() -> None:
            async with asyncio.timeout(180):
                while len(self._sink.envelopes) < arrived + count:  # noqa: ASYNC110  a thread's
                    await asyncio.sleep(0.05)

        return await measure(
            "reply out to the SMTP sink",
            self._site.pids,
            act,
            count=count,
            in_flight=in_flight,
            settled=sent,
        )

    async def changes(self, clients: list[ApiClient], *, count: int, in_flight: int) -> Measured:
        """A change of a ticket by the API: its priority, its tags."""
        tickets = await self._new_mail_tickets(max(32, in_flight * 2))

        async def act(index: int) -> None:
            ticket_id, _ = tickets[index % len(tickets)]
            changed = {
                "priority": ("high", "low")[index // len(tickets) % 2],
                "tags": [f"t{index}"],
            }
            client = clients[index % len(clients)]
            await client.call("PATCH", f"/tickets/{ticket_id}", changed)
            if in_flight == 1:
                await asyncio.sleep(0.05)

        return await measure(
            "change of a ticket by the API",
            self._site.pids,
            act,
            count=count,
            in_flight=in_flight,
            settled=lambda: asyncio.sleep(SETTLE_S),
        )

    async def _new_mail_tickets(self, count: int) -> list[tuple[str, str]]:
        """(ticket, conversation) of as many mails as there will be replies."""
        first = self._serial
        await self.mail_to_ticket(count=count, in_flight=16)
        await asyncio.sleep(SETTLE_S)
        senders = [
            f"mailto:customer{serial}@posta.example" for serial in range(first, self._serial)
        ]
        found = self._site.db["conversations"].find({"recipient": {"$in": senders}})
        return [(one["ticket_id"], one["_id"]) for one in await found.to_list(count)]

    async def accept_to_queryable(self, *, count: int) -> Latency:
        """From the provider's 2xx until a query finds the message."""
        taken = []
        for serial in self._serials(count):
            await self._post_webhook(serial)
            began = time.perf_counter()
            async with asyncio.timeout(30):
                while not await self._found(f"bench-{serial}"):  # noqa: ASYNC110  that is what is timed
                    await asyncio.sleep(POLL_S)
            taken.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(0.1)
        return Latency(
            name="accept to queryable, light load",
            count=count,
            p50_ms=percentile(taken, 0.5),
            p99_ms=percentile(taken, 0.99),
        )

    async def _found(self, native_id: str) -> bool:
        where = {"inbox_id": self._inboxes["api"]["id"], "native_id": native_id}
        return await self._site.db["messages"].find_one(where, {"_id": 1}) is not None

    async def read(
        self, name: str, path: str, *, count: int, **query: str | int | Callable[[int], str]
    ) -> Measured:
        """A lone agent's GET, again and again."""

        async def act(index: int) -> None:
            asked = {key: one(index) if callable(one) else one for key, one in query.items()}
            await self._site.client.call("GET", path, query=asked)

        await run(act, 3, 1)
        return await measure(name, self._site.pids, act, count=count, in_flight=1)
