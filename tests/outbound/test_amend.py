"""Undo, retry and resolve."""

import asyncio

import pytest

from outbound.deliver import claim
from outbound.errors import TooLate
from tests.outbound.peer import Peer
from tests.outbound.world import MIRA, NOW, World


async def test_undo_takes_everything_back(sms: World, peer: Peer) -> None:
    sms.undo_window(10)
    before = await sms.ticket()
    message = await sms.say("oops", then="solved")
    assert (await sms.ticket()).status == "solved"
    assert sms.bell.rung[0][2] == 10
    undone = await sms.amender.undo(MIRA, message.id, NOW)
    assert undone.delivery is not None
    assert undone.delivery.state == "cancelled"
    after = await sms.ticket()
    assert (after.status, after.open, after.waiting_since, after.message_count) == (
        before.status,
        True,
        before.waiting_since,
        before.message_count,
    )
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {}
    assert await sms.moves(message) == ["cancelled"]


async def test_nothing_leaves_within_the_undo_time(sms: World, peer: Peer) -> None:
    sms.undo_window(10)
    message = await sms.say("one")
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {}
    assert 9 < sms.bell.rung[-1][2] <= 10
    await sms.pass_time(message, 10)
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {message.id: 1}


async def test_undo_is_too_late_once_due(sms: World) -> None:
    message = await sms.say("one")
    with pytest.raises(TooLate):
        await sms.amender.undo(MIRA, message.id, NOW)
    await sms.worker.deliver(message.conversation_id)
    with pytest.raises(TooLate) as caught:
        await sms.amender.undo(MIRA, message.id, NOW)
    assert caught.value.state == "sent"


async def test_undo_races_the_claim_and_one_of_them_wins(sms: World) -> None:
    """A worker whose read is older than the undo's must not claim, nor the other way round."""
    sms.undo_window(3600)
    for n in range(10):
        message = await sms.say(f"reply {n}")
        queued = await sms.pending(message)
        claimed = claim(queued, await sms.clock.now())
        undo = asyncio.create_task(sms.amender.undo(MIRA, message.id, NOW))
        won = await sms.store.swap(queued, claimed)
        try:
            await undo
        except TooLate:
            assert won
            assert await sms.state(message) == "sending"
        else:
            assert not won
            assert await sms.state(message) == "cancelled"


async def test_retry_sends_a_failed_one_as_a_new_round(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.answers = [(400, {})]
    await sms.worker.deliver(message.conversation_id)
    again = await sms.amender.retry(MIRA, message.id)
    assert again.delivery is not None
    assert (again.delivery.state, again.delivery.attempts, again.delivery.round) == ("queued", 0, 1)
    assert (await sms.ticket()).delivery_trouble == ""
    await sms.worker.deliver(message.conversation_id)
    assert peer.arrived == {f"{message.id}.1": 1}
    assert await sms.moves(message) == ["failed", "queued", "sent"]
    with pytest.raises(TooLate):
        await sms.amender.retry(MIRA, message.id)


@pytest.mark.parametrize(("verdict", "trouble"), [("sent", ""), ("failed", "failed")])
async def test_the_agent_decides_an_uncertain_one(
    sms: World, peer: Peer, verdict: str, trouble: str
) -> None:
    message = await sms.say("one")
    peer.answers = [(504, {})]
    await sms.worker.deliver(message.conversation_id)
    decided = await sms.amender.resolve(MIRA, message.id, verdict)  # type: ignore[arg-type]
    assert decided.delivery is not None
    assert (decided.delivery.state, decided.delivery.due_at) == (verdict, None)
    assert (await sms.ticket()).delivery_trouble == trouble
    with pytest.raises(TooLate):
        await sms.amender.resolve(MIRA, message.id, "sent")
