"""Automatic mail through the real way out: marked as such, and held where it would make a loop."""

from datetime import timedelta

import msgspec
import pytest

from connectors.contract import Account, InboxId
from connectors.kit.mail.compose import compose
from normalizer.model import Message
from outbound.automatic.acknowledging import Acknowledger
from outbound.automatic.leaving import LeavingLinks
from outbound.automatic.policy import CAPS, Question, held, remembered
from outbound.automatic.store import sent_id
from outbound.errors import CannotReply, LinkForged
from outbound.model import AutomaticMail, Heard
from tests.outbound.world import NOW, TICKET, World

INES = "ines@customer.example"


def question(**more: object) -> Question:
    """Nothing speaks against it."""
    plain = Question(recipient=INES, said=(), sent=(), own=frozenset(), now=NOW)
    return msgspec.structs.replace(plain, **more)


def heard(ago_s: float = 0) -> Heard:
    """A customer's message."""
    at = NOW - timedelta(seconds=ago_s)
    return msgspec.convert(
        {"_id": "m", "conversation_id": "c", "direction": "in", "received_at": at,
         "occurred_at": at}, Heard,
    )  # fmt: skip


@pytest.mark.parametrize(("within", "most"), CAPS)
def test_each_cap_holds_at_its_number(within: timedelta, most: int) -> None:
    spread = [NOW - within + (n + 1) * within / (most + 1) for n in range(most)]
    others = [cap for cap in CAPS if cap[0] < within]
    assert held(question(sent=spread[1:])) is None or others
    reason = held(question(sent=spread))
    assert reason is not None
    assert reason.cause == "cap"
    assert held(question(sent=[NOW - within] * most)) is None


def test_the_first_and_the_last_cap_are_those_of_the_rule() -> None:
    assert CAPS[0] == (timedelta(minutes=10), 10)
    assert CAPS[-1] == (timedelta(days=1), 600)
    assert len(remembered([NOW] * 1000, NOW)) == 600
    assert remembered([NOW - timedelta(days=2)], NOW) == (NOW,)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"recipient": "MAILER-DAEMON@x.example"}, "machine"),
        ({"recipient": "no-reply@x.example"}, "machine"),
        ({"recipient": "donotreply+7@x.example"}, "machine"),
        ({"recipient": "Support+t12@halden.example",
          "own": frozenset({"support@halden.example"})}, "ours"),
        ({"said": [heard(n) for n in range(10)]}, "flood"),
        ({"said": [heard(n) for n in range(9)]}, None),
        ({"said": [heard(601 + n) for n in range(20)]}, None),
        ({"recipient": "norepley.lover@x.example"}, None),
    ],
)  # fmt: skip
def test_who_gets_no_automatic_mail(changes: dict[str, object], cause: str | None) -> None:
    reason = held(question(**changes))
    assert (reason.cause if reason else None) == cause


async def automatic(world: World, key: str = "a", text: str = "We got it.") -> Message:
    """As a rule or an acknowledgement asks."""
    wish = AutomaticMail(ticket_id=TICKET, conversation_id="conv", key=key, text=text)  # type: ignore[arg-type]
    return await world.composer.send_automatic(wish, await world.clock.now())


async def test_it_is_marked_can_be_left_and_answers_for_nothing(mail: World) -> None:
    before = await mail.ticket()
    message = await automatic(mail)
    await mail.worker.deliver(message.conversation_id)
    sent = mail.sender.sent[0]  # type: ignore[union-attr]
    account = Account(
        inbox_id=InboxId("inbox"), channel="email", name="Support",
        address="support@halden.example", hook_url="", settings=None,
    )  # fmt: skip
    head = b"".join(p for p in compose(sent, account).pieces if isinstance(p, bytes)).decode()
    assert "Auto-Submitted: auto-replied\r\n" in head
    assert "List-Unsubscribe: <https://desk.example/unsubscribe/" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    after = await mail.ticket()
    assert (after.status, after.waiting_since, after.last_out_at) == (
        before.status, before.waiting_since, before.last_out_at,
    )  # fmt: skip
    assert message.author.kind == "system"
    plain = await mail.say("A person writes.")
    assert plain.envelope is not None
    assert not plain.envelope.auto_submitted
    assert plain.envelope.unsubscribe == ""


async def test_a_repeated_key_is_one_mail_and_counts_once(mail: World) -> None:
    first = await automatic(mail)
    assert (await automatic(mail)).id == first.id
    stored = await mail.mongo.db["automatic"].find_one({})
    assert stored is not None
    assert len(stored["moments"]) == 1


async def test_the_eleventh_within_ten_minutes_stays_here(mail: World) -> None:
    for n in range(10):
        await automatic(mail, f"a{n}")
    with pytest.raises(CannotReply, match="10 automatic mails") as refused:
        await automatic(mail, "a10")
    assert refused.value.field == "automatic"
    await mail.say("People may go on.")
    old = NOW - timedelta(days=300)
    await mail.mongo.db["automatic"].update_many({}, {"$set": {"moments": [old] * 10}})
    await automatic(mail, "a10")


async def test_many_tickets_in_somebodys_name_bring_them_no_more_mail(mail: World) -> None:
    """Else anybody could bury an address under our acknowledgements."""
    for n in range(10):
        await automatic(mail, f"a{n}")
    await mail.mongo.db["automatic"].delete_one({"_id": sent_id(TICKET, INES)})  # another ticket
    with pytest.raises(CannotReply, match="10 automatic mails"):
        await automatic(mail, "a10")


async def test_a_forged_mail_is_not_acknowledged(mail: World) -> None:
    mail.inbox = msgspec.structs.replace(mail.inbox, acknowledgements={"en": "We got it."})
    acknowledger = Acknowledger(mail.store, mail, mail.composer)
    now = await mail.clock.now()
    for verdict, sent in (("fail", 0), ("none", 1)):
        trust = {"verdict": verdict, "source": "computed"}
        await mail.mongo.db["messages"].update_one(
            {"_id": "conv-first"}, {"$set": {"trust": trust}}
        )
        await acknowledger.acknowledge("conv-first", now)  # type: ignore[arg-type]
        assert await mail.mongo.db["messages"].count_documents({"direction": "out"}) == sent


@pytest.mark.parametrize("fact", [{"mail.auto_reply": "precedence"}, {"mail.bounce_of": "m@x"}])
async def test_a_machine_gets_no_answer(mail: World, fact: dict[str, str]) -> None:
    await mail.mongo.db["messages"].update_one({"_id": "conv-first"}, {"$set": fact})
    with pytest.raises(CannotReply, match="a machine wrote last"):
        await automatic(mail)


async def test_who_left_gets_none_but_is_still_answered(mail: World) -> None:
    link = mail.composer._automatic._leaving.link(INES)
    links = LeavingLinks([b"k" * 32], "https://desk.example")
    address = links.opened(link.rpartition("/")[2])
    await mail.suppressions.leave(address, await mail.clock.now())
    with pytest.raises(CannotReply, match="unsubscribed"):
        await automatic(mail)
    await mail.say("A person writes.")
    with pytest.raises(LinkForged):
        links.opened(link.rpartition("/")[2][:-2] + "AA")


async def test_a_ticket_is_acknowledged_once_in_the_language_of_who_wrote(mail: World) -> None:
    texts = {"en": "We got {{ticket.number}}.", "zh-CN": "已收到 {{ticket.number}}。"}
    mail.inbox = msgspec.structs.replace(mail.inbox, acknowledgements=texts)
    await mail.mongo.db["messages"].update_one({"_id": "conv-first"}, {"$set": {"language": "zh"}})
    acknowledger = Acknowledger(mail.store, mail, mail.composer)
    now = await mail.clock.now()
    await acknowledger.acknowledge("conv-first", now)  # type: ignore[arg-type]
    await acknowledger.acknowledge("conv-first", now)  # type: ignore[arg-type]
    found = await mail.mongo.db["messages"].find({"direction": "out"}).to_list(9)
    assert [one["text"] for one in found] == ["已收到 1042。"]
    await mail.mongo.db["messages"].update_one(
        {"_id": "conv-first"}, {"$set": {"mail.auto_reply": "precedence"}}
    )
    await mail.mongo.db["messages"].delete_many({"direction": "out"})
    await acknowledger.acknowledge("conv-first", now)  # type: ignore[arg-type]  # no error
    assert await mail.mongo.db["messages"].count_documents({"direction": "out"}) == 0


async def test_who_sent_too_large_a_mail_is_told_once_each_mail(mail: World) -> None:
    mail.inbox = msgspec.structs.replace(mail.inbox, too_large={"en": "Too large, sorry."})
    acknowledger = Acknowledger(mail.store, mail, mail.composer)
    now = await mail.clock.now()
    for _ in range(2):
        await acknowledger.tell_too_large("conv-first", now)  # type: ignore[arg-type]
    found = await mail.mongo.db["messages"].find({"direction": "out"}).to_list(9)
    assert [one["text"] for one in found] == ["Too large, sorry."]


async def test_nobody_is_told_where_no_words_are_set(mail: World) -> None:
    acknowledger = Acknowledger(mail.store, mail, mail.composer)
    await acknowledger.tell_too_large("conv-first", await mail.clock.now())  # type: ignore[arg-type]
    assert await mail.mongo.db["messages"].count_documents({"direction": "out"}) == 0
