"""A reply by the real mail channel to a far mail server that counts."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message as Mail

import pytest
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.channels.email.connector import Settings, connect
from connectors.contract import Account, InboxId
from connectors.kit.egress import EgressClient
from normalizer.model import File, Message, MessageId
from outbound.errors import TooLate
from storage.mongo import Mongo
from storage.mongo import Session as Transaction
from tests.outbound.world import ADDRESS, MAIL, MIRA, NOW, World


class FarServer:
    """Takes mail, or answers as it is told."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answers: list[str] = []
        self.refusals: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook."""
        refusal = self.refusals.get(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook."""
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            self.envelopes.append(envelope)
        return answer

    def mail(self, n: int) -> Mail:
        """As a reader sees it."""
        content = self.envelopes[n].content
        assert isinstance(content, bytes)
        return message_from_bytes(content)


@pytest.fixture
async def far() -> AsyncIterator[tuple[FarServer, int]]:
    """Listening on a port that the system picks."""
    handler = FarServer()
    controller = UnthreadedController(
        handler, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop()
    )
    server = await controller._create_server()
    yield handler, server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.fixture
async def world(mongo: Mongo, redis_url: str, far: tuple[FarServer, int]) -> AsyncIterator[World]:
    """The mail world with the channel's own sender."""
    settings = Settings(smtp_host="127.0.0.1", smtp_port=far[1], smtp_security="none")
    account = Account(
        inbox_id=InboxId("inbox"), channel="email", name="Support", address=ADDRESS["email"],
        hook_url="", settings=settings,
    )  # fmt: skip
    http = EgressClient()
    connector = connect(account, http)
    world = World(mongo, redis_url, connector, MAIL)  # type: ignore[arg-type]
    await world.seed()
    yield world
    await world.buckets.close()
    await connector.close()  # type: ignore[union-attr]
    await http.close()


async def test_a_reply_arrives_as_a_whole_mail(world: World, far: tuple[FarServer, int]) -> None:
    ref = await world.blobs.put(b"%PDF-1.7 label")
    file = File(
        id="f1", kind="file", name="label.pdf", media_type="application/pdf",
        size=ref.size, sha256=ref.sha256,
    )  # fmt: skip
    message = await world.say("It ships today.", cc=("jo@partner.example",), files=(file,))
    await world.worker.deliver(message.conversation_id)
    assert await world.state(message) == "sent"
    envelope, mail = far[0].envelopes[0], far[0].mail(0)
    assert envelope.rcpt_tos == ["ines@customer.example", "jo@partner.example"]
    assert message.envelope is not None
    assert envelope.mail_from == message.envelope.envelope_from
    assert mail["Message-ID"] == f"<{message.envelope.message_id}>"
    assert mail["To"] == "Ines Duarte <ines@customer.example>"
    assert mail["References"].split() == ["<root@customer.example>", "<first@customer.example>"]
    assert mail["Subject"] == "Re: Tent pole missing [#1042]"
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "application/pdf"]


async def test_greylisting_is_waited_out_and_a_refusal_is_not(
    world: World, far: tuple[FarServer, int]
) -> None:
    far[0].answers = ["451 4.7.1 try again later", "250 taken", "550 5.1.1 no such user"]
    first = await world.say("one")
    second = await world.say("two")
    await world.worker.deliver(first.conversation_id)
    assert [await world.state(one) for one in (first, second)] == ["queued", "queued"]
    await world.pass_time(first, 3600)
    await world.worker.deliver(first.conversation_id)
    assert [await world.state(one) for one in (first, second)] == ["sent", "failed"]
    assert "no such user" in (await world.message(second)).delivery.reason  # type: ignore[union-attr]
    assert len(far[0].envelopes) == 1


def known(message: Message) -> dict[str, tuple[str, str]]:
    """State and status of each recipient of whom something is known."""
    assert message.delivery is not None
    return {one.address: (one.state, one.status) for one in message.delivery.recipients}


async def test_one_refused_recipient_is_named_and_the_others_have_it(
    world: World, far: tuple[FarServer, int]
) -> None:
    far[0].refusals = {"gone@partner.example": "550 5.1.1 no such user"}
    message = await world.say("one", cc=("gone@partner.example",))
    await world.worker.deliver(message.conversation_id)
    stored = await world.message(message)
    assert await world.state(message) == "sent"
    assert known(stored) == {"gone@partner.example": ("failed", "5.1.1")}
    assert (await world.ticket()).delivery_trouble == "failed"


async def test_our_copy_of_a_mail_that_some_have_ends_no_tries_for_the_others(
    world: World, far: tuple[FarServer, int]
) -> None:
    """It lies in the folder of sent mail, or comes back by a list, as soon as one has it."""
    far[0].refusals = {"jo@partner.example": "450 4.2.0 greylisted"}
    message = await world.say("one", cc=("jo@partner.example",))
    await world.worker.deliver(message.conversation_id)
    assert message.envelope is not None
    native_id = message.envelope.message_id

    async def echo(session: Transaction) -> MessageId | None:
        return await world.receipts.match_echo(
            session,
            inbox_id=message.inbox_id,
            conversation_id=message.conversation_id,
            native_id=native_id,
            ours=message.id,
            text="one",
            now=await world.clock.now(),
        )

    assert await world.mongo.transaction(echo) == message.id
    far[0].refusals = {}
    await world.pass_time(message, 3600)
    await world.worker.deliver(message.conversation_id)
    assert [one.rcpt_tos for one in far[0].envelopes][1:] == [["jo@partner.example"]]
    assert await world.state(message) == "sent"


async def test_who_was_greylisted_is_tried_again_alone(
    world: World, far: tuple[FarServer, int]
) -> None:
    far[0].refusals = {"jo@partner.example": "450 4.2.0 greylisted"}
    message = await world.say("one", cc=("jo@partner.example",))
    await world.worker.deliver(message.conversation_id)
    stored = await world.message(message)
    assert await world.state(message) == "queued"
    assert known(stored) == {"jo@partner.example": ("delayed", "4.2.0")}
    with pytest.raises(TooLate):  # one of them has it: it cannot be taken back
        await world.amender.undo(MIRA, message.id, NOW)
    far[0].refusals = {}
    await world.pass_time(message, 3600)
    await world.worker.deliver(message.conversation_id)
    assert await world.state(message) == "sent"
    assert known(await world.message(message)) == {}
    assert [one.rcpt_tos for one in far[0].envelopes] == [
        ["ines@customer.example"],
        ["jo@partner.example"],
    ]
    assert far[0].mail(0)["Message-ID"] == far[0].mail(1)["Message-ID"]


async def test_a_second_round_that_is_refused_leaves_the_first_sent(
    world: World, far: tuple[FarServer, int]
) -> None:
    far[0].refusals = {"jo@partner.example": "450 4.2.0 greylisted"}
    message = await world.say("one", cc=("jo@partner.example",))
    await world.worker.deliver(message.conversation_id)
    far[0].refusals, far[0].answers = {}, ["554 5.7.1 spam"]
    await world.pass_time(message, 3600)
    await world.worker.deliver(message.conversation_id)
    assert await world.state(message) == "sent"
    assert known(await world.message(message)) == {"jo@partner.example": ("failed", "")}
    assert (await world.ticket()).delivery_trouble == "failed"
