"""Edits, deletions and reactions of agents: by the queue of replies, told when done."""

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest

from connectors.acts import OutboundAct
from connectors.contract import Accepted, SendOutcome
from connectors.manifest import ActLimit, Acts
from normalizer.model import OURS, Message, MessageId
from outbound.acts import handlers
from outbound.acts.model import Wish
from outbound.errors import CannotReply, KeyReused
from outbound.settlement import MAX_ACT_ATTEMPTS
from storage.events import Event
from storage.mongo import Mongo
from tests.outbound.peer import Peer, PeerSender
from tests.outbound.world import MIRA, NOW, SMS, TICKET, World, opened
from ticketing.errors import Forbidden, NotFound

CAN = msgspec.structs.replace(
    SMS,
    receipts=(),
    acts=Acts(edit=ActLimit(), delete=ActLimit(within_h=48), react=ActLimit()),
)
FIRST = MessageId("conv-first")


class ActingPeer(PeerSender):
    """Also acts; what it was asked is in ``acts``."""

    def __init__(self, url: str) -> None:
        super().__init__(url, idempotent=False)
        self.acts: list[OutboundAct] = []

    async def act(self, act: OutboundAct) -> SendOutcome:
        """One POST."""
        self.acts.append(act)
        body = {"id": act.id, "to": [], "text": act.text, "sid": f"A-{act.id}"}
        async with aiohttp.ClientSession() as http, http.post(self.url, json=body) as reply:
            outcome = await self._outcome(reply)
        return outcome if act.kind == "react" or reply.status != 200 else Accepted(native_ids=())


@pytest.fixture
async def able(mongo: Mongo, redis_url: str, peer: Peer) -> AsyncIterator[World]:
    """A channel that can all three."""
    async with opened(mongo, redis_url, ActingPeer(peer.url), CAN) as world:
        yield world


def asker(world: World) -> handlers.Acts:
    return handlers.Acts(store=world.store, outlets=world, clock=world.clock, bell=world.bell)


async def ask(world: World, kind: str, id: MessageId, **more: str) -> Message:
    wish = msgspec.convert(
        {"kind": kind, "message_id": id, "key": f"key {kind} {id} {sorted(more.items())}"} | more,
        Wish,
    )
    return await asker(world).ask(MIRA, wish, await world.clock.now())


async def said(world: World, words: str = "Today") -> Message:
    message = await world.say(words)
    await world.worker.deliver(message.conversation_id)
    return await world.message(message)


async def done(world: World, act: Message) -> Message:
    await world.worker.deliver(act.conversation_id)
    return await world.message(act)


async def kinds(world: World, message_id: str) -> list[str]:
    found = await world.mongo.collection("events", Event).find(
        {"ticket_id": TICKET}, sort=[("at", 1)], limit=200
    )
    return [one.kind for one in found if one.message_id == message_id]


def acts_of(world: World) -> list[OutboundAct]:
    assert isinstance(world.sender, ActingPeer)
    return world.sender.acts


async def test_other_words_are_there_once_the_provider_has_them(able: World) -> None:
    message = await said(able)
    act = await ask(able, "edit", message.id, text="Tomorrow")
    assert (await able.message(message)).text == "Today"
    assert act.delivery is not None
    assert act.delivery.state == "queued"
    settled = await done(able, act)
    (asked,) = acts_of(able)
    assert (asked.kind, asked.text, asked.native_ids) == ("edit", "Tomorrow", (f"P-{message.id}",))
    assert asked.thread_key == "thread-conv"
    after = await able.message(message)
    assert (after.text, after.reply_text, after.edited_at is not None) == (
        "Tomorrow",
        "Tomorrow",
        True,
    )
    assert settled.act is not None
    assert settled.act.was == "Today"
    assert (await kinds(able, message.id))[-1] == "message.edited"
    assert await kinds(able, act.id) == ["act.asked", "delivery.changed"]
    assert (await able.ticket()).message_count == 1


async def test_what_is_taken_back_has_no_words_but_the_act_keeps_them(able: World) -> None:
    message = await said(able)
    act = await done(able, await ask(able, "delete", message.id))
    after = await able.message(message)
    assert (after.text, after.deleted_at is not None) == ("", True)
    assert act.act is not None
    assert act.act.was == "Today"
    assert "message.deleted" in await kinds(able, message.id)
    with pytest.raises(CannotReply, match="taken back"):
        await ask(able, "edit", message.id, text="Tomorrow")


async def test_one_reaction_of_ours_replaced_and_taken_away(able: World) -> None:
    await done(able, await ask(able, "react", FIRST, emoji="👍"))
    await done(able, await ask(able, "react", FIRST, emoji="🎉"))
    stored = await able.store.message(FIRST)
    assert stored is not None
    (ours,) = stored.reactions
    assert (ours.sender, ours.emoji, ours.name) == (OURS, "🎉", "Mira Okafor")
    first, second = acts_of(able)
    assert (first.native_ids, first.before) == (("first@customer.example",), "")
    assert (second.before, second.before_id) == ("👍", f"A-{first.id}")
    assert second.author is not None
    assert second.author.value == "ines@customer.example"
    await done(able, await ask(able, "react", FIRST))
    assert acts_of(able)[-1].emoji == ""
    stored = await able.store.message(FIRST)
    assert stored is not None
    assert stored.reactions == ()
    assert (await kinds(able, FIRST)).count("reaction.changed") == 3


async def test_a_repeated_key_acts_once_and_other_words_under_it_are_refused(able: World) -> None:
    message = await said(able)
    wish = Wish(kind="edit", message_id=message.id, key="k", text="Tomorrow")
    first = await asker(able).ask(MIRA, wish, NOW)
    await done(able, first)
    again = await asker(able).ask(MIRA, wish, NOW)
    assert again.id == first.id
    await done(able, again)
    assert len(acts_of(able)) == 1
    with pytest.raises(KeyReused):
        await asker(able).ask(MIRA, msgspec.structs.replace(wish, text="Never"), NOW)


async def test_a_refusal_leaves_the_message_as_it_is_and_flags_the_ticket(
    able: World, peer: Peer
) -> None:
    message = await said(able)
    peer.answers = [(400, {})]
    act = await done(able, await ask(able, "edit", message.id, text="Tomorrow"))
    assert act.delivery is not None
    assert (act.delivery.state, act.delivery.reason) == ("failed", "400 not this one")
    assert (await able.message(message)).text == "Today"
    assert (await able.ticket()).delivery_trouble == "failed"
    retried = await able.amender.retry(MIRA, act.id)
    await done(able, retried)
    assert (await able.message(message)).text == "Tomorrow"


async def test_an_act_that_is_called_off_while_it_waits_changes_nothing_on_the_ticket(
    able: World, peer: Peer
) -> None:
    message = await said(able)
    peer.answers = [(503, {})]
    act = await done(able, await ask(able, "edit", message.id, text="Tomorrow"))
    assert await able.state(act) == "queued"
    before = await able.ticket()
    await able.amender.undo(MIRA, act.id, NOW)
    assert await able.state(act) == "cancelled"
    assert (await able.ticket()).message_count == before.message_count == 1
    assert (await able.message(message)).text == "Today"


async def test_an_unknown_outcome_is_asked_again_a_few_times_and_holds_up_no_reply_for_long(
    able: World, peer: Peer
) -> None:
    message = await said(able)
    peer.answers = [(504, {})] * MAX_ACT_ATTEMPTS
    act = await ask(able, "edit", message.id, text="Tomorrow")
    for _ in range(MAX_ACT_ATTEMPTS):
        await able.worker.deliver(act.conversation_id)
        if (await able.state(act)) == "queued":
            await able.pass_time(act, 3600)
    assert await able.state(act) == "failed"
    assert len(acts_of(able)) == MAX_ACT_ATTEMPTS
    reply = await said(able, "Something else")
    assert reply.delivery is not None
    assert reply.delivery.state == "sent"


async def test_acts_and_replies_go_in_the_order_in_which_they_were_asked(able: World) -> None:
    message = await said(able)
    for words in ("one", "two", "three"):
        await ask(able, "edit", message.id, text=words)
    await ask(able, "delete", message.id)
    await able.worker.deliver(message.conversation_id)
    assert [one.text for one in acts_of(able)] == ["one", "two", "three", ""]
    assert (await able.message(message)).deleted_at is not None


async def test_a_message_that_went_meanwhile_is_not_changed_any_more(able: World) -> None:
    message = await said(able)
    delete = await ask(able, "delete", message.id)
    edit = await ask(able, "edit", message.id, text="Tomorrow")
    await able.worker.deliver(delete.conversation_id)
    assert [one.kind for one in acts_of(able)] == ["delete"]
    assert await able.state(edit) == "failed"


async def test_a_worker_that_dies_in_the_middle_acts_again(
    able: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it was about is repeated: an act that is done twice is done."""
    from outbound.deliver import claim

    message = await said(able)
    act = await ask(able, "edit", message.id, text="Tomorrow")
    pending = await able.pending(act)
    now = await able.clock.now()
    assert await able.store.swap(pending, claim(pending, now))
    await able.pass_time(act, 3600)
    await able.worker.deliver(act.conversation_id)
    if (await able.state(act)) == "queued":
        await able.pass_time(act, 3600)
        await able.worker.deliver(act.conversation_id)
    assert await able.state(act) == "sent"
    assert (await able.message(message)).text == "Tomorrow"


@pytest.mark.parametrize("kind", ["edit", "delete", "react"])
async def test_a_channel_that_cannot_is_named(sms: World, kind: str) -> None:
    message = await said(sms)
    with pytest.raises(CannotReply) as refused:
        await ask(sms, kind, FIRST if kind == "react" else message.id, text="x", emoji="")
    assert refused.value.field == kind
    assert refused.value.reason.startswith("SMS ")


async def test_what_cannot_be_done_is_said(able: World) -> None:
    waiting = await able.say("not there yet")
    message = await said(able, "Another")
    for kind, id, more, words in (
        ("edit", FIRST, {"text": "x"}, "only our own"),
        ("delete", FIRST, {}, "only our own"),
        ("react", message.id, {"emoji": "👍"}, "customer's messages only"),
        ("react", FIRST, {"emoji": "🦄"}, "takes one of"),
        ("edit", message.id, {"text": " "}, "nothing to send"),
        ("edit", message.id, {"text": "Another"}, "says already"),
        ("edit", message.id, {"text": "x" * 1601}, "at most 1600"),
    ):
        with pytest.raises(CannotReply, match=words):
            await ask(able, kind, id, **more)
    assert waiting.id != message.id
    assert acts_of(able) == []


async def test_too_old_to_be_taken_back(able: World) -> None:
    message = await said(able)
    old = msgspec.structs.replace(CAN, acts=Acts(delete=ActLimit(within_h=0)))
    able.manifest = old
    with pytest.raises(CannotReply, match="within 0 hours"):
        await ask(able, "delete", message.id)


async def test_who_may_not_reply_may_not_act_and_who_sees_nothing_finds_nothing(
    able: World,
) -> None:
    message = await said(able)
    wish = Wish(kind="delete", message_id=message.id, key="k")
    light = msgspec.structs.replace(MIRA, role="light")
    with pytest.raises(Forbidden):
        await asker(able).ask(light, wish, NOW)
    blind = msgspec.structs.replace(MIRA, inbox_ids=frozenset())
    with pytest.raises(NotFound):
        await asker(able).ask(blind, wish, NOW)
    act = await asker(able).ask(MIRA, wish, NOW)
    with pytest.raises(NotFound):
        await ask(able, "delete", act.id)


async def test_a_reaction_that_the_provider_takes_its_word_back_on_goes(able: World) -> None:
    from connectors.events import ReceiptReported

    act = await done(able, await ask(able, "react", FIRST, emoji="👍"))
    assert act.delivery is not None
    report = ReceiptReported(
        dedupe_id="r", native_id=act.delivery.native_ids[0], state="failed", occurred_at=NOW
    )

    async def work(session: object) -> None:
        await able.receipts.apply(session, able.inbox.id, [report], NOW)  # type: ignore[arg-type]

    await able.mongo.transaction(work)
    stored = await able.store.message(FIRST)
    assert stored is not None
    assert stored.reactions == ()
