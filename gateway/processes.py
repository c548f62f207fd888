"""The life of an edge and of a worker process: up, waiting, drained, gone."""

import asyncio
import logging
from collections.abc import Coroutine

from config.settings import Settings
from gateway.app import Server
from gateway.backoff import Backoff
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.channel_files import follow_files
from gateway.schema import MIGRATIONS
from gateway.supervisor import HTTP_FD, SMTP_FD, Stopping, inherited
from gateway.tasks import cancelled
from storage.migrations import Migrator

log = logging.getLogger(__name__)

SENDS_END_S = 15.0
Loop = asyncio.Task[None]


async def edge(settings: Settings) -> int:
    """HTTP and SMTP until told to stop."""
    from gateway.bootstrap.edge import edge as build

    stopping = Stopping()
    stopping.watch()
    async with foundation(settings) as base:
        parts = build(base)
        server = Server(parts.app, inherited(HTTP_FD, settings.http_host, settings.http_port))
        tasks = [
            _running("migrations", migrated(base), stopping),
            _running("inboxes", base.directory.follow(base.pubsub), stopping),
            _running("channels", follow_files(base.registry), stopping),
            _running("catalogue", base.catalogues.follow(base.pubsub), stopping),
            _running("people", parts.sessions.follow(base.pubsub), stopping),
            _running("live", parts.hub.run(), stopping),
            _running("chat", parts.chat.run(), stopping),
            _running("relay", base.relay.run(), stopping),
            _running("search", parts.words.run(), stopping),
        ]
        await server.start()
        if settings.smtp_enabled:
            await parts.smtp.start(inherited(SMTP_FD, settings.smtp_host, settings.smtp_port))
        await stopping.wait()
        log.info("draining")
        parts.closing.set()
        await asyncio.gather(parts.live.close(), parts.chat.close(), parts.smtp.close())
        await server.stop()
        await cancelled(tasks)
    return 1 if stopping.failed else 0


async def labour(settings: Settings) -> int:
    """Ingest, deliver, relay and sweep until told to stop."""
    from gateway.bootstrap.labour import labour as build

    stopping = Stopping()
    stopping.watch()
    async with foundation(settings) as base:
        ready = _running("migrations", migrated(base), stopping)
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait({ready, stop}, return_when=asyncio.FIRST_COMPLETED)
        parts = build(base)
        tasks = [] if stop.done() else [
            _running(name, loop(), stopping) for name, loop in parts.loops.items()
        ]  # fmt: skip
        await stop
        log.info("draining")
        await cancelled([ready, *tasks])
        await parts.deliverer.close(SENDS_END_S)
    return 1 if stopping.failed else 0


async def migrated(base: Foundation) -> None:
    """Indexes and data as this version needs them; tried until the database is there."""
    backoff = Backoff(first_s=0.2, longest_s=10.0)
    while True:
        try:
            done = await Migrator(base.mongo, MIGRATIONS).run()
        except Exception:
            log.warning("the database is not ready", exc_info=True)
            await backoff.wait()
        else:
            if done:
                log.info("migrated", extra={"migrations": len(done)})
            return


def _running(name: str, work: Coroutine[None, None, None], stopping: Stopping) -> Loop:
    """A task that must not end by an error: then the process drains, and is started anew."""
    task = asyncio.create_task(work, name=name)

    def ended(task: Loop) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("a loop ended", exc_info=error, extra={"loop": name})
            stopping.ask(failed=True)

    task.add_done_callback(ended)
    return task
