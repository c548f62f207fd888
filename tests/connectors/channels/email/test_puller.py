"""IMAP against dovecot: nothing lost, nothing twice, nothing touched."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from connectors.channels.email import folder_scan
from connectors.channels.email.connector import EmailConnector
from connectors.channels.email.cursor import read_cursors
from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.contract import Pulled
from connectors.errors import Malformed
from connectors.events import MessageReceived
from tests.connectors.channels.email.conftest import ConnectorMaker
from tests.peers.cutting_proxy import CuttingProxy
from tests.peers.imapd import Imapd

pytestmark = pytest.mark.peer
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def mail(subject: str, body: str = "Hello") -> bytes:
    head = f"From: eva@far.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@far.example>"
    return f"{head}\r\n\r\n{body}\r\n".encode()


async def pulled(connector: EmailConnector, cursor: str = "") -> list[Pulled]:
    return [item async for item in connector.pull(cursor)]


def subjects(items: list[Pulled]) -> list[str]:
    lines = [line for item in items for line in item.body.decode().splitlines()]
    return [line.removeprefix("Subject: ") for line in lines if line.startswith("Subject: ")]


def validity(item: Pulled) -> int:
    [cursor] = read_cursors(item.cursor, "").values()
    return cursor.validity


async def test_all_mail_comes_oldest_first_and_unchanged(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    imapd.deliver(user, mail("one"), mail("two"), mail("three"))
    items = await pulled(imap_inbox())
    assert [item.body for item in items] == [mail("one"), mail("two"), mail("three")]


async def test_a_cursor_goes_on_after_its_mail(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    connector = imap_inbox()
    imapd.deliver(user, mail("one"), mail("two"))
    first = await pulled(connector)
    assert subjects(await pulled(connector, first[0].cursor)) == ["two"]
    assert await pulled(connector, first[-1].cursor) == []
    imapd.deliver(user, mail("three"))
    assert subjects(await pulled(connector, first[-1].cursor)) == ["three"]


async def test_a_first_run_for_new_mail_leaves_the_old_and_marks_its_place(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    connector = imap_inbox(imap_first_run="new")
    imapd.deliver(user, mail("old"))
    [marker] = await pulled(connector)
    assert connector.parse_item(marker.body, marker.headers, NOW).events == ()
    imapd.deliver(user, mail("fresh"))
    assert subjects(await pulled(connector, marker.cursor)) == ["fresh"]


async def test_pulling_sets_no_flag_and_deletes_nothing(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    imapd.deliver(user, mail("one"))
    await pulled(imap_inbox())
    with imapd.client(user) as client:
        [uid] = client.search("ALL")
        assert b"\\Seen" not in client.get_flags([uid])[uid]


async def test_mail_that_was_moved_away_and_deleted_is_not_taken_again(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    connector = imap_inbox()
    imapd.deliver(user, mail("one"), mail("two"), mail("three"))
    items = await pulled(connector)
    with imapd.client(user) as client:
        client.create_folder("Archive")
        client.move([1], "Archive")
        client.delete_messages([2])
        client.expunge()
    imapd.deliver(user, mail("four"))
    assert subjects(await pulled(connector, items[-1].cursor)) == ["four"]


async def test_a_mail_deleted_before_its_turn_does_not_stop_the_others(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    imapd.deliver(user, mail("one"), mail("two"), mail("three"))
    connector = imap_inbox()

    async def stale_search(uid: int) -> list[int]:
        return [1, 2, 3, 99]

    connector._puller._mailbox.uids_after = stale_search
    with imapd.client(user) as client:
        client.delete_messages([2])
        client.expunge()
    assert subjects(await pulled(connector)) == ["one", "three"]


async def test_a_change_of_uidvalidity_scans_anew(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    with imapd.client(user) as client:
        client.create_folder("Support")
    imapd.deliver(user, mail("one"), mail("two"), folder="Support")
    connector = imap_inbox(imap_folder="Support")
    before = await pulled(connector)
    with imapd.client(user) as client:
        client.delete_folder("Support")
        client.create_folder("Support")
    imapd.deliver(user, mail("one"), mail("two"), mail("three"), folder="Support")
    after = await pulled(connector, before[-1].cursor)
    assert subjects(after) == ["one", "two", "three"]
    assert validity(after[-1]) != validity(before[-1])


async def test_scanning_anew_leaves_what_was_there_before_a_start_with_new_mail(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    with imapd.client(user) as client:
        client.create_folder("Support")
    connector = imap_inbox(imap_folder="Support", imap_first_run="new")
    [marker] = await pulled(connector)
    with imapd.client(user) as client:
        client.delete_folder("Support")
        client.create_folder("Support")
        client.append("Support", mail("ancient"), msg_time=datetime(2020, 1, 1, tzinfo=UTC))
        client.append("Support", mail("earlier"), msg_time=datetime.now(UTC) - timedelta(hours=3))
        client.append("Support", mail("recent"))
    assert subjects(await pulled(connector, marker.cursor)) == ["recent"]


def put(imapd: Imapd, user: str, folder: str, **mails: float) -> None:
    """Mails by subject, each as many days old as said."""
    with imapd.client(user) as client:
        for subject, days in mails.items():
            at = datetime.now(UTC) - timedelta(days=days)
            client.append(folder, mail(subject), msg_time=at)


async def test_a_start_with_some_days_takes_these_and_whatever_comes_later(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    put(imapd, user, "INBOX", ancient=40, recent=5, older=31, fresh=0)
    connector = imap_inbox(imap_first_run="days", imap_first_days=30)
    items = await pulled(connector)
    assert subjects(items) == ["recent", "fresh"]
    put(imapd, user, "INBOX", found_again=300)
    assert subjects(await pulled(connector, items[-1].cursor)) == ["found_again"]


async def test_a_scan_anew_that_is_cut_off_still_leaves_out_what_is_older(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    with imapd.client(user) as client:
        client.create_folder("Support")
    connector = imap_inbox(imap_folder="Support", imap_first_run="new")
    [marker] = await pulled(connector)
    with imapd.client(user) as client:
        client.delete_folder("Support")
        client.create_folder("Support")
    put(imapd, user, "Support", one=0, ancient=9, two=0)
    pull = connector.pull(marker.cursor)
    first = await anext(pull)
    await pull.aclose()
    assert subjects([first]) == ["one"]
    assert subjects(await pulled(connector, first.cursor)) == ["two"]


async def test_folders_have_places_of_their_own(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    with imapd.client(user) as client:
        client.create_folder("Späte Post")
        client.create_folder("Sent")
    imapd.deliver(user, mail("first"))
    before = await pulled(imap_inbox())
    imapd.deliver(user, mail("late"), folder="Späte Post")
    imapd.deliver(user, mail("answer"), folder="Sent")
    connector = imap_inbox(imap_more_folders=("Späte Post",), imap_sent_folder="Sent")
    after = await pulled(connector, before[-1].cursor)
    assert subjects(after) == ["late", "answer"]
    directions = [
        event.direction
        for item in after
        for event in connector.parse_item(item.body, item.headers, NOW).events
        if isinstance(event, MessageReceived)
    ]
    assert directions == ["in", "echo"]
    assert await pulled(connector, after[-1].cursor) == []


async def test_an_oversized_mail_is_listed_with_its_headers_and_the_rest_go_on(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    imapd.deliver(user, mail("one"), mail("huge", "x" * 5000), mail("three"))
    connector = imap_inbox(imap_max_bytes=2000)
    items = await pulled(connector)
    assert subjects(items) == ["one", "huge", "three"]
    assert len(items[1].body) < 200
    parsed = connector.parse_item(items[1].body, items[1].headers, NOW)
    assert "this inbox takes 2000" in parsed.bad[0].reason
    assert "this inbox takes 2000" in parsed.events[0].incomplete


async def test_idle_wakes_when_mail_arrives(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    connector = imap_inbox()
    await pulled(connector)
    waiting = asyncio.create_task(connector.wait(120))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await asyncio.to_thread(imapd.deliver, user, mail("news"))
    await asyncio.wait_for(waiting, 20)


async def test_mail_that_came_between_pull_and_wait_is_noticed(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    connector = imap_inbox()
    await pulled(connector)
    imapd.deliver(user, mail("between"))
    await asyncio.wait_for(connector.wait(120), 20)


async def test_a_waiting_mailbox_ends_at_once_when_cancelled(imap_inbox: ConnectorMaker) -> None:
    connector = imap_inbox()
    await pulled(connector)
    waiting = asyncio.create_task(connector.wait(120))
    await asyncio.sleep(0.2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiting, 10)
    await asyncio.wait_for(connector.close(), 10)


async def test_a_wrong_password_is_the_administrators_business(imap_inbox: ConnectorMaker) -> None:
    connector = imap_inbox(imap_password="wrong")
    with pytest.raises(CredentialsRefused):
        await pulled(connector)
    health = await connector.check()
    assert health.ok is False
    assert "password" in health.advice


async def test_a_missing_folder_is_said_in_the_servers_words(imap_inbox: ConnectorMaker) -> None:
    with pytest.raises(MailboxUnavailable, match="doesn't exist"):
        await pulled(imap_inbox(imap_folder="Nowhere"))


async def test_a_server_that_is_not_there_is_unavailable(imap_inbox: ConnectorMaker) -> None:
    with pytest.raises(MailboxUnavailable):
        await pulled(imap_inbox(imap_port=1))


async def test_a_line_cut_in_the_middle_loses_and_repeats_nothing(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_scan, "BATCH_MAILS", 2)
    imapd.deliver(user, *[mail(f"m{i}", "y" * 20_000) for i in range(6)])
    taken: list[Pulled] = []
    async with CuttingProxy(imapd.port) as proxy:
        connector = imap_inbox(imap_port=proxy.port)
        with pytest.raises(MailboxUnavailable):
            async for item in connector.pull(""):
                taken.append(item)
                if len(taken) == 3:
                    proxy.cut()
        assert 0 < len(taken) < 6
        taken += await pulled(connector, taken[-1].cursor)
    assert subjects(taken) == [f"m{i}" for i in range(6)]


async def test_a_mail_that_always_breaks_the_line_is_listed_and_the_rest_go_on(
    imapd: Imapd, user: str, imap_inbox: ConnectorMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_scan, "STRIKES_SPAN_S", 0.0)
    imapd.deliver(user, mail("one"), mail("two"), mail("bad", "POISON"), mail("four"))
    cursor, taken = "", list[Pulled]()
    async with CuttingProxy(imapd.port) as proxy:
        proxy.poison = b"POISON"
        connector = imap_inbox(imap_port=proxy.port)
        for _ in range(6):
            try:
                async for item in connector.pull(cursor):
                    taken.append(item)
                    cursor = item.cursor
            except MailboxUnavailable:
                continue
            break
    assert subjects(taken) == ["one", "two", "four"]
    [listed] = [item for item in taken if not item.body]
    with pytest.raises(Malformed, match="fetched 3 times"):
        connector.parse_item(listed.body, listed.headers, NOW)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_an_encrypted_connection_verifies_the_server(
    security: str, imapd: Imapd, user: str, imap_inbox: ConnectorMaker
) -> None:
    port = imapd.tls_port if security == "tls" else imapd.port
    imapd.deliver(user, mail("one"))
    trusting = {"imap_port": port, "imap_security": security, "tls_ca_file": str(imapd.ca_file)}
    assert subjects(await pulled(imap_inbox(**trusting))) == ["one"]
    with pytest.raises(MailboxUnavailable, match=r"(?i)certificate"):
        await pulled(imap_inbox(imap_port=port, imap_security=security))


async def test_health_says_where_it_stands(imap_inbox: ConnectorMaker) -> None:
    health = await imap_inbox().check()
    assert health.ok is True
    assert "INBOX" in health.detail


async def test_an_inbox_without_imap_has_nothing_to_pull(mail_inbox: ConnectorMaker) -> None:
    connector = mail_inbox()
    assert await pulled(connector) == []
    await connector.wait(0.01)
    assert (await connector.check()).ok is None
