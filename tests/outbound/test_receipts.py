"""Receipts, bounces and echoes against stored messages."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from connectors.contract import InboxId
from connectors.events import ReceiptReported, ReceiptState, SenderId
from normalizer.model import BounceFacts, Message, MessageId
from storage.mongo import Session
from tests.outbound.peer import Peer
from tests.outbound.world import CUSTOMER, NOW, World
from ticketing.delivery import UNNAMED, bounce_receipts

INBOX = InboxId("inbox")
INES = SenderId(family="tel", value="+14155550123")


def receipt(native_id: str, state: ReceiptState, **more: object) -> ReceiptReported:
    """One report."""
    return ReceiptReported(
        dedupe_id=f"{native_id}:{state}",
        native_id=native_id,
        state=state,
        occurred_at=NOW,
        **more,  # type: ignore[arg-type]
    )


async def report(world: World, *receipts: ReceiptReported, inbox: InboxId = INBOX) -> None:
    """As ingest does: in a transaction of its own."""

    async def work(session: Session) -> None:
        await world.receipts.apply(session, inbox, receipts, await world.clock.now())

    await world.mongo.transaction(work)


async def sent(world: World, text: str = "one") -> Message:
    """A message that the peer took."""
    message = await world.say(text)
    await world.worker.deliver(message.conversation_id)
    return message


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "read"))))
async def test_receipts_only_move_forward(sms: World, order: tuple[ReceiptState, ...]) -> None:
    message = await sent(sms)
    for state in order:
        await report(sms, receipt(f"P-{message.id}", state))
    assert await sms.state(message) == "read"
    moves = await sms.moves(message)
    assert moves == sorted(moves, key=["sent", "delivered", "read"].index)


async def test_a_receipt_before_the_send_returned_waits_for_its_id(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.hold.clear()
    job = asyncio.create_task(sms.worker.deliver(message.conversation_id))
    await peer.got_one.wait()
    await report(sms, receipt(f"P-{message.id}", "delivered"))
    assert await sms.state(message) == "sending"
    peer.hold.set()
    await job
    assert await sms.state(message) == "delivered"


async def test_a_receipt_that_races_the_end_of_its_send_is_never_lost(
    sms: World, peer: Peer
) -> None:
    for n in range(12):
        message = await sms.say(f"reply {n}")
        await asyncio.gather(
            sms.worker.deliver(message.conversation_id),
            report(sms, receipt(f"P-{message.id}", "delivered")),
        )
        assert await sms.state(message) == "delivered"


async def test_parked_receipts_expire(sms: World) -> None:
    await report(sms, receipt("P-unknown", "delivered"))
    parked = await sms.mongo.db["provider_ids"].find_one({"native_id": "P-unknown"})
    assert parked is not None
    left = parked["expires_at"] - await sms.clock.now()
    assert timedelta(days=6) < left <= timedelta(days=7)
    indexes = await sms.mongo.db["provider_ids"].index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0


async def test_another_inbox_cannot_move_it(sms: World) -> None:
    message = await sent(sms)
    await report(sms, receipt(f"P-{message.id}", "read"), inbox=InboxId("other"))
    assert await sms.state(message) == "sent"


async def test_a_failure_after_sent_is_seen_and_yields_to_proof(sms: World) -> None:
    message = await sent(sms)
    await report(sms, receipt(f"P-{message.id}", "failed", reason="30003 unreachable"))
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.reason) == ("failed", "30003 unreachable")
    assert (await sms.ticket()).delivery_trouble == "failed"
    await report(sms, receipt(f"P-{message.id}", "delivered"))
    assert await sms.state(message) == "delivered"
    assert (await sms.ticket()).delivery_trouble == ""


async def test_one_lost_part_of_several_is_named(sms: World) -> None:
    message = await sent(sms)
    await sms.mongo.db["messages"].update_one(
        {"_id": message.id}, {"$set": {"delivery.native_ids": ["P-1", "P-2"]}}
    )
    await report(sms, receipt("P-2", "failed", reason="too long"))
    stored = await sms.message(message)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.failed_pieces) == ("sent", ("P-2",))
    assert (await sms.ticket()).delivery_trouble == "failed"
    await report(sms, receipt("P-1", "failed"))
    assert await sms.state(message) == "failed"


async def test_a_watermark_reads_all_up_to_then(sms: World) -> None:
    early = await sent(sms, "one")
    mark = await sms.clock.now() + timedelta(seconds=1)
    late = await sent(sms, "two")
    await sms.mongo.db["messages"].update_one(
        {"_id": late.id}, {"$set": {"occurred_at": mark + timedelta(seconds=1)}}
    )
    watermark = ReceiptReported(
        dedupe_id="w", native_id="", state="read", occurred_at=mark, watermark=True, senders=(INES,)
    )
    await report(sms, watermark)
    assert await sms.state(early) == "read"
    assert await sms.state(late) == "sent"


async def test_an_uncertain_one_is_settled_by_our_own_id(sms: World, peer: Peer) -> None:
    message = await sms.say("one")
    peer.answers = [(504, {})]
    await sms.worker.deliver(message.conversation_id)
    await report(sms, receipt(message.id, "delivered"))
    assert await sms.state(message) == "delivered"
    assert (await sms.ticket()).delivery_trouble == ""


async def test_a_bounce_finds_its_mail_by_message_id_and_by_envelope(mail: World) -> None:
    message, other = await sent(mail), await sent(mail, "two")
    assert message.envelope is not None
    bounce = BounceFacts(
        permanent=True,
        status="5.1.1",
        recipients=("ines@customer.example",),
        original_message_id=message.envelope.message_id,
        reason="no such user",
    )
    await report(mail, *bounce_receipts(bounce, message.envelope.message_id, NOW))
    stored = await mail.message(message)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.reason) == ("failed", "5.1.1 no such user")
    await report(mail, receipt(other.id, "failed"))  # its id stood in the envelope sender
    assert await mail.state(other) == "failed"


async def known(world: World, message: Message) -> dict[str, str]:
    """The state of each recipient of whom something is known."""
    stored = await world.message(message)
    assert stored.delivery is not None
    return {one.address: one.state for one in stored.delivery.recipients}


async def test_a_bounce_of_one_of_several_fails_that_one(mail: World) -> None:
    message = await mail.say("one", cc=("jo@partner.example",))
    await mail.worker.deliver(message.conversation_id)
    gone = receipt(message.id, "failed", recipient="JO@partner.example", reason="5.1.1 gone")
    await report(mail, gone)
    await report(mail, gone)
    assert await mail.state(message) == "sent"
    assert await known(mail, message) == {"jo@partner.example": "failed"}
    assert (await mail.ticket()).delivery_trouble == "failed"
    await report(mail, receipt(message.id, "failed", recipient="ines@customer.example"))
    assert await mail.state(message) == "failed"


async def test_a_delay_is_told_and_fails_nothing(mail: World) -> None:
    message = await sent(mail)
    await report(mail, receipt(message.id, "delayed", recipient="ines@customer.example"))
    assert await mail.state(message) == "sent"
    assert await known(mail, message) == {"ines@customer.example": "delayed"}
    assert (await mail.ticket()).delivery_trouble == ""
    told = await mail.mongo.db["events"].find_one({"changes.field": "recipient_delayed"})
    assert told is not None
    await report(mail, receipt(message.id, "delivered"))
    assert (await mail.state(message), await known(mail, message)) == ("delivered", {})


async def test_several_have_it_when_each_of_them_does(mail: World) -> None:
    message = await mail.say("one", cc=("jo@partner.example",))
    await mail.worker.deliver(message.conversation_id)
    await report(mail, receipt(message.id, "delivered", recipient="jo@partner.example"))
    assert await mail.state(message) == "sent"
    await report(mail, receipt(message.id, "delivered", recipient="ines@customer.example"))
    assert await mail.state(message) == "delivered"


async def test_one_who_has_it_and_one_who_does_not_is_no_failure_of_the_whole(mail: World) -> None:
    message = await mail.say("one", cc=("jo@partner.example",))
    await mail.worker.deliver(message.conversation_id)
    await report(mail, receipt(message.id, "failed", recipient="jo@partner.example"))
    await report(mail, receipt(message.id, "delivered", recipient="ines@customer.example"))
    assert await mail.state(message) == "delivered"
    assert (await known(mail, message))["jo@partner.example"] == "failed"
    assert (await mail.ticket()).delivery_trouble == "failed"


async def test_a_report_that_names_nobody_fails_a_lone_recipient_only(mail: World) -> None:
    several = await mail.say("one", cc=("jo@partner.example",))
    await mail.worker.deliver(several.conversation_id)
    await report(mail, receipt(several.id, "failed", recipient=UNNAMED))
    assert (await mail.state(several), await known(mail, several)) == ("sent", {"": "failed"})
    lone = await sent(mail, "two")
    await report(mail, receipt(lone.id, "failed", recipient=UNNAMED))
    assert await mail.state(lone) == "failed"


async def echo(
    world: World, native_id: str, text: str, ours: MessageId | None = None
) -> MessageId | None:
    """As ingest asks."""

    async def work(session: Session) -> MessageId | None:
        return await world.receipts.match_echo(
            session,
            inbox_id=INBOX,
            conversation_id="conv",  # type: ignore[arg-type]
            native_id=native_id,
            ours=ours,
            text=text,
            now=await world.clock.now(),
        )

    return await world.mongo.transaction(work)


async def test_echoes_are_matched_by_id_or_settle_what_is_uncertain(sms: World, peer: Peer) -> None:
    known = await sent(sms)
    assert await echo(sms, f"P-{known.id}", "whatever") == known.id
    assert await echo(sms, "V-1", "typed in the vendor's own tool") is None
    lost = await sms.say("It ships today.")
    peer.answers = [(504, {})]
    await sms.worker.deliver(lost.conversation_id)
    assert await echo(sms, "P-77", " It ships  today.") == lost.id
    stored = await sms.message(lost)
    assert stored.delivery is not None
    assert (stored.delivery.state, stored.delivery.native_ids) == ("sent", ("P-77",))
    assert CUSTOMER["sms"] == INES.canonical


async def test_an_echo_that_is_back_before_its_id_is_known_is_ours_by_its_token(
    sms: World,
) -> None:
    waiting = await sms.say("It ships today.")
    assert await echo(sms, "P-5", "with other words", ours=waiting.id) == waiting.id
    assert await echo(sms, "P-6", "with other words") is None


async def test_what_a_receipt_changed_is_given_to_the_relay_at_once(sms: World) -> None:
    """Ingest tells it after its commit: an agent sees "Read" without waiting for a sweep."""
    message = await sent(sms)
    moved = receipt(f"P-{message.id}", "read")

    async def work(session: Session) -> list[str]:
        now = await sms.clock.now()
        return [event.kind for event in await sms.receipts.apply(session, INBOX, [moved], now)]

    assert await sms.mongo.transaction(work) == ["delivery.changed"]
    assert await sms.mongo.transaction(work) == []
