"""A site that reads mailboxes of a real server: nothing is lost, nothing is stored twice."""

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator

import pytest

from connectors.channels.email.cursor import Cursor, read_cursors
from connectors.contract import InboxId
from gateway.workers import pulling
from gateway.workers.store import CursorStore
from normalizer.model import Message
from storage.ids import utc_now
from tests.gateway.house import House
from tests.peers.certificates import write_certificate
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.imapd import BINARY, PASSWORD, Imapd, running_imapd
from tests.peers.rude_imapd import RudeImapd
from tests.peers.smtp_sink import SmtpSink

pytestmark = pytest.mark.peer


@pytest.fixture(scope="module")
def imapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imapd]:
    if BINARY is None:
        pytest.skip("SKIPPED LOUDLY: no dovecot here, so IMAP is NOT tested (apt: dovecot-imapd)")
    with running_imapd(*write_certificate(tmp_path_factory.mktemp("certificate"))) as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outages of a test are shorter than those of the world."""
    monkeypatch.setattr(pulling, "LONGEST_S", 1.0)


def mail(number: int, *, named: bool = True, words: str = "") -> bytes:
    lines = [
        f"From: customer{number}@far.example",
        f"Subject: Question {number}",
        *([f"Message-ID: <{number}@far.example>"] if named else []),
        "",
        words or f"Words of question {number}",
        "",
    ]
    return "\r\n".join(lines).encode()


async def mailbox(house: House, port: int, user: str, **settings: object) -> str:
    there = {
        "imap_host": "127.0.0.1",
        "imap_port": port,
        "imap_security": "none",
        "imap_username": user,
        "imap_password": PASSWORD,
        "imap_first_run": "all",
    }
    made = await house.base.inboxes.create(
        channel="email",
        name=user,
        address=f"{user}@halden.example",
        settings={**there, **settings},
        now=utc_now(),
        undo_s=0,
    )
    return made.id


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await happened():  # noqa: ASYNC110  a worker's work
            await asyncio.sleep(0.05)


async def stored(house: House, count: int) -> list[Message]:
    """All messages, once there are ``count`` and the journal is empty; fails when more come."""
    messages = house.base.collections.messages

    async def all_there() -> bool:
        return len(await messages.find({}, limit=1000)) >= count

    await until(all_there)
    await house.drained()
    found = await messages.find({}, limit=1000)
    assert len(found) == count, sorted(one.subject for one in found)
    return found


async def deliver(imapd: Imapd, user: str, *mails: bytes, folder: str = "INBOX") -> None:
    await asyncio.to_thread(imapd.deliver, user, *mails, folder=folder)


async def test_mail_comes_at_once_from_every_folder(house: House, imapd: Imapd) -> None:
    with imapd.client("folders") as client:
        client.create_folder("Beschwerden.Süd")
    await mailbox(house, imapd.port, "folders", imap_more_folders=["Beschwerden.Süd"])
    await deliver(imapd, "folders", mail(1))
    await deliver(imapd, "folders", mail(2), folder="Beschwerden.Süd")
    await stored(house, 2)
    await deliver(imapd, "folders", mail(3))
    await stored(house, 3)


async def test_a_renumbered_mailbox_repeats_nothing_with_or_without_message_ids(
    house: House, imapd: Imapd
) -> None:
    await deliver(imapd, "renumbered", mail(1), mail(2, named=False), mail(3))
    inbox_id = await mailbox(house, imapd.port, "renumbered")
    await stored(house, 3)
    before = await cursor_of(house, inbox_id)
    with imapd.client("renumbered") as client:  # moved away: it must not come again either
        client.create_folder("Archive")
        client.move([3], "Archive")
    await asyncio.to_thread(imapd.stop)
    for file in (imapd.home / "mail" / "renumbered").glob("dovecot*"):
        file.unlink()
    await asyncio.to_thread(imapd.start)
    await deliver(imapd, "renumbered", mail(4, named=False))
    await stored(house, 4)
    after = await cursor_of(house, inbox_id)
    assert before.validity != after.validity, "it was not renumbered"


async def cursor_of(house: House, inbox_id: str, folder: str = "INBOX") -> Cursor:
    text = await CursorStore(house.base.mongo).load(InboxId(inbox_id))
    return read_cursors(text, "INBOX")[folder]


async def test_an_outage_loses_nothing_and_is_told_while_it_lasts(
    house: House, imapd: Imapd
) -> None:
    await deliver(imapd, "outage", mail(1))
    inbox_id = await mailbox(house, imapd.port, "outage")
    await stored(house, 1)

    async def failing() -> bool:
        return (await house.base.edge_store.pulls.get(inbox_id)).failing_since is not None

    async def healed() -> bool:
        return not await failing()

    await asyncio.to_thread(imapd.stop)
    try:
        await until(failing)
        arrived = imapd.home / "mail" / "outage" / "new" / "1771000000.M1P1.halden"
        arrived.write_bytes(mail(2))
        shutil.chown(arrived, *owner_of(arrived.parent))
    finally:
        await asyncio.to_thread(imapd.start)
    await stored(house, 2)
    await until(healed)


def owner_of(path):
    found = path.stat()
    return found.st_uid, found.st_gid


async def test_lines_that_are_cut_again_and_again_lose_and_repeat_nothing(
    house: House, imapd: Imapd
) -> None:
    mails = [mail(number, words="many words " * 20_000) for number in range(40)]
    async with CuttingProxy(imapd.port) as proxy:
        await mailbox(house, proxy.port, "cut")
        await deliver(imapd, "cut", *mails[:20])
        for _ in range(6):
            await asyncio.sleep(0.15)
            proxy.cut()
        await deliver(imapd, "cut", *mails[20:])
        await asyncio.sleep(0.1)
        proxy.cut()
        await stored(house, 40)
        assert proxy.cuts == 7


async def test_a_refused_login_is_shown_on_the_inbox(house: House, imapd: Imapd) -> None:
    inbox_id = await mailbox(house, imapd.port, "locked", imap_password="wrong")

    async def noted() -> bool:
        return await house.base.edge_store.health.get(inbox_id) is not None

    await until(noted)
    health = await house.base.edge_store.health.get(inbox_id)
    assert health.ok is False
    assert "refuses the login" in health.detail
    assert "anew" in health.advice


async def test_a_hundred_mailboxes_need_no_threads_and_wait_for_none_that_hangs(
    house: House, imapd: Imapd
) -> None:
    async with RudeImapd() as hanging:
        hanging.greeting = b"* "
        threads = threading.active_count()
        for number in range(5):
            await mailbox(house, hanging.port, f"hanging{number}")
        for number in range(100):
            await mailbox(house, imapd.port, f"many{number}")
        for number in range(100):
            await deliver(imapd, f"many{number}", mail(number))
        await stored(house, 100)
        assert threading.active_count() < threads + 8


def typed(to: int, answered: str) -> bytes:
    lines = [
        "From: Lena Brandt <lena@elsewhere.example>",
        f"To: customer{to}@far.example",
        "Subject: About your question",
        f"Message-ID: <typed{to}@phone.example>",
        *([f"In-Reply-To: {answered}"] if answered else []),
        "",
        "Typed on the phone",
        "",
    ]
    return "\r\n".join(lines).encode()


async def test_answers_meet_in_the_folder_of_sent_mail_without_a_loop(
    house: House, imapd: Imapd
) -> None:
    with imapd.client("meeting") as client:
        client.create_folder("Sent")
    with SmtpSink() as far:
        inbox_id = await mailbox(
            house,
            imapd.port,
            "meeting",
            imap_sent_folder="Sent",
            imap_keep_sent=True,
            smtp_host="127.0.0.1",
            smtp_port=far.port,
            smtp_security="none",
        )
        await deliver(imapd, "meeting", mail(1))
        (question,) = await stored(house, 1)
        await deliver(imapd, "meeting", typed(1, "<1@far.example>"), typed(7, ""), folder="Sent")
        await deliver(imapd, "meeting", mail(2))  # wakes IDLE; the sent folder is not watched
        found = await stored(house, 4)
        answer, begun = sorted(
            (one for one in found if one.direction == "out"),
            key=lambda one: one.ticket_id != question.ticket_id,
        )
        assert answer.ticket_id == question.ticket_id != begun.ticket_id
        for one in (answer, begun):
            assert (one.delivery.state, one.author.kind) == ("sent", "vendor")
            assert "sender-unproven" not in one.warnings

        agent = await house.person("mira@halden.example", "admin")
        status, said = await agent.call(
            "POST",
            f"/tickets/{question.ticket_id}/replies",
            {"conversation_id": question.conversation_id, "text": "From the desk"},
        )
        assert status in {200, 201, 202}, said

        async def kept() -> bool:
            with imapd.client("meeting", "Sent") as client:
                return len(client.search("ALL")) == 3

        async def read_back() -> bool:
            return (await cursor_of(house, inbox_id, "Sent")).uid == 3

        await until(kept)
        await deliver(imapd, "meeting", mail(3))
        await until(read_back)
        found = await stored(house, 6)
        assert sorted(one.text.strip() for one in found if one.direction == "out") == [
            "From the desk",
            "Typed on the phone",
            "Typed on the phone",
        ]
        assert len(far.envelopes) == 1
