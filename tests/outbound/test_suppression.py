"""Addresses that are not written to: how they come on the list, what that stops, how they leave."""

from datetime import timedelta

import msgspec
import pytest

from connectors.events import ReceiptReported, ReceiptState
from normalizer.model import Message, RecipientDelivery
from outbound.errors import CannotReply
from outbound.suppression.model import SuppressionKind, suppression_id
from outbound.suppression.policy import lasting, stops
from storage.mongo import Session
from tests.outbound.world import MIRA, NOW, World
from ticketing.errors import Forbidden, NotFound

INES = "ines@customer.example"


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        ("5.1.1", "550 5.1.1 no such user", "bounced"),
        ("", "550 5.1.1 no such user", "bounced"),
        ("5.1.10", "RESOLVER.ADR.RecipientNotFound", "bounced"),
        ("5.2.1", "mailbox disabled", "bounced"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "bounced"),
        ("5.4.4", "Host or domain name not found", "bounced"),
        ("5.0.0", "550 unknown user", "bounced"),
        ("", "550 No such user here", "bounced"),
        ("5.2.2", "552 5.2.2 mailbox full", None),
        ("5.3.4", "message too large", None),
        ("5.6.1", "bad content", None),
        ("5.7.1", "550 5.7.1 blocked by policy", None),
        ("5.1.8", "bad sender's address", None),
        ("5.4.7", "delivery time expired", None),
        ("5.0.0", "550 spam message rejected", None),
        ("", "554 transaction failed", None),
        ("", "", None),
    ],
)
def test_only_what_speaks_of_the_address_suppresses_it(
    status: str, reason: str, kind: str | None
) -> None:
    failed = RecipientDelivery(address=INES, state="failed", at=NOW, reason=reason, status=status)
    assert lasting(failed) == kind
    assert lasting(msgspec.structs.replace(failed, state="delayed")) is None
    assert lasting(msgspec.structs.replace(failed, state="complained")) == "complained"


async def report(world: World, message: Message, state: ReceiptState, recipient: str) -> None:
    """A bounce that ingest read."""
    told = ReceiptReported(
        dedupe_id=f"{message.id}:{recipient}",
        native_id=message.id,
        state=state,
        occurred_at=NOW,
        reason="5.1.1 no such user",
        recipient=recipient,
    )

    async def work(session: Session) -> None:
        await world.receipts.apply(session, world.inbox.id, [told], await world.clock.now())

    await world.mongo.transaction(work)


async def sent(world: World, words: str, **more: object) -> Message:
    """Taken by the provider."""
    message = await world.say(words, **more)
    await world.worker.deliver(message.conversation_id)
    return message


async def test_a_bounced_address_is_refused_at_once_with_the_reason(mail: World) -> None:
    await report(mail, await sent(mail, "one"), "failed", INES)
    with pytest.raises(CannotReply, match="no such user") as refused:
        await mail.say("two")
    assert refused.value.field == "recipient"
    assert INES in refused.value.reason


async def test_an_address_in_copy_too(mail: World) -> None:
    message = await sent(mail, "one", cc=("Jo@partner.example",))
    await report(mail, message, "failed", "jo@partner.example")
    with pytest.raises(CannotReply, match=r"jo@partner\.example") as refused:
        await mail.say("two", cc=("JO@Partner.example",))
    assert refused.value.field == "cc"
    await mail.say("without her")


async def test_a_report_cannot_suppress_whom_the_mail_did_not_go_to(mail: World) -> None:
    message = await sent(mail, "one", cc=("jo@partner.example",))
    await report(mail, message, "failed", "victim@other.example")
    assert await mail.suppressions.page("", 10) == []


async def test_what_was_queued_before_is_stopped_later(mail: World) -> None:
    message = await sent(mail, "one")
    waiting = await mail.say("two", cc=("jo@partner.example",))
    await report(mail, message, "failed", INES)
    later = {"$set": {"delivery.queued_at": NOW - timedelta(hours=1)}}
    await mail.mongo.db["outbox"].update_one({"_id": waiting.id}, later)
    await mail.worker.deliver(waiting.conversation_id)
    stored = await mail.message(waiting)
    assert stored.delivery is not None
    assert stored.delivery.state == "sent"  # to the one who is in copy
    [one] = stored.delivery.recipients
    assert (one.address, one.state) == (INES, "failed")
    assert mail.sender.sent[-1].mail.taken == (INES,)  # type: ignore[union-attr]


async def test_trying_again_tells_that_the_address_is_suppressed(mail: World) -> None:
    message = await sent(mail, "one")
    await report(mail, message, "failed", INES)
    await mail.amender.retry(MIRA, message.id)
    await mail.worker.deliver(message.conversation_id)
    stored = await mail.message(message)
    assert stored.delivery is not None
    assert stored.delivery.state == "failed"
    assert stored.delivery.reason.startswith("suppressed Nothing is sent to")
    await mail.suppressions.lift(MIRA, suppression_id(INES))
    await mail.amender.retry(MIRA, message.id)
    await mail.worker.deliver(message.conversation_id)
    assert await mail.state(message) == "sent"


async def test_who_complained_is_lifted_by_an_administrator_only(mail: World) -> None:
    await report(mail, await sent(mail, "one"), "complained", INES)
    [listed] = await mail.suppressions.page("", 10)
    assert listed.kind == "complained"
    with pytest.raises(Forbidden):
        await mail.suppressions.lift(MIRA, listed.id)
    await mail.suppressions.lift(msgspec.structs.replace(MIRA, role="admin"), listed.id)
    with pytest.raises(NotFound):
        await mail.suppressions.lift(MIRA, listed.id)


async def test_an_entry_ends(mail: World) -> None:
    await report(mail, await sent(mail, "one"), "failed", INES)
    [listed] = await mail.suppressions.page("", 10)
    assert listed.expires_at is not None
    assert listed.expires_at - listed.at == timedelta(days=30)
    assert stops(listed, listed.at, automatic=False)
    assert not stops(listed, listed.expires_at, automatic=True)
    past = {"$set": {"expires_at": NOW - timedelta(days=365)}}
    await mail.mongo.db["suppressions"].update_one({"_id": listed.id}, past)
    await mail.say("two")


async def test_who_left_is_answered_by_people_and_not_by_robots(mail: World) -> None:
    now = await mail.clock.now()
    await mail.suppressions.add(INES, kind="unsubscribed", reason="", days=None, now=now)
    assert await mail.suppressions.stopped([INES], now, automatic=True)
    assert not await mail.suppressions.stopped([INES], now)


async def test_the_list_is_read_in_pages(mail: World) -> None:
    now = await mail.clock.now()
    for n in range(5):
        at = now - timedelta(seconds=n // 2)
        await mail.suppressions.add(f"p{n}@x.example", kind="added", reason="", days=1, now=at)
    seen: list[str] = []
    page = await mail.suppressions.page("", 2)
    while page:
        seen += [one.address for one in page]
        page = await mail.suppressions.page(page[-1].id, 2)
    assert len(seen) == len(set(seen)) == 5
    assert {*seen[:2]} == {"p0@x.example", "p1@x.example"}


@pytest.mark.parametrize("kind", ["added", "complained"])
async def test_a_bounce_takes_no_weightier_entrys_place(mail: World, kind: SuppressionKind) -> None:
    """An agent may lift a bounce, and it ends: whoever lets a mail come back must gain nothing."""
    message = await sent(mail, "one")
    now = await mail.clock.now()
    await mail.suppressions.add(INES, kind=kind, reason="", days=None, now=now)
    await report(mail, message, "failed", INES)
    [listed] = await mail.suppressions.page("", 10)
    assert (listed.kind, listed.expires_at) == (kind, None)


async def test_who_left_has_left_for_good_although_a_mail_comes_back(mail: World) -> None:
    message = await sent(mail, "one")
    now = await mail.clock.now()
    await mail.suppressions.leave(INES, now)
    await report(mail, message, "failed", INES)
    [stopped] = (await mail.suppressions.stopped([INES], now, automatic=True)).values()
    assert stopped.kind == "bounced"  # so that people are told too
    await mail.suppressions.lift(MIRA, suppression_id(INES))
    [stopped] = (await mail.suppressions.stopped([INES], now, automatic=True)).values()
    assert stopped.kind == "unsubscribed"
    assert await mail.suppressions.remove(INES)
    assert not await mail.suppressions.stopped([INES], now, automatic=True)


async def test_who_leaves_opens_nothing_that_was_stopped(mail: World) -> None:
    now = await mail.clock.now()
    await mail.suppressions.add(INES, kind="bounced", reason="", days=30, now=now)
    await mail.suppressions.leave(INES, now)
    assert await mail.suppressions.stopped([INES], now)
