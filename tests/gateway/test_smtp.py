"""The SMTP edge over real sockets and the real journal."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from aiosmtplib import SMTP, SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from connectors.contract import InboxId
from connectors.kit.mail import trace
from gateway import smtp as smtp_module
from gateway import smtp_session
from gateway.errors import DirectoryUnavailable
from gateway.smtp import SmtpEdge
from storage.blobs import Blobs
from storage.doorbell import Doorbell
from storage.embedded import EmbeddedStores
from storage.journal import Journal, JournalRecord, partition_of
from storage.keyring import KeyRing
from storage.mongo import Mongo
from tests.peers.certificates import write_certificate

SUPPORT, SALES = InboxId("support1"), InboxId("sales1")
MAIL = b"From: eva@far.example\r\nSubject: Tent\r\n\r\nIt leaks.\r\n"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 0
    smtp_max_bytes: int = 1_000_000
    smtp_tls_cert: str = ""
    smtp_tls_key: str = ""
    mail_domain: str = "desk.halden.example"


class Addresses:
    """A directory of two inboxes; plus tags belong to their inbox."""

    known = {"support@halden.example": SUPPORT, "sales@halden.example": SALES}  # noqa: RUF012
    down = False

    async def inbox_for(self, address: str) -> InboxId | None:
        if self.down:
            raise DirectoryUnavailable
        local, _, domain = address.lower().rpartition("@")
        return self.known.get(f"{local.partition('+')[0]}@{domain}")


@pytest.fixture
async def journal(mongo: Mongo, redis_url: str) -> AsyncIterator[Journal]:
    doorbell = Doorbell(redis_url)
    journal = Journal(mongo, KeyRing([b"k" * 32]), Blobs(mongo), doorbell)
    yield journal
    await journal.close()
    await doorbell.close()


@pytest.fixture
def directory() -> Addresses:
    return Addresses()


EdgeStarter = Callable[..., Awaitable[int]]


@pytest.fixture
async def start(directory: Addresses) -> AsyncIterator[EdgeStarter]:
    """Starts an edge over a journal; its port is returned."""
    edges: list[SmtpEdge] = []

    async def starter(journal: object, **settings: object) -> int:
        edge = SmtpEdge(Settings(**settings), journal, directory)
        edges.append(edge)
        return await edge.start()

    yield starter
    for edge in edges:
        await edge.close()


def client(port: int, **options: object) -> SMTP:
    return SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=10, **options)


async def kept(journal: Journal, inbox: InboxId = SUPPORT) -> list[JournalRecord]:
    return await journal.pending(partition_of(inbox))


class Raw:
    """A client that says exactly what it is told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, line: bytes) -> str:
        self.writer.write(line)
        return await self.hear()

    async def hear(self) -> str:
        """One reply, all its lines."""
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), 10)).decode()
            lines.append(line)
            if not line or line[3:4] != "-":
                return "".join(lines)

    async def greet(self) -> None:
        await self.hear()
        await self.say(b"EHLO far.example\r\n")

    async def address(self, recipient: bytes = b"support@halden.example") -> None:
        await self.greet()
        await self.say(b"MAIL FROM:<eva@far.example>\r\n")
        await self.say(b"RCPT TO:<" + recipient + b">\r\n")


@contextlib.asynccontextmanager
async def raw(port: int) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_mail_is_in_the_journal_when_its_sender_hears_250(
    start: EdgeStarter, journal: Journal
) -> None:
    async with client(await start(journal)) as smtp:
        await smtp.sendmail("eva@far.example", "support+T0K@halden.example", MAIL)
        [record] = await kept(journal)
    assert record.body == MAIL
    assert (record.inbox_id, record.channel, record.transport) == (SUPPORT, "email", "smtp")
    assert record.headers[trace.MAIL_FROM] == "eva@far.example"
    assert trace.recipients(record.headers) == ("support+T0K@halden.example",)
    assert record.headers[trace.PEER] == "127.0.0.1"


async def test_a_bounce_keeps_its_empty_sender(start: EdgeStarter, journal: Journal) -> None:
    async with client(await start(journal)) as smtp:
        await smtp.ehlo()
        await smtp.execute_command(b"MAIL", b"FROM:<>")
        await smtp.rcpt("support+b.x1@halden.example")
        await smtp.data(MAIL)
    [record] = await kept(journal)
    assert record.headers[trace.MAIL_FROM] == ""
    assert trace.delivery_lines(record.headers).startswith(b"Return-Path: <>\r\nDelivered-To: supp")


async def test_a_recipient_that_is_no_inbox_is_refused(
    start: EdgeStarter, journal: Journal
) -> None:
    async with client(await start(journal)) as smtp:
        with pytest.raises(SMTPRecipientsRefused) as refusal:
            await smtp.sendmail("eva@far.example", "nobody@halden.example", MAIL)
    assert refusal.value.recipients[0].code == 550
    assert await kept(journal) == []


async def test_a_mail_for_two_inboxes_is_one_record_each(
    start: EdgeStarter, journal: Journal
) -> None:
    everyone = ["support@halden.example", "sales@halden.example", "support+a@halden.example"]
    async with client(await start(journal)) as smtp:
        await smtp.sendmail("eva@far.example", everyone, MAIL)
    [support] = await kept(journal, SUPPORT)
    [sales] = await kept(journal, SALES)
    assert trace.recipients(support.headers) == (everyone[0], everyone[2])
    assert trace.recipients(sales.headers) == (everyone[1],)


async def test_one_inbox_of_two_that_cannot_be_kept_refuses_the_whole_for_now(
    start: EdgeStarter, journal: Journal
) -> None:
    class OneFails:
        async def append(self, new: object) -> str:
            if new.inbox_id == SALES:
                raise smtp_module.StorageError
            return await journal.append(new)

    async with client(await start(OneFails())) as smtp:
        with pytest.raises(SMTPDataError) as refusal:
            await smtp.sendmail(
                "eva@far.example", ["support@halden.example", "sales@halden.example"], MAIL
            )
    assert refusal.value.code == 451


async def test_a_dead_database_answers_451_until_it_is_back(
    start: EdgeStarter, tmp_path: Path
) -> None:
    stores = EmbeddedStores(tmp_path)
    await stores.start(supervised=False)
    mongo = Mongo(stores.mongo_url, "smtp")
    doorbell = Doorbell(stores.redis_url)
    journal = Journal(mongo, KeyRing([b"k" * 32]), Blobs(mongo), doorbell)
    try:
        async with client(await start(journal)) as smtp:
            smtp.timeout = 60
            database = stores.children["mongo"]
            database.kill()
            with pytest.raises(SMTPDataError) as refusal:
                await smtp.sendmail("eva@far.example", "support@halden.example", MAIL)
            assert refusal.value.code == 451
            database.spawn()
            await database.wait_ready()
            await smtp.sendmail("eva@far.example", "support@halden.example", MAIL)
        assert await kept(journal)
    finally:
        await journal.close()
        await doorbell.close()
        await mongo.close()
        await stores.stop()


async def test_a_directory_that_is_down_answers_451(
    start: EdgeStarter, journal: Journal, directory: Addresses
) -> None:
    directory.down = True
    async with client(await start(journal)) as smtp:
        with pytest.raises(SMTPRecipientsRefused) as refusal:
            await smtp.sendmail("eva@far.example", "support@halden.example", MAIL)
    assert refusal.value.recipients[0].code == 451


async def test_a_mail_whose_size_is_announced_is_refused_before_it_is_sent(
    start: EdgeStarter, journal: Journal
) -> None:
    async with client(await start(journal, smtp_max_bytes=2000)) as smtp:
        with pytest.raises(SMTPSenderRefused) as refusal:
            await smtp.sendmail("eva@far.example", "support@halden.example", MAIL + b"x" * 3000)
    assert refusal.value.code == 552


async def test_a_large_mail_without_announcement_hears_552_and_the_session_goes_on(
    start: EdgeStarter, journal: Journal
) -> None:
    async with raw(await start(journal, smtp_max_bytes=100_000)) as peer:
        await peer.address()
        await peer.say(b"DATA\r\n")
        assert (await peer.say(b"x" * 250_000 + b"\r\n.\r\n")).startswith("552 ")
        assert (await peer.say(b"NOOP\r\n")).startswith("250 ")
    assert await kept(journal) == []


async def test_an_endless_mail_is_cut_off(start: EdgeStarter, journal: Journal) -> None:
    async with raw(await start(journal, smtp_max_bytes=10_000)) as peer:
        await peer.address()
        await peer.say(b"DATA\r\n")
        with pytest.raises(ConnectionError):
            for _ in range(1000):
                peer.writer.write(b"y" * 100_000 + b"\r\n")
                await asyncio.wait_for(peer.writer.drain(), 10)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n.\r\n", b"a\r\n.b\r\n..\r\n"),
        (b"bare\n.\nline\r.\rends\r\n.\r\n", b"bare\n.\nline\r.\rends\r\n"),
        (b"a\n.\r\nstill the same mail\r\n.\r\n", b"a\n.\r\nstill the same mail\r\n"),
        (b"a\r\n.\nstill the same\r\n.\r\n", b"a\r\n\nstill the same\r\n"),
        (b"x" * 70_000 + b"\r\n..y\r\n.\r\n", b"x" * 70_000 + b"\r\n.y\r\n"),
        (b"x" * 65_534 + b"\r\n.\r\n", b"x" * 65_534 + b"\r\n"),
        (b"\xff\xfe 8bit\r\n.\r\n", b"\xff\xfe 8bit\r\n"),
    ],
)
async def test_what_stands_between_data_and_its_end_is_kept_to_the_byte(
    sent: bytes, stored: bytes, start: EdgeStarter, journal: Journal
) -> None:
    async with raw(await start(journal)) as peer:
        await peer.address()
        await peer.say(b"DATA\r\n")
        assert (await peer.say(sent)).startswith("250 ")
    [record] = await kept(journal)
    assert record.body == stored


async def test_a_mail_in_many_small_pieces_is_the_same_mail(
    start: EdgeStarter, journal: Journal
) -> None:
    async with raw(await start(journal)) as peer:
        await peer.address()
        await peer.say(b"DATA\r\n")
        for byte in MAIL + b".\r\n":
            peer.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await peer.hear()).startswith("250 ")
    [record] = await kept(journal)
    assert record.body == MAIL


async def test_mail_before_its_354_is_refused(start: EdgeStarter, journal: Journal) -> None:
    async with raw(await start(journal)) as peer:
        await peer.address()
        assert (await peer.say(b"DATA\r\n" + MAIL + b".\r\n")).startswith("554 ")
    assert await kept(journal) == []


async def test_commands_may_come_together(start: EdgeStarter, journal: Journal) -> None:
    async with raw(await start(journal)) as peer:
        await peer.greet()
        both = b"MAIL FROM:<eva@far.example>\r\nRCPT TO:<support@halden.example>\r\nDATA\r\n"
        assert (await peer.say(both)).startswith("250 ")
        assert (await peer.hear()).startswith("250 ")
        assert (await peer.hear()).startswith("354 ")
        assert (await peer.say(MAIL + b".\r\n")).startswith("250 ")


async def test_a_sender_that_hangs_up_while_it_waits_stops_nobody_else(
    start: EdgeStarter, journal: Journal
) -> None:
    port = await start(journal)
    async with raw(port) as impatient, client(port) as smtp:
        await impatient.address()
        await impatient.say(b"DATA\r\n")
        impatient.writer.write(MAIL + b".\r\n")
        await impatient.writer.drain()
        impatient.writer.transport.abort()
        await smtp.sendmail("jo@far.example", "support@halden.example", MAIL)
    senders = {record.headers[trace.MAIL_FROM] for record in await kept(journal)}
    assert "jo@far.example" in senders


async def test_a_sender_cut_off_in_the_middle_leaves_nothing(
    start: EdgeStarter, journal: Journal
) -> None:
    async with raw(await start(journal)) as peer:
        await peer.address()
        await peer.say(b"DATA\r\n")
        peer.writer.write(MAIL)
        await peer.writer.drain()
    assert await kept(journal) == []


async def test_a_silent_sender_is_sent_away(
    start: EdgeStarter, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_module, "TIMEOUT_S", 0.2)
    async with raw(await start(journal)) as peer:
        await peer.hear()
        assert await asyncio.wait_for(peer.reader.read(), 10) == b""


async def test_whoever_guesses_addresses_is_sent_away(
    start: EdgeStarter, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_module, "ERRORS_MOST", 3)
    async with raw(await start(journal)) as peer:
        await peer.greet()
        await peer.say(b"MAIL FROM:<eva@far.example>\r\n")
        replies = [await peer.say(b"RCPT TO:<a%d@halden.example>\r\n" % i) for i in range(3)]
        assert [reply[:3] for reply in replies] == ["550", "550", "421"]
        assert await asyncio.wait_for(peer.reader.read(), 10) == b""


async def test_one_peer_cannot_take_all_connections(
    start: EdgeStarter, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_session.Sessions.__init__, "__defaults__", (200, 2))
    port = await start(journal)
    async with raw(port) as one, raw(port) as two:
        assert (await one.hear()).startswith("220 ")
        assert (await two.hear()).startswith("220 ")
        async with raw(port) as three:
            assert (await three.hear()).startswith("421 ")
        one.writer.close()
        await one.writer.wait_closed()
        await asyncio.sleep(0.05)
        async with raw(port) as four:
            assert (await four.hear()).startswith("220 ")


async def test_addresses_in_utf8_and_domains_as_a_labels_find_their_inbox(
    start: EdgeStarter, journal: Journal, directory: Addresses
) -> None:
    directory.known = {"info@xn--bcher-kva.example": SUPPORT}
    async with raw(await start(journal)) as peer:
        await peer.greet()
        await peer.say("MAIL FROM:<jörg@bücher.example> SMTPUTF8\r\n".encode())
        reply = await peer.say("RCPT TO:<info@bücher.example>\r\n".encode())
        assert reply.startswith("250 ")
        await peer.say(b"DATA\r\n")
        assert (await peer.say(MAIL + b".\r\n")).startswith("250 ")
    [record] = await kept(journal)
    assert record.headers[trace.MAIL_FROM] == "jörg@bücher.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    cert, key = write_certificate(tmp_path_factory.mktemp("smtp"))
    yield {"smtp_tls_cert": str(cert), "smtp_tls_key": str(key)}


async def test_starttls_is_offered_with_a_certificate_and_noted(
    start: EdgeStarter, journal: Journal, certificate: dict[str, str]
) -> None:
    port = await start(journal, **certificate)
    smtp = SMTP(
        hostname="127.0.0.1",
        port=port,
        start_tls=True,
        cert_bundle=certificate["smtp_tls_cert"],
        timeout=10,
    )
    async with smtp:
        assert not smtp.supports_extension("auth")
        await smtp.sendmail("eva@far.example", "support@halden.example", MAIL * 3000)
    [record] = await kept(journal)
    assert record.headers[trace.TLS].startswith("TLSv1")
    assert len(record.body) == len(MAIL) * 3000


async def test_closing_finishes_the_mail_that_is_under_way(
    journal: Journal, directory: Addresses
) -> None:
    edge = SmtpEdge(Settings(), journal, directory)
    port = await edge.start()
    async with raw(port) as busy, raw(port) as idle:
        await idle.greet()
        await busy.address()
        await busy.say(b"DATA\r\n")
        busy.writer.write(MAIL[:20])
        await busy.writer.drain()
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(edge.close())
        assert (await idle.hear()).startswith("421 ")
        assert (await busy.say(MAIL[20:] + b".\r\n")).startswith("250 ")
        await asyncio.wait_for(closing, 10)
    assert len(await kept(journal)) == 1
