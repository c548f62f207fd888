"""One message that goes out as several requests: some may fail without repeating the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from connectors.contract import Accepted, OutcomeUnknown, Rejected, RetryLater, SendOutcome

BUDGET_S = 55.0
SHORTEST_S = 1.0


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """``name`` is what an agent reads when this piece did not go: "photo.jpg"."""

    name: str
    send: Callable[[], Awaitable[SendOutcome]]


async def send_pieces(pieces: Sequence[Piece], budget_s: float = BUDGET_S) -> SendOutcome:
    """Send in order, all within ``budget_s``: who calls ``Sender.send`` waits for a minute.

    When the first does not go, nothing went: its outcome is the message's. Afterwards a piece that
    must wait is waited for while there is time, and one that fails is named in ``failed``: sending
    all again would repeat what the customer already has.
    """
    ids: list[str] = []
    failed: list[str] = []
    deadline = asyncio.get_running_loop().time() + budget_s
    for index, piece in enumerate(pieces):
        outcome = await _in_time(piece, deadline, patient=index > 0)
        if isinstance(outcome, Accepted):
            ids.extend(outcome.native_ids)
        elif index == 0:
            return outcome
        else:
            failed.append(f"{piece.name}: {outcome.reason}")
    return Accepted(native_ids=tuple(ids), failed=tuple(failed))


async def _in_time(piece: Piece, deadline: float, *, patient: bool) -> SendOutcome:
    if asyncio.get_running_loop().time() >= deadline:
        return Rejected(reason="not sent, the pieces before it took all the time")
    try:
        async with asyncio.timeout_at(deadline):
            return await (_patiently(piece, deadline) if patient else piece.send())
    except TimeoutError:
        return OutcomeUnknown(reason="no answer in time")


async def _patiently(piece: Piece, deadline: float) -> SendOutcome:
    while True:
        outcome = await piece.send()
        if not isinstance(outcome, RetryLater):
            return outcome
        wait = max(outcome.after_s or 0.0, SHORTEST_S)
        if asyncio.get_running_loop().time() + wait > deadline:
            return outcome
        await asyncio.sleep(wait)
