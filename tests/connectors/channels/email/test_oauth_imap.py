"""Bearer tokens against dovecot, which asks a real OAuth server whose they are."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectors.channels.email import imap_login
from connectors.channels.email.connector import EmailConnector, connect
from connectors.channels.email.errors import CredentialsRefused
from connectors.channels.email.settings import Settings
from connectors.contract import Account, InboxId
from connectors.kit.egress import EgressClient
from connectors.tokens import LocalTokens
from tests.connectors.channels.email.test_puller import mail, pulled, subjects
from tests.peers.imapd import BINARY, Imapd, running_imapd
from tests.peers.token_server import TokenServer

pytestmark = pytest.mark.peer


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    async with TokenServer("support") as server:
        yield server


@pytest.fixture
async def bearing_imapd(
    tokens: TokenServer, certificate: tuple[Path, Path]
) -> AsyncIterator[Imapd]:
    if BINARY is None:
        pytest.skip("SKIPPED LOUDLY: no dovecot here, so IMAP is NOT tested (apt: dovecot-imapd)")
    running = running_imapd(*certificate, introspection_url=f"{tokens.base_url}/introspect")
    server = await asyncio.to_thread(running.__enter__)
    yield server
    await asyncio.to_thread(running.__exit__, None, None, None)


@pytest.fixture
async def inbox(tokens: TokenServer, bearing_imapd: Imapd) -> AsyncIterator[EmailConnector]:
    settings = Settings(
        imap_host="127.0.0.1",
        imap_port=bearing_imapd.port,
        imap_security="none",
        imap_username="support",
        imap_first_run="all",
        oauth_token_url=f"{tokens.base_url}/token",
        oauth_client_id="parley",
        oauth_refresh_token="refresh-0",
    )
    account = Account(
        inbox_id=InboxId("inbox1"),
        channel="email",
        name="",
        address="support@halden.example",
        hook_url="",
        settings=settings,
        tokens=LocalTokens(),
    )
    async with EgressClient(["127.0.0.1"]) as http:
        connector = connect(account, http)
        yield connector
        await connector.close()


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_a_token_logs_in(
    mechanism: str,
    inbox: EmailConnector,
    bearing_imapd: Imapd,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imap_login, "MECHANISMS", (mechanism,))
    await asyncio.to_thread(bearing_imapd.deliver, "support", mail("one"))
    assert subjects(await pulled(inbox)) == ["one"]


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
async def test_a_token_that_was_taken_back_is_renewed_by_what_came_last(
    mechanism: str,
    inbox: EmailConnector,
    tokens: TokenServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imap_login, "MECHANISMS", (mechanism,))
    await pulled(inbox)
    inbox._puller._mailbox.close()
    tokens.take_back()
    await pulled(inbox)
    assert tokens.renewals == ["refresh-0", "refresh-1"]


async def test_a_grant_that_is_gone_is_the_administrators_business(
    inbox: EmailConnector, tokens: TokenServer
) -> None:
    tokens.refresh_token = "somebody changed the password"
    with pytest.raises(CredentialsRefused, match="invalid_grant"):
        await pulled(inbox)
    health = await inbox.check()
    assert health.ok is False
    assert "anew" in health.advice


async def test_a_refused_token_brings_the_servers_own_words(
    inbox: EmailConnector, tokens: TokenServer
) -> None:
    tokens.user = "somebody-else"
    with pytest.raises(CredentialsRefused, match=r"refuses the login.*401"):
        await pulled(inbox)
