"""Every change that a call makes is written down, also where its handler says no word of it.

Changes of tickets are told by their events. For all else a fact follows the handler's success: of
what the handler noted, or else of what was asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from gateway.api.call import AnyCall, Handler, Noted, Result
from gateway.api.operation import Operation
from ticketing import facts
from ticketing.audit.model import Fact, Subject
from ticketing.audit.recording import fact

Record = Callable[[Iterable[Fact]], Awaitable[None]]


def audited(operation: Operation, handler: Handler, record: Record) -> Handler:
    """The handler, followed by its facts; itself where there is nothing to write down."""
    if operation.audited != "fact":
        return handler

    async def handle(call: AnyCall) -> Result:
        result = await handler(call)
        # a client that hangs up now has changed something all the same
        await asyncio.shield(record(_facts(operation, call)))
        return result

    return handle


def _facts(operation: Operation, call: AnyCall) -> list[Fact]:
    noted = call.noted or [_asked(operation, call)]
    actor = facts.of_viewer(call.viewer)
    return [
        fact(operation.name, one.subject, actor, call.now, before=one.before, after=one.after)
        for one in noted
    ]


def _asked(operation: Operation, call: AnyCall) -> Noted:
    subject = Subject(kind=operation.tag, id=call.params.get("id", ""))
    return Noted(subject=subject, after=call.body or call.query)
