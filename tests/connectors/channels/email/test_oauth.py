"""XOAUTH2: tokens by refresh grant, and a login with one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from connectors.channels.email.connector import connect
from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.oauth import RefreshedTokens
from connectors.channels.email.settings import Settings
from connectors.contract import (
    Accepted,
    Account,
    InboxId,
    OutboundMessage,
    ReauthNeeded,
    RetryLater,
    SenderId,
)
from connectors.standin import CannedReply, StandInHttp
from connectors.tokens import LocalTokens

SETTINGS = Settings(
    oauth_token_url="https://login.example/token",
    oauth_client_id="client",
    oauth_client_secret="hush",
    oauth_refresh_token="refresh",
    smtp_host="127.0.0.1",
    smtp_security="none",
    smtp_username="support",
)
GRANT = CannedReply(body={"access_token": "t0k", "expires_in": 3600})
STALE = CannedReply(body={"access_token": "stale", "expires_in": 3600})
GONE = CannedReply(status=400, body={"error": "invalid_grant"})


async def test_a_token_is_asked_for_once_while_it_is_good() -> None:
    http = StandInHttp([GRANT])
    tokens = RefreshedTokens(SETTINGS, http, LocalTokens())
    assert await asyncio.gather(tokens(), tokens()) == ["t0k", "t0k"]
    [request] = http.requests
    assert parse_qs(request.body) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh"],
        "client_id": ["client"],
        "client_secret": ["hush"],
    }


async def test_a_token_that_ends_soon_is_renewed() -> None:
    short = CannedReply(body={"access_token": "one", "expires_in": 60})
    tokens = RefreshedTokens(SETTINGS, StandInHttp([short, GRANT]), LocalTokens())
    assert [await tokens(), await tokens()] == ["one", "t0k"]


async def test_the_refresh_token_that_came_last_is_shown_next() -> None:
    rotated = CannedReply(body={"access_token": "one", "expires_in": 1, "refresh_token": "second"})
    http = StandInHttp([rotated, GRANT])
    tokens = RefreshedTokens(SETTINGS, http, LocalTokens())
    assert [await tokens(), await tokens()] == ["one", "t0k"]
    assert [shown(request.body) for request in http.requests] == ["refresh", "second"]


async def test_a_rotated_token_that_is_refused_falls_back_to_the_configured_one() -> None:
    rotated = CannedReply(body={"access_token": "one", "expires_in": 1, "refresh_token": "second"})
    http = StandInHttp([rotated, GONE, GRANT])
    tokens = RefreshedTokens(SETTINGS, http, LocalTokens())
    assert [await tokens(), await tokens()] == ["one", "t0k"]
    assert [shown(request.body) for request in http.requests] == ["refresh", "second", "refresh"]


async def test_new_credentials_do_not_meet_the_tokens_of_the_old() -> None:
    kept, http = LocalTokens(), StandInHttp([STALE, GRANT])
    entered = msgspec.structs.replace(SETTINGS, oauth_refresh_token="new")
    assert await RefreshedTokens(SETTINGS, http, kept)() == "stale"
    assert await RefreshedTokens(entered, http, kept)() == "t0k"
    assert shown(http.requests[-1].body) == "new"


def shown(form: str) -> str:
    return parse_qs(form)["refresh_token"][0]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (GONE, CredentialsRefused),
        (CannedReply(status=503, body="busy"), MailboxUnavailable),
        (CannedReply(line="broken"), MailboxUnavailable),
        (CannedReply(body="<html>"), MailboxUnavailable),
    ],
)
async def test_what_the_token_endpoint_says(reply: CannedReply, error: type[Exception]) -> None:
    with pytest.raises(error):
        await RefreshedTokens(SETTINGS, StandInHttp([reply]), LocalTokens())()


class TokenLogin:
    """aiosmtpd's hook for a mechanism of one's own."""

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        import base64

        said = base64.b64decode(args[1])
        right = said == b"user=support\1auth=Bearer t0k\1\1"
        return AuthResult(success=right, handled=False)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    def session() -> SMTP:
        return SMTP(TokenLogin(), hostname="far.example", auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("replies", "kind"),
    [
        ([GRANT], Accepted),
        ([STALE, GRANT], Accepted),
        ([STALE, STALE], ReauthNeeded),
        ([STALE, GONE], ReauthNeeded),
        ([GONE], ReauthNeeded),
        ([CannedReply(line="refused")], RetryLater),
    ],
)
async def test_a_reply_is_sent_with_a_token_and_a_stale_one_is_renewed_once(
    replies: list[CannedReply], kind: type, port: int
) -> None:
    account = Account(
        inbox_id=InboxId("i"),
        channel="email",
        name="",
        address="support@halden.example",
        hook_url="",
        settings=msgspec.structs.replace(SETTINGS, smtp_port=port),
    )
    connector = connect(account, StandInHttp(replies))
    outcome = await connector.send(
        OutboundMessage(
            id="m1",
            recipient=SenderId(family="mailto", value="eva@far.example"),
            thread_key="",
            text="Hello",
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    )
    await connector.close()
    assert isinstance(outcome, kind), outcome
