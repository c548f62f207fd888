"""``parley explain mail --inbox``: which ticket a mail would join there, and by which rule."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

from config.settings import Settings
from connectors.contract import InboxId
from connectors.events import SenderTrust
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.commands.exits import WRONG_ARGUMENTS
from gateway.endpoints import reachable
from storage.ids import utc_now
from storage.record import JournalId, JournalRecord
from ticketing.ingest.model import Line
from ticketing.ingest.read import read_record
from ticketing.ingest.weigh import Weighed, weigh

Weigh = Callable[[bytes, SenderTrust | None], Weighed | None]


@contextmanager
def weighing(settings: Settings, inbox: str) -> Iterator[Weigh]:
    """Weighs raw mails against what the stores hold now; ``inbox`` is an id or an address."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        base, line = runner.run(_open(stack, settings, inbox))
        try:
            yield lambda raw, trust: runner.run(_weighed(base, line, raw, trust))
        finally:
            runner.run(stack.aclose())


async def _open(stack: AsyncExitStack, settings: Settings, inbox: str) -> tuple[Foundation, Line]:
    reached = await stack.enter_async_context(reachable(settings))
    base = await stack.enter_async_context(foundation(reached))
    id = await base.directory.inbox_for(inbox) if "@" in inbox else InboxId(inbox)
    line = await base.directory.line(id) if id else None
    if line is None:
        await stack.aclose()
        print(f"parley explain: there is no active inbox {inbox!r}", file=sys.stderr)
        raise SystemExit(WRONG_ARGUMENTS)
    return base, line


async def _weighed(
    base: Foundation, line: Line, raw: bytes, trust: SenderTrust | None
) -> Weighed | None:
    unit = read_record(_record(line, raw), line, trust)
    found = await weigh(unit, base.collections, base.reply_tokens)
    return found[0] if found else None


def _record(line: Line, raw: bytes) -> JournalRecord:
    """As the SMTP edge would write it, without an envelope."""
    now = utc_now()
    return JournalRecord(
        id=JournalId("explain"),
        inbox_id=line.inbox.id,
        channel=line.inbox.channel,
        transport="smtp",
        received_at=now,
        partition=0,
        headers={},
        query={},
        method="",
        url="",
        body=raw,
        blob=None,
        request_id="explain",
        state="pending",
        attempts=0,
        reason=None,
        retry_at=now,
    )
