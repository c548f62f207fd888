"""What ingest does with what was found out of a mail's sender, and while it is not known yet."""

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from connectors.events import SenderTrust
from storage.journal import partition_of
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT, MAIL

HOUR = timedelta(hours=1)
FORGED = SenderTrust(verdict="fail", source="computed", domain="x.example", dmarc="fail")
PROVEN = SenderTrust(verdict="pass", source="computed", domain="x.example", dmarc="pass")


async def test_the_result_is_stored_on_the_message(house):
    house.senders["*"] = PROVEN
    await house.mail_in(a_mail())
    (message,) = await house.messages()
    assert message.trust == PROVEN
    assert message.warnings == ()


async def test_a_forged_mail_joins_by_its_thread_with_a_warning(house):
    await house.mail_in(a_mail())
    house.senders["*"] = FORGED
    await house.mail_in(a_mail(id="two@x.example", refs=("root@x.example",)), at=NOW + HOUR)
    first, second = await house.messages()
    assert second.ticket_id == first.ticket_id
    assert second.warnings == ("sender-failed",)
    assert second.trust.verdict == "fail"


async def test_a_forged_mail_with_a_number_begins_a_ticket_of_its_own(house):
    await house.mail_in(a_mail())
    house.senders["*"] = FORGED
    forged = a_mail(
        id="two@x.example",
        sender="Boss <ana@x.example>",
        subject="Re: [#1] pay here",
        extra="Reply-To: eve@evil.example\nCc: eve@evil.example\n",
    )
    await house.mail_in(forged, at=NOW + HOUR)
    tickets = await house.tickets()
    assert [one.message_count for one in tickets] == [1, 1]
    conversations = await house.collections.conversations.find({}, limit=10)
    (begun,) = [one for one in conversations if one.ticket_id == tickets[1].id]
    assert begun.recipient == "mailto:ana@x.example"
    assert begun.participants == ("mailto:ana@x.example",)


async def test_a_signed_reply_address_outweighs_a_failing_check(house):
    await house.mail_in(a_mail())
    house.senders["*"] = FORGED
    address = house.tokens.ticket_address("support@halden.example", MAIL, 1)
    await house.mail_in(a_mail(id="two@x.example", to=address), at=NOW + HOUR)
    _, second = await house.messages()
    assert (await house.ticket(1)).message_count == 2
    assert "sender-failed" in second.warnings


async def test_a_forged_name_does_not_rename_the_customer(house):
    await house.mail_in(a_mail(sender="ana@x.example"))
    house.senders["*"] = FORGED
    await house.mail_in(
        a_mail(id="two@x.example", sender="The Boss <ana@x.example>", refs=("root@x.example",)),
        at=NOW + HOUR,
    )
    (contact,) = await house.collections.contacts.find({}, limit=10)
    assert contact.name == "ana@x.example"


def answer(id="a1@halden.example", **more):
    return a_mail(
        id=id,
        sender="Mira <mira@halden.example>",
        to="ana@x.example, support@halden.example",
        date="Sun, 01 Mar 2026 11:00:00 +0000",
        **more,
    )


async def test_our_own_address_counts_when_its_domain_is_proven(house):
    await house.mail_in(a_mail())
    house.senders["*"] = replace(PROVEN, domain="halden.example")
    await house.mail_in(answer(subject="Re: [#1] Zip"), at=NOW + HOUR)
    ticket = await house.ticket(1)
    assert (ticket.message_count, ticket.waiting_since) == (2, None)
    assert (await house.messages())[1].warnings == ()


async def test_our_own_address_does_not_count_when_its_domain_denies_it(house):
    """The customer knows the thread as well as we do."""
    await house.mail_in(a_mail())
    house.senders["*"] = FORGED
    await house.mail_in(answer(refs=("root@x.example",)), at=NOW + HOUR)
    ticket = await house.ticket(1)
    assert (ticket.message_count, ticket.waiting_since) == (2, NOW)
    assert (await house.messages())[1].warnings == ("sender-unproven",)


async def test_a_slow_check_holds_up_nobody_else_and_rings_when_it_is_done(house):
    answered = asyncio.Event()

    async def slow():
        await answered.wait()
        return PROVEN

    house.senders[await house.put(MAIL, a_mail())] = slow
    await house.put(MAIL, a_mail(id="quick@y.example", sender="bo@y.example"))
    assert await house.drain(MAIL) == 1
    assert [one.native_id for one in await house.messages()] == ["quick@y.example"]
    assert await house.events_in(CHAT, said()) >= 1
    assert house.called == []
    answered.set()
    await asyncio.wait_for(house.rung_for.wait(), 5)
    assert house.called == [partition_of(MAIL)]
    assert await house.drain(MAIL) == 1
    assert [one.trust.verdict for one in await house.messages(native_id="root@x.example")] == [
        "pass"
    ]


async def test_waiting_mails_take_nobody_s_place(house, monkeypatch):
    monkeypatch.setattr("ticketing.ingest.drain.BATCH", 3)
    monkeypatch.setattr("ticketing.ingest.senders.GRACE_S", 0.01)
    never = asyncio.Event()
    for n in range(5):
        house.senders[await house.put(MAIL, a_mail(id=f"slow{n}@x.example"))] = never.wait
    await house.put(MAIL, a_mail(id="quick@y.example", sender="bo@y.example"))
    for _ in range(4):
        await house.drain(MAIL)
    assert [one.native_id for one in await house.messages()] == ["quick@y.example"]


async def test_more_checks_than_there_is_room_for_are_left_out(house, monkeypatch):
    monkeypatch.setattr("ticketing.ingest.senders.CHECKS_MOST", 1)
    monkeypatch.setattr("ticketing.ingest.senders.GRACE_S", 0.01)
    house.senders[await house.put(MAIL, a_mail(id="slow@x.example"))] = asyncio.Event().wait
    await house.put(MAIL, a_mail(id="next@y.example", sender="bo@y.example"))
    await house.drain(MAIL)
    (message,) = await house.messages()
    assert (message.native_id, message.trust.verdict) == ("next@y.example", "temperror")


async def test_a_fault_of_ours_keeps_no_mail_back(house):
    async def broken():
        raise RuntimeError("a mistake")

    house.senders["*"] = broken
    await house.mail_in(a_mail())
    (message,) = await house.messages()
    assert message.trust.verdict == "temperror"
