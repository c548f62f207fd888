"""XOAUTH2 access tokens by refresh grant (RFC 6749 section 6), for Gmail and Microsoft 365."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec

from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.settings import Settings
from connectors.http import Http, LineBroken, NotSent

TokenGetter = Callable[[], Awaitable[str]]
EARLY_S = 120.0  # a token is renewed this long before it ends: clocks differ, logins take time


class _Grant(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = 3600.0


class RefreshedTokens:
    """Keeps one access token and renews it when it is about to end; usable as TokenGetter."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._settings = settings
        self._http = http
        self._token = ""
        self._good_until = 0.0
        self._lock = asyncio.Lock()

    async def __call__(self) -> str:
        """Raises CredentialsRefused (the grant is gone) or MailboxUnavailable (try again)."""
        async with self._lock:
            if time.monotonic() >= self._good_until:
                grant = await self._renew()
                self._token = grant.access_token
                self._good_until = time.monotonic() + max(grant.expires_in - EARLY_S, 0.0)
            return self._token

    async def _renew(self) -> _Grant:
        try:
            reply = await self._http.request(
                "POST",
                self._settings.oauth_token_url,
                headers={"content-type": "application/x-www-form-urlencoded"},
                body=urlencode(self._form()).encode(),
            )
        except (NotSent, LineBroken) as error:
            raise MailboxUnavailable(f"the token endpoint does not answer: {error}") from error
        if reply.status in {400, 401, 403}:
            words = reply.body[:200].decode("utf-8", "replace")
            raise CredentialsRefused(f"the refresh token is refused: {words}")
        try:
            return msgspec.json.decode(reply.body, type=_Grant)
        except msgspec.DecodeError as error:
            raise MailboxUnavailable(f"the token endpoint says {reply.status}") from error

    def _form(self) -> dict[str, str]:
        s = self._settings
        form = {
            "grant_type": "refresh_token",
            "refresh_token": s.oauth_refresh_token,
            "client_id": s.oauth_client_id,
            "client_secret": s.oauth_client_secret,
            "scope": s.oauth_scope,
        }
        return {name: value for name, value in form.items() if value}
