"""Access tokens by refresh grant (RFC 6749 section 6), for Gmail and Microsoft 365."""

from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from connectors.channels.email.errors import CredentialsRefused, MailboxUnavailable
from connectors.channels.email.settings import Settings
from connectors.http import Http, LineBroken, NotSent
from connectors.tokens import Token, Tokens, lasting, named

_REFUSALS = frozenset({400, 401, 403})


class TokenGetter(Protocol):
    """An access token; ``refused`` is the one that a server has just turned down."""

    async def __call__(self, refused: str = "") -> str:
        """Raises CredentialsRefused (the grant is gone) or MailboxUnavailable (try again)."""
        ...


class _Grant(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float = 3600.0
    refresh_token: str = ""


class RefreshedTokens:
    """A TokenGetter. Microsoft gives a new refresh token each time: the last one given is shown."""

    def __init__(self, settings: Settings, http: Http, tokens: Tokens) -> None:
        s = self._settings = settings
        self._http = http
        self._tokens = tokens
        # whoever enters other credentials begins anew with these
        self._name = named(
            "oauth", s.oauth_token_url, s.oauth_client_id, s.oauth_refresh_token, s.oauth_scope
        )

    async def __call__(self, refused: str = "") -> str:
        """See ``TokenGetter``; renewed by one process at a time."""
        return await self._tokens.get(self._name, self._renew, refused=refused)

    async def _renew(self, last: Token | None) -> Token:
        configured = self._settings.oauth_refresh_token
        if last is None or last.refresh in {"", configured}:
            return await self._granted(configured)
        try:
            return await self._granted(last.refresh)
        except CredentialsRefused:
            return await self._granted(configured)

    async def _granted(self, refresh: str) -> Token:
        grant = await self._ask(refresh)
        return lasting(
            grant.access_token,
            grant.expires_in,
            datetime.now(UTC),
            refresh=grant.refresh_token or refresh,
        )

    async def _ask(self, refresh: str) -> _Grant:
        try:
            reply = await self._http.request(
                "POST",
                self._settings.oauth_token_url,
                headers={"content-type": "application/x-www-form-urlencoded"},
                body=urlencode(self._form(refresh)).encode(),
            )
        except (NotSent, LineBroken) as error:
            raise MailboxUnavailable(f"the token endpoint does not answer: {error}") from error
        if reply.status in _REFUSALS:
            words = reply.body[:200].decode("utf-8", "replace")
            raise CredentialsRefused(f"the refresh token is refused: {words}")
        try:
            return msgspec.json.decode(reply.body, type=_Grant)
        except msgspec.DecodeError as error:
            raise MailboxUnavailable(f"the token endpoint says {reply.status}") from error

    def _form(self, refresh: str) -> dict[str, str]:
        s = self._settings
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": s.oauth_client_id,
            "client_secret": s.oauth_client_secret,
            "scope": s.oauth_scope,
        }
        return {name: value for name, value in form.items() if value}
