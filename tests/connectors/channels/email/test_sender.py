"""SMTP out against real servers: what they say is what the message's outcome is."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from connectors.channels.email import connections as connections_module
from connectors.channels.email import sender as sender_module
from connectors.channels.email.connector import EmailConnector
from connectors.contract import (
    Accepted,
    MailEnvelope,
    OutboundFile,
    OutboundMessage,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SenderId,
)
from tests.connectors.channels.email.conftest import ConnectorMaker
from tests.peers.smtp_sink import SmtpSink

ENVELOPE = MailEnvelope(message_id="m1@halden.example", to=("eva@far.example",))


def message(number: int = 1, **changes: object) -> OutboundMessage:
    plain = OutboundMessage(
        id=f"m{number}",
        recipient=SenderId(family="mailto", value="eva@far.example"),
        thread_key="t",
        text="Hello\n.\n..two dots\n",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        mail=msgspec.structs.replace(ENVELOPE, message_id=f"m{number}@halden.example"),
    )
    return msgspec.structs.replace(plain, **changes)


def to(*recipients: str) -> OutboundMessage:
    return message(mail=msgspec.structs.replace(ENVELOPE, to=recipients))


def big(size: int) -> OutboundMessage:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(size // 50_000):
            yield b"b" * 50_000

    file = OutboundFile(name="a.bin", media_type="application/x-a", size=size, open=stream)
    return message(attachments=(file,))


@pytest.fixture
def out(mail_inbox: ConnectorMaker) -> Callable[..., EmailConnector]:
    def make(port: int, **settings: object) -> EmailConnector:
        there = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        return mail_inbox(**{**there, **settings})

    return make


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def rude_server(talk: Talk) -> AsyncIterator[int]:
    """A server that greets and takes an envelope, and then does what ``talk`` does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 far.example\r\n")
        try:
            while line := await reader.readline():
                if line.upper().startswith(b"DATA"):
                    await talk(reader, writer)
                    return
                writer.write(b"250 OK\r\n")
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_server_gets_what_was_composed(out: Callable[..., EmailConnector]) -> None:
    with SmtpSink() as sink:
        outcome = await out(sink.port).send(to("eva@far.example", "jo@far.example"))
        assert outcome == Accepted(native_ids=("m1@halden.example",))
        [envelope] = sink.envelopes
        assert envelope.mail_from == "support@halden.example"
        assert envelope.rcpt_tos == ["eva@far.example", "jo@far.example"]
        assert sink.mails[0].get_payload() == "Hello\r\n.\r\n..two dots\r\n"


async def test_a_large_file_streams_through(out: Callable[..., EmailConnector]) -> None:
    with SmtpSink() as sink:
        assert isinstance(await out(sink.port).send(big(5_000_000)), Accepted)
        [attached] = [part for part in sink.mails[0].walk() if part.get_filename()]
        assert attached.get_payload(decode=True) == b"b" * 5_000_000


async def test_connections_are_reused_and_bounded(out: Callable[..., EmailConnector]) -> None:
    seen: set[object] = set()

    class Counting(SmtpSink):
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            seen.add(session.peer)
            return await super().handle_DATA(server, session, envelope)

    with Counting() as sink:
        connector = out(sink.port, smtp_connections=2)
        outcomes = await asyncio.gather(*(connector.send(message(i)) for i in range(12)))
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert len(seen) <= 2
        assert len(sink.counts()) == 12


async def test_a_connection_that_the_server_dropped_meanwhile_is_replaced(
    out: Callable[..., EmailConnector],
) -> None:
    with SmtpSink() as sink:
        port = sink.port
        connector = out(port)
        assert isinstance(await connector.send(message(1)), Accepted)
        [line] = connector._sender._connections._resting
        line.smtp.transport.abort()
        assert isinstance(await connector.send(message(2)), Accepted)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ("451 4.7.1 Greylisted, try again in 300 seconds", RetryLater, "Greylisted"),
        ("452 4.2.2 Mailbox full", RetryLater, "Mailbox full"),
        ("550 5.1.1 No such user", Rejected, "No such user"),
        ("554 5.7.1 Spam", Rejected, "Spam"),
        ("530 5.7.0 Authentication required", ReauthNeeded, "Authentication required"),
    ],
)
async def test_a_refusal_keeps_the_servers_words(
    reply: str, kind: type, words: str, out: Callable[..., EmailConnector]
) -> None:
    with SmtpSink(answer=lambda envelope: reply) as sink:
        outcome = await out(sink.port).send(message())
    assert isinstance(outcome, kind)
    assert words in outcome.reason


async def test_a_greylisting_server_says_how_long(out: Callable[..., EmailConnector]) -> None:
    with SmtpSink(answer=lambda envelope: "451 try again in 5 minutes") as sink:
        outcome = await out(sink.port).send(message())
    assert isinstance(outcome, RetryLater)
    assert outcome.after_s == 300


class Sessions(SmtpSink):
    """Counts them: how many there were, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = self.open = self.most = 0
        plain = self._controller.factory

        def factory() -> SMTP:
            server = plain()
            made, lost = server.connection_made, server.connection_lost

            def begin(transport: asyncio.BaseTransport) -> None:
                self.begun += 1
                self.open += 1
                self.most = max(self.most, self.open)
                made(transport)

            def end(error: Exception | None) -> None:
                self.open -= 1
                lost(error)

            server.connection_made, server.connection_lost = begin, end
            return server

        self._controller.factory = factory


async def test_a_thousand_recipients_share_few_connections(
    out: Callable[..., EmailConnector],
) -> None:
    with Sessions() as sink:
        connector = out(sink.port, smtp_connections=4)
        outcomes = await asyncio.gather(
            *(
                connector.send(
                    message(
                        n,
                        mail=msgspec.structs.replace(
                            ENVELOPE, message_id=f"m{n}@halden.example", to=(f"p{n}@far.example",)
                        ),
                    )
                )
                for n in range(1000)
            )
        )
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert sink.most <= 4
        assert sink.begun <= 1000 / connections_module.MAILS_EACH + 4
        assert len({envelope.rcpt_tos[0] for envelope in sink.envelopes}) == 1000


async def test_idle_connections_are_left(
    out: Callable[..., EmailConnector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections_module, "IDLE_S", 0.05)
    with Sessions() as sink:
        begun = sink.begun  # its controller looks whether it is up
        assert isinstance(await out(sink.port).send(message()), Accepted)
        async with asyncio.timeout(5):
            while sink.open:  # noqa: ASYNC110  another thread's doing
                await asyncio.sleep(0.01)
        assert sink.begun == begun + 1


class Picky(SmtpSink):
    """Refuses some recipients."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("gone"):
            return "550 5.1.1 gone for good"
        if address.startswith("full"):
            return "452 4.2.2 full"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.mark.parametrize(
    ("recipients", "kind"),
    [
        (("gone@far.example",), Rejected),
        (("gone@far.example", "gone2@far.example"), Rejected),
        (("full@far.example",), RetryLater),
        (("gone@far.example", "full@far.example"), RetryLater),
        (("gone@far.example", "eva@far.example", "full@far.example"), Accepted),
    ],
)
async def test_refused_recipients(
    recipients: tuple[str, ...], kind: type, out: Callable[..., EmailConnector]
) -> None:
    with Picky() as sink:
        outcome = await out(sink.port).send(to(*recipients))
    assert isinstance(outcome, kind)
    if isinstance(outcome, Accepted):
        [gone], [full] = outcome.refused, outcome.later
        assert (gone.recipient, gone.reason) == ("gone@far.example", "550 5.1.1 gone for good")
        assert (full.recipient, full.status) == ("full@far.example", "4.2.2")
    if isinstance(outcome, Rejected):
        assert [one.status for one in outcome.refused] == ["5.1.1"] * len(recipients)


async def test_who_has_it_already_gets_no_second_copy(out: Callable[..., EmailConnector]) -> None:
    mail = msgspec.structs.replace(
        ENVELOPE, to=("eva@far.example",), cc=("jo@far.example",), taken=("eva@far.example",)
    )
    with SmtpSink() as sink:
        assert isinstance(await out(sink.port).send(message(mail=mail)), Accepted)
        [envelope] = sink.envelopes
        assert envelope.rcpt_tos == ["jo@far.example"]
        assert sink.mails[0]["To"] == "eva@far.example"


async def test_a_server_that_is_not_there_is_tried_later(
    out: Callable[..., EmailConnector],
) -> None:
    assert isinstance(await out(1).send(message()), RetryLater)


async def test_an_inbox_without_a_server_says_so(mail_inbox: ConnectorMaker) -> None:
    assert isinstance(await mail_inbox().send(message()), Rejected)


async def test_a_line_that_breaks_after_the_end_of_the_mail_leaves_its_fate_unknown(
    out: Callable[..., EmailConnector],
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")

    async with rude_server(talk) as port:
        assert isinstance(await out(port).send(message()), OutcomeUnknown)


async def test_a_server_that_never_answers_the_end_leaves_its_fate_unknown(
    out: Callable[..., EmailConnector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "SEND_S", 0.5)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await reader.read(-1)

    async with rude_server(talk) as port:
        assert isinstance(await out(port).send(message()), OutcomeUnknown)


@pytest.mark.parametrize("answer", [b"hello?\r\n", b"354 what?\r\n"])
async def test_an_answer_that_is_none_leaves_its_fate_unknown(
    answer: bytes, out: Callable[..., EmailConnector]
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(answer)

    async with rude_server(talk) as port:
        assert isinstance(await out(port).send(message()), OutcomeUnknown)


async def test_a_line_that_breaks_before_the_end_of_the_mail_is_tried_again(
    out: Callable[..., EmailConnector],
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await reader.readexactly(1000)
        writer.transport.abort()

    async with rude_server(talk) as port:
        assert isinstance(await out(port).send(big(20_000_000)), RetryLater)


async def test_a_refusal_in_the_middle_of_the_mail_is_heard(
    out: Callable[..., EmailConnector], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "SEND_S", 10.0)
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"354 go on\r\n")
        await reader.readexactly(1000)
        await asyncio.sleep(0.3)  # the writer has filled all buffers and waits
        writer.write(b"552 5.3.4 too large for us\r\n")
        await over.wait()  # it reads no more: whoever goes on writing waits for ever

    async with rude_server(talk) as port:
        outcome = await out(port).send(big(20_000_000))
        over.set()
    assert isinstance(outcome, Rejected)
    assert "too large for us" in outcome.reason


@asynccontextmanager
async def login_server(certificate: tuple[Path, Path]) -> AsyncIterator[int]:
    """Wants STARTTLS and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    def session() -> SMTP:
        return SMTP(
            object(),
            hostname="far.example",
            tls_context=context,
            auth_required=True,
            authenticator=authenticate,
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_login_over_starttls(
    out: Callable[..., EmailConnector], certificate: tuple[Path, Path]
) -> None:
    async with login_server(certificate) as port:
        settings = {
            "smtp_security": "starttls",
            "smtp_username": "support",
            "tls_ca_file": str(certificate[0]),
        }
        right = out(port, smtp_password="right", **settings)
        assert isinstance(await right.send(message()), Accepted)
        assert (await right.check()).ok is True
        wrong = out(port, smtp_password="wrong", **settings)
        assert isinstance(await wrong.send(message()), ReauthNeeded)
        assert (await wrong.check()).ok is False
        untrusted = out(port, smtp_security="starttls", smtp_username="support")
        assert isinstance(await untrusted.send(message()), RetryLater)


async def test_an_address_beyond_ascii_needs_a_server_that_takes_it(
    out: Callable[..., EmailConnector],
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("nothing may be sent")

    async with rude_server(talk) as port:
        outcome = await out(port).send(to("jörg@far.example"))
    assert isinstance(outcome, Rejected)
    assert "SMTPUTF8" in outcome.reason


async def test_an_address_beyond_ascii_goes_where_it_is_taken(
    out: Callable[..., EmailConnector],
) -> None:
    with SmtpSink(smtputf8=True) as sink:
        assert isinstance(await out(sink.port).send(to("jörg@zelte-münchen.example")), Accepted)
        [envelope] = sink.envelopes
        assert envelope.rcpt_tos == ["jörg@xn--zelte-mnchen-jlb.example"]
        assert "SMTPUTF8" in envelope.mail_options
