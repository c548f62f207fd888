"""Long poll: for bots that no webhook can reach. One poller a bot, in the whole cluster."""

import asyncio
import logging

import msgspec

from connectors.channels.telegram.payload import ALLOWED
from connectors.contract import Sink
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.backoff import Backoff
from connectors.metrics import STREAM_POLLS

log = logging.getLogger(__name__)

WAIT_S = 25
TIMEOUT_S = 35.0
BATCH = 100
OK, CONFLICT, TOO_MANY = 200, 409, 429
OUTCOMES = {OK: "ok", CONFLICT: "conflict", TOO_MANY: "limited"}


class Batch(msgspec.Struct, frozen=True):
    """The answer of getUpdates, each update still as it came."""

    ok: bool = False
    result: list[msgspec.Raw] = []


class Numbered(msgspec.Struct, frozen=True):
    """The one field that moves the offset."""

    update_id: int


class Poller:
    """Hands over update by update; asking from N on tells Telegram to forget all before N, so the
    offset moves only when the sink has stored what came before.
    """

    def __init__(self, http: Http, api: str, backoff: Backoff | None = None) -> None:
        self._http = http
        self._api = api
        self._backoff = backoff or Backoff()
        self._offset: int | None = None

    async def run(self, sink: Sink) -> None:
        """Until cancelled, or until ``sink`` raises."""
        await self._free()
        while True:
            batch = await self._poll()
            if batch is None:
                await asyncio.sleep(self._backoff.next())
                continue
            self._backoff.reset()
            for raw in batch.result:
                await sink(bytes(raw))
                self._offset = msgspec.json.decode(raw, type=Numbered).update_id + 1

    async def _free(self) -> None:
        """While a webhook is set, Telegram refuses to be polled."""
        while await self._turn("deleteWebhook", {}) is None:
            pause = self._backoff.next()
            await asyncio.sleep(pause)

    async def _poll(self) -> Batch | None:
        arguments = {"timeout": WAIT_S, "limit": BATCH, "allowed_updates": ALLOWED}
        if self._offset is not None:
            arguments["offset"] = self._offset
        reply = await self._turn("getUpdates", arguments)
        return reply.read(Batch) if reply else None

    async def _turn(self, method: str, arguments: dict[str, object]) -> HttpReply | None:
        """One call; None when it did not succeed (409: somebody else polls this bot)."""
        try:
            reply = await self._http.request(
                "POST",
                f"{self._api}/{method}",
                headers={"Content-Type": "application/json"},
                body=msgspec.json.encode(arguments),
                timeout_s=TIMEOUT_S,
            )
        except (NotSent, LineBroken) as error:
            STREAM_POLLS.labels("telegram", "line").inc()
            log.warning("telegram %s did not get through: %s", method, error)
            return None
        STREAM_POLLS.labels("telegram", OUTCOMES.get(reply.status, "refused")).inc()
        if reply.status == OK:
            return reply
        log.warning("telegram %s was answered %s", method, reply.status)
        return None
