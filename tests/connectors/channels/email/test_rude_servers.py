"""What servers do that dovecot never does: the mailbox waits, goes on, or says why not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.channels.email import folder_scan, imap_session, imap_stream
from connectors.channels.email.connector import EmailConnector
from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.kit.mail.trace import FAULT, UID
from tests.connectors.channels.email.conftest import ConnectorMaker
from tests.connectors.channels.email.test_puller import mail, pulled, subjects
from tests.peers.rude_imapd import RudeImapd, Session


@pytest.fixture
async def server() -> AsyncIterator[RudeImapd]:
    async with RudeImapd() as running:
        running.mails = {5: mail("one"), 6: mail("two"), 9: mail("three")}
        yield running


@pytest.fixture
def inbox(server: RudeImapd, mail_inbox: ConnectorMaker) -> EmailConnector:
    return made(server, mail_inbox)


def made(server: RudeImapd, mail_inbox: ConnectorMaker, **settings: object) -> EmailConnector:
    there = {
        "imap_host": "127.0.0.1",
        "imap_port": server.port,
        "imap_security": "none",
        "imap_username": "support",
        "imap_password": "secret",
        "imap_first_run": "all",
    }
    return mail_inbox(**{**there, **settings})


@pytest.mark.parametrize("said", [b"UIDNEXT 1", b"UIDNEXT 4000000000", b"UNSEEN 3"])
async def test_a_wrong_or_missing_uidnext_neither_loses_mail_nor_imports_the_past(
    said: bytes, server: RudeImapd, mail_inbox: ConnectorMaker
) -> None:
    server.next_uid = said
    connector = made(server, mail_inbox, imap_first_run="new")
    [marker] = await pulled(connector)
    server.mails[10] = mail("fresh")
    assert subjects(await pulled(connector, marker.cursor)) == ["fresh"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", CredentialsRefused),
        (b"NO LOGIN failed.", CredentialsRefused),
        (b"BAD unknown user", CredentialsRefused),
        (b"NO [UNAVAILABLE] Temporary authentication failure.", MailboxUnavailable),
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", MailboxUnavailable),
        (b"NO [LIMIT] Rate limit hit", MailboxUnavailable),
    ],
)
async def test_a_refused_login_is_told_from_a_server_that_is_busy(
    words: bytes, error: type[Exception], server: RudeImapd, inbox: EmailConnector
) -> None:
    server.instead["LOGIN"] = lambda session: session.end(words)
    with pytest.raises(error) as raised:
        await pulled(inbox)
    assert type(raised.value) is error
    assert words.decode().split("] ")[-1] in str(raised.value)


@pytest.mark.parametrize(
    "greeting", [b"* BYE come back later\r\n", b"220 smtp.example ESMTP\r\n", b"\x00\xff\r\n"]
)
async def test_a_greeting_that_is_no_welcome_is_told(
    greeting: bytes, server: RudeImapd, inbox: EmailConnector
) -> None:
    server.greeting = greeting
    with pytest.raises(MailboxUnavailable, match="greets with"):
        await pulled(inbox)


async def test_goodbye_in_the_middle_is_an_outage_and_the_next_pull_goes_on(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    async def bye(session: Session) -> None:
        await session.say(b"BYE Server shutting down")
        session.cut()

    server.instead["UID FETCH"] = bye
    with pytest.raises(MailboxUnavailable, match=r"goodbye.*shutting down"):
        await pulled(inbox)
    server.instead.clear()
    assert subjects(await pulled(inbox)) == ["one", "two", "three"]
    assert server.logins == 2


async def test_a_literal_that_breaks_off_gives_no_half_mail(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    async def half(session: Session) -> None:
        if b"BODY" not in session.line:
            await server.fetch(session)
            return
        await session.raw(server.fetched(5, whole=True))
        await session.raw(server.fetched(6, whole=True)[:-30])
        session.cut()

    server.instead["UID FETCH"] = half
    with pytest.raises(MailboxUnavailable):
        await anext(inbox.pull(""))
    server.instead.clear()
    assert [item.body for item in await pulled(inbox)] == list(server.mails.values())


async def test_a_server_that_falls_silent_holds_no_pull_for_ever(
    server: RudeImapd, inbox: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_session, "COMMAND_S", 0.2)
    monkeypatch.setattr(imap_stream, "SILENCE_S", 0.2)

    async def stall(session: Session) -> None:
        await session.raw(b"* 1 FETCH (UID 5 BODY[] {1000}\r\nhalf of")
        await asyncio.sleep(60)

    async def silent(session: Session) -> None:
        await asyncio.sleep(60)

    for handler in (silent, stall):
        server.instead["UID FETCH"] = handler
        with pytest.raises(MailboxUnavailable):
            await asyncio.wait_for(pulled(inbox), 5)


async def test_a_literal_larger_than_any_mail_may_be_is_not_read(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    async def endless(session: Session) -> None:
        await session.raw(b"* 1 FETCH (UID 5 BODY[] {99999999999}\r\n")

    server.instead["UID FETCH"] = endless
    with pytest.raises(MailboxUnavailable, match="99999999999 bytes at once"):
        await pulled(inbox)


@pytest.mark.parametrize("said", [b"NIL", b'""'])
async def test_a_mail_that_is_not_handed_out_is_listed_in_the_end_and_the_rest_go_on(
    said: bytes, server: RudeImapd, inbox: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_but_six(session: Session) -> None:
        for uid in server.asked_for(session):
            whole = b"BODY" in session.line
            empty = b"* 6 FETCH (UID 6 BODY[] %s)\r\n" % said
            await session.raw(empty if uid == 6 and whole else server.fetched(uid, whole=whole))
        await session.end()

    server.instead["UID FETCH"] = all_but_six
    taken = await pulled_with_patience(inbox, monkeypatch)
    assert [(item[1], item[2]) for item in taken] == [("5", ""), ("6", "listed"), ("9", "")]


async def test_a_refused_mail_is_listed_in_the_end_but_not_while_the_server_has_a_bad_day(
    server: RudeImapd, inbox: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = b"NO [UNAVAILABLE] storage is away"

    async def refuse_six(session: Session) -> None:
        if 6 in server.asked_for(session) and b"BODY" in session.line:
            await session.end(words)
        else:
            await server.fetch(session)

    server.instead["UID FETCH"] = refuse_six
    monkeypatch.setattr(folder_scan, "STRIKES_SPAN_S", 0.0)
    for _ in range(5):
        with pytest.raises(MailboxUnavailable, match="storage is away"):
            await pulled(inbox)
    words = b"NO cannot parse this message"
    taken = await pulled_with_patience(inbox, monkeypatch)
    assert [(item[1], item[2]) for item in taken] == [("5", ""), ("6", "listed"), ("9", "")]


async def pulled_with_patience(
    connector: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str, str]]:
    """Cursor, UID and whether it was listed, over as many pulls as it takes."""
    cursor, taken = "", list[tuple[str, str, str]]()
    for attempt in range(8):
        span_s = 3600.0 if attempt < 4 else 0.0
        monkeypatch.setattr(folder_scan, "STRIKES_SPAN_S", span_s)
        try:
            async for item in connector.pull(cursor):
                cursor = item.cursor
                listed = "listed" if FAULT in item.headers else ""
                assert attempt >= 4 or not listed, "given up at once"
                taken.append((cursor, item.headers[UID], listed))
        except MailboxUnavailable:
            continue
        break
    return taken


async def test_flags_that_somebody_changes_meanwhile_are_no_mail(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    async def chatty(session: Session) -> None:
        await session.say(b"9 FETCH (FLAGS (\\Seen))", b"5 FETCH (UID 5 FLAGS (\\Seen))")
        await server.fetch(session)

    server.instead["UID FETCH"] = chatty
    assert subjects(await pulled(inbox)) == ["one", "two", "three"]


async def test_without_idle_the_mailbox_is_asked_again_after_the_pause(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    server.capabilities = b"IMAP4rev1"
    await pulled(inbox)
    await asyncio.wait_for(inbox.wait(0.05), 5)
    assert "IDLE" not in server.commands


async def test_a_server_that_offers_idle_and_refuses_it_is_asked_again_after_the_pause(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    server.instead["IDLE"] = lambda session: session.end(b"BAD not today")
    await pulled(inbox)
    await asyncio.wait_for(inbox.wait(0.05), 5)


async def test_a_line_that_breaks_in_idle_is_taken_up_soon_but_not_in_a_storm(
    server: RudeImapd, inbox: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def cut(session: Session) -> None:
        session.cut()

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("connectors.channels.email.puller.asyncio.sleep", note)
    server.instead["IDLE"] = cut
    for _ in range(8):
        await pulled(inbox)
        await inbox.wait(60)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


async def test_idle_is_begun_anew_long_before_a_server_would_end_it(
    server: RudeImapd, inbox: EmailConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.channels.email.puller.IDLE_S", 0.1)
    await pulled(inbox)
    await asyncio.wait_for(inbox.wait(0.05), 5)
    assert server.commands[-2:] == ["NOOP", "IDLE"]
    assert subjects(await pulled(inbox)) == ["one", "two", "three"]
    assert server.logins == 1


async def test_a_password_of_any_characters_is_said_as_it_is(
    server: RudeImapd, mail_inbox: ConnectorMaker
) -> None:
    said: list[bytes] = []

    async def login(session: Session) -> None:
        said.append(session.line)
        while session.line.endswith(b"}"):
            await session.raw(b"+ go on\r\n")
            session.line = (await session.reader.readline()).rstrip(b"\r\n")
            said.append(session.line)
        await session.end()

    server.instead["LOGIN"] = login
    await pulled(made(server, mail_inbox, imap_password='a"b\\c'))
    await pulled(made(server, mail_inbox, imap_password="pässword"))
    assert said[0] == rb'LOGIN "support" "a\"b\\c"'
    assert said[1:] == [b'LOGIN "support" {9}', "pässword".encode()]


async def test_a_password_is_not_said_to_a_server_that_wants_encryption_first(
    server: RudeImapd, inbox: EmailConnector
) -> None:
    server.capabilities = b"IMAP4rev1 STARTTLS LOGINDISABLED"
    with pytest.raises(CredentialsRefused, match="encryption"):
        await pulled(inbox)
    assert not [said for said in server.commands if "secret" in said]
