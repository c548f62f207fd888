"""From a reply to a queued message, on the real database."""

import asyncio
from datetime import timedelta
from typing import Literal

import msgspec
import pytest

from connectors.contract import InboxId
from connectors.manifest import Window
from normalizer.model import ConversationId, File, Message, MessageId
from outbound.errors import CannotReply, KeyReused, NewerMessage
from outbound.model import Reply
from storage.events import Event
from tests.outbound.peer import Peer
from tests.outbound.world import MIRA, NOW, TICKET, World, inbound
from ticketing.errors import Forbidden, Invalid, NotFound, Refused
from ticketing.links.model import TicketLink, both_ways
from ticketing.model import Conversation, Ticket


async def test_message_ticket_and_events_are_one_write(sms: World) -> None:
    message = await sms.say("It ships today.", then="waiting")
    ticket = await sms.ticket()
    assert (ticket.status, ticket.waiting_since, ticket.message_count) == ("waiting", None, 1)
    assert ticket.last_out_at == message.occurred_at
    assert ticket.version == 2
    events = await sms.mongo.collection("events", Event).find({}, limit=9)
    assert {event.kind for event in events} == {"message.sent", "ticket.changed"}
    assert {event.actor.name for event in events} == {"Mira Okafor"}
    assert sms.bell.rung[0] == ("deliver", ("conv",), 0)


async def test_a_repeated_key_gives_the_first_message(sms: World) -> None:
    first = await sms.say("It ships today.")
    again = await sms.say("It ships today.")
    assert again.id == first.id
    assert (await sms.ticket()).message_count == 1
    with pytest.raises(KeyReused):
        await sms.say("Something else", idempotency_key="key It ships today.")


async def test_the_same_click_twice_at_once_is_one_message(sms: World, peer: Peer) -> None:
    results = await asyncio.gather(*(sms.say("It ships today.") for _ in range(5)))
    assert len({message.id for message in results}) == 1
    assert (await sms.ticket()).message_count == 1


async def test_another_agent_may_use_the_same_key(sms: World) -> None:
    first = await sms.say("one", idempotency_key="k")
    jun = msgspec.structs.replace(MIRA, agent_id="jun")
    reply = Reply(
        ticket_id=TICKET, conversation_id=first.conversation_id, idempotency_key="k", text="two"
    )
    assert (await sms.composer.send_reply(jun, reply, NOW)).id != first.id


async def test_replies_at_once_take_distinct_places(sms: World, peer: Peer) -> None:
    messages = await asyncio.gather(*(sms.say(f"reply {n}") for n in range(5)))
    assert len({message.sequence for message in messages}) == 5
    await sms.worker.deliver(messages[0].conversation_id)
    by_place = sorted(messages, key=lambda message: message.sequence)
    assert [one["text"] for one in peer.order] == [message.text for message in by_place]


async def test_of_replies_at_once_only_the_refused_fail(sms: World) -> None:
    conversations = [await sms.seed(f"conv{n}") for n in range(4)]
    first = await sms.say("once", conversation=conversations[0])
    results = await asyncio.gather(
        *(sms.say(f"to {one}", conversation=one) for one in conversations),
        sms.say("once", conversation=conversations[0]),
        sms.say("x" * 1601),
        sms.say("other words", conversation=conversations[0], idempotency_key="key once"),
        return_exceptions=True,
    )
    assert [type(one) for one in results] == [Message] * 5 + [CannotReply, KeyReused]
    assert results[4].id == first.id  # type: ignore[union-attr]
    assert (await sms.ticket()).message_count == 5


async def test_a_newer_message_stops_the_reply_unless_told(sms: World) -> None:
    conversation = await sms.store.conversation("conv")  # type: ignore[arg-type]
    assert conversation is not None
    newer = inbound(conversation, "second", NOW + timedelta(minutes=1))
    await sms.mongo.collection("messages", Message).insert(newer)
    with pytest.raises(NewerMessage) as caught:
        await sms.say("one", seen_message_id="conv-first")
    assert caught.value.message_id == newer.id
    await sms.say("one", seen_message_id="conv-first", send_anyway=True)
    await sms.say("two", seen_message_id=newer.id)


async def test_recipients_are_frozen_with_two_quick_replies(mail: World, peer: Peer) -> None:
    first = await mail.say("one", cc=("jo@partner.example",))
    await mail.mongo.db["conversations"].update_one(
        {"_id": "conv"}, {"$set": {"recipient": "mailto:other@customer.example"}}
    )
    second = await mail.say("two")
    await mail.worker.deliver(first.conversation_id)
    assert [one["to"] for one in peer.order] == [
        ["ines@customer.example"],
        ["other@customer.example"],
    ]
    envelopes = [one.mail for one in mail.sender.sent]  # type: ignore[union-attr]
    assert [envelope.cc for envelope in envelopes] == [("jo@partner.example",), ()]
    assert second.recipient is not None
    assert second.recipient.value == "other@customer.example"


async def test_a_mail_reply_has_a_whole_thread_and_signed_addresses(mail: World) -> None:
    first = await mail.say("one")
    envelope = first.envelope
    assert envelope is not None
    assert first.subject == "Re: Tent pole missing [#1042]"
    assert envelope.in_reply_to == "first@customer.example"
    assert envelope.references == ("root@customer.example", "first@customer.example")
    hit = mail.tokens.find(InboxId("inbox"), [envelope.reply_to], [])
    assert hit is not None
    assert hit.number == 1042
    hit = mail.tokens.find(InboxId("inbox"), [], [envelope.message_id])
    assert hit is not None
    assert mail.tokens.bounced(InboxId("inbox"), [envelope.envelope_from]) == first.id


async def test_our_own_address_is_never_in_copy(mail: World) -> None:
    mail.inbox = msgspec.structs.replace(mail.inbox, aliases=("help@halden.example",))
    copies = ("Support@Halden.example", "help@halden.example", "jo@partner.example")
    message = await mail.say("one", cc=copies)
    assert message.envelope is not None
    assert message.envelope.cc == ("jo@partner.example",)


async def test_a_reply_to_ourselves_is_refused(mail: World) -> None:
    """Somebody wrote our own address into From: the answer would only come back."""
    first = await mail.say("one")
    assert first.envelope is not None
    mail.inbox = msgspec.structs.replace(mail.inbox, aliases=(first.envelope.to[0].title(),))
    with pytest.raises(CannotReply) as caught:
        await mail.say("two")
    assert caught.value.field == "recipient"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": " "}, "text"),
        ({"text": "x" * 1601}, "text"),
        ({"cc": ("jo@partner.example",)}, "cc"),
    ],
)
async def test_what_the_channel_cannot_do_names_its_field(
    sms: World, more: dict[str, object], field: str
) -> None:
    with pytest.raises(CannotReply) as caught:
        await sms.say("one", **more)
    assert caught.value.field == field
    assert (await sms.ticket()).message_count == 0


async def test_formatting_that_is_lost_is_said(sms: World) -> None:
    message = await sms.say("bold", html="<b>bold</b>")
    assert (message.html, message.warnings) == (None, ("formatting_removed",))


async def test_a_script_never_leaves(mail: World) -> None:
    message = await mail.say("hi", html='<p onclick="x()">hi</p><script>alert(1)</script>')
    assert message.html == "<p>hi</p>"


async def test_files_are_kept_and_go_along(sms: World, peer: Peer) -> None:
    ref = await sms.blobs.put(b"%PDF-1.7 label")
    file = File(
        id="f1", kind="file", name="label.pdf", media_type="application/pdf",
        size=ref.size, sha256=ref.sha256,
    )  # fmt: skip
    message = await sms.say("the label", files=(file,))
    await sms.worker.deliver(message.conversation_id)
    sent = sms.sender.sent[0].attachments[0]  # type: ignore[union-attr]
    assert b"".join([piece async for piece in sent.open()]) == b"%PDF-1.7 label"
    blob = await sms.mongo.db["blobs"].find_one({"_id": ref.sha256})
    assert blob is not None
    assert blob["kept"] is True


async def test_who_may_not_reply_changes_nothing(sms: World) -> None:
    reply = Reply(ticket_id=TICKET, conversation_id="conv", idempotency_key="k", text="hi")  # type: ignore[arg-type]
    reader = msgspec.structs.replace(MIRA, role="compliance")
    with pytest.raises(Forbidden):
        await sms.composer.send_reply(reader, reply, NOW)
    stranger = msgspec.structs.replace(MIRA, inbox_ids=frozenset({InboxId("other")}))
    with pytest.raises(NotFound):
        await sms.composer.send_reply(stranger, reply, NOW)
    elsewhere = msgspec.structs.replace(reply, conversation_id="nowhere")  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await sms.composer.send_reply(MIRA, elsewhere, NOW)
    assert (await sms.ticket()).message_count == 0


async def test_a_merged_ticket_sends_on_to_its_target(sms: World) -> None:
    target = msgspec.structs.replace(await sms.ticket(), id="target", number=1043)
    await sms.mongo.collection("tickets", type(target)).insert(target)
    await sms.mongo.db["tickets"].update_one({"_id": TICKET}, {"$set": {"merged_into": "target"}})
    await sms.mongo.collection("conversations", Conversation).update(
        {"_id": "conv"}, {"$set": {"ticket_id": "target"}}
    )
    assert (await sms.say("one")).ticket_id == "target"


async def test_a_chain_of_merges_is_followed_to_its_end(sms: World) -> None:
    tickets = sms.mongo.collection("tickets", Ticket)
    first = await sms.ticket()
    middle = msgspec.structs.replace(first, id="middle", number=1043, merged_into="last")
    last = msgspec.structs.replace(first, id="last", number=1044)
    await tickets.insert_many([middle, last])
    await tickets.update({"_id": TICKET}, {"$set": {"merged_into": "middle"}})
    await sms.mongo.db["conversations"].update_one({"_id": "conv"}, {"$set": {"ticket_id": "last"}})
    assert (await sms.say("one")).ticket_id == "last"


async def test_a_reply_solves_no_parent_before_its_children(sms: World) -> None:
    parent = await sms.ticket()
    child = msgspec.structs.replace(parent, id="child", number=1043, parent_id=TICKET)
    await sms.mongo.collection("tickets", Ticket).insert(child)
    await sms.mongo.db["tickets"].update_one({"_id": TICKET}, {"$set": {"children": 1}})
    links = both_ways(parent.id, "child", child.id, MIRA.agent_id, NOW)
    await sms.mongo.collection("ticket_links", TicketLink).insert_many(links)
    with pytest.raises(Refused, match="#1043"):
        await sms.say("Done.", then="solved")
    assert (await sms.ticket()).open
    await sms.mongo.db["tickets"].update_one({"_id": "child"}, {"$set": {"open": False}})
    await sms.say("Done.", then="solved")
    assert not (await sms.ticket()).open


@pytest.mark.parametrize("then", ["solved", "waiting"])
@pytest.mark.parametrize(
    "limits",
    [
        {"may": frozenset({"read", "reply"})},
        *({"field_rules": {"status": rule}} for rule in ("read_only", "masked", "hidden")),
    ],
)
async def test_who_may_not_change_a_status_does_not_by_a_reply(
    sms: World, limits: dict[str, object], then: Literal["solved", "waiting"]
) -> None:
    jun = msgspec.structs.replace(MIRA, **limits)
    now = await sms.clock.now()
    reply = Reply(
        ticket_id=TICKET,
        conversation_id=ConversationId("conv"),
        idempotency_key="k",
        text="Done.",
        then=then,
    )
    with pytest.raises(CannotReply) as refused:
        await sms.composer.send_reply(jun, reply, now)
    assert refused.value.field == "then"
    assert (await sms.ticket()).status == "new"
    await sms.composer.send_reply(jun, msgspec.structs.replace(reply, then=None), now)


async def test_an_answer_points_to_the_provider_s_message(sms: World) -> None:
    able = msgspec.structs.replace(sms.manifest, capabilities=("reply", "reply_to"))
    first = MessageId("conv-first")
    plain = await sms.say("L, please", reply_to=first)
    assert (plain.reply_to, plain.text) == ("", "> Where is my tent?\n\nL, please")
    assert plain.warnings == ("reply_to_quoted",)
    sms.manifest = able
    pointed = await sms.say("XL, please", reply_to=first)
    assert (pointed.reply_to, pointed.text) == ("first@customer.example", "XL, please")
    again = await sms.say("XL, please", reply_to=first)
    assert again.id == pointed.id


async def test_a_message_of_another_conversation_cannot_be_answered(sms: World) -> None:
    with pytest.raises(Invalid, match="reply_to"):
        await sms.say("L, please", reply_to=MessageId("elsewhere"))


async def test_buttons_go_with_the_message_and_a_key_knows_them(sms: World) -> None:
    sms.manifest = msgspec.structs.replace(sms.manifest, capabilities=("reply", "quick_replies"))
    message = await sms.say("Keep it?", quick_replies=("Yes", "No"))
    assert (await sms.message(message)).quick_replies == ("Yes", "No")
    with pytest.raises(KeyReused):
        await sms.say("Keep it?", quick_replies=("Yes",))


async def test_a_quota_counts_what_was_sent_since_the_customer_wrote(sms: World) -> None:
    limits = msgspec.structs.replace(sms.manifest.limits, window=Window(hours=1e6, messages=2))
    sms.manifest = msgspec.structs.replace(sms.manifest, limits=limits)
    sms.undo_window(60)
    await sms.say("one")
    second = await sms.say("two")
    with pytest.raises(CannotReply, match="2 replies"):
        await sms.say("three")
    await sms.amender.undo(MIRA, second.id, await sms.clock.now())
    await sms.say("four")


async def test_a_blind_copy_goes_out_and_is_named_to_nobody(mail: World) -> None:
    message = await mail.say(
        "one",
        cc=("jo@partner.example",),
        bcc=("Jo@partner.example", "boss@halden.example", "support@halden.example"),
    )
    assert message.envelope is not None
    assert message.envelope.cc == ("jo@partner.example",)
    assert message.envelope.bcc == ("boss@halden.example",)
    assert message.mail is not None
    assert "boss@halden.example" not in (*message.mail.to, *message.mail.cc)
    conversation = await mail.mongo.db["conversations"].find_one({"_id": "conv"})
    assert conversation is not None
    assert "mailto:boss@halden.example" not in conversation.get("participants", ())


async def test_a_blind_copy_needs_a_channel_with_copies(sms: World) -> None:
    with pytest.raises(CannotReply) as caught:
        await sms.say("one", bcc=("boss@halden.example",))
    assert caught.value.field == "cc"
