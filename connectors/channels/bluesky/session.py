"""Calls with a session's token: it ends after two hours, and each renewal changes the next."""

import base64
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from connectors.errors import CredentialsRefused, FetchFailed
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.decoding import UNREADABLE
from connectors.tokens import Token, Tokens, named
from storage.ids import utc_now

LASTS = timedelta(minutes=90)
JSON = {"content-type": "application/json"}
TO_CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
REFUSED = {400, 401}


class _Session(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    access_jwt: str
    refresh_jwt: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An error's words."""

    error: str = ""
    message: str = ""


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    sub: str = ""


class Session:
    """One account's."""

    def __init__(self, http: Http, tokens: Tokens, base_url: str, login: tuple[str, str]) -> None:
        self._http = http
        self._tokens = tokens
        self._url = f"{base_url.rstrip('/')}/xrpc"
        self._login = login
        self._name = named("session", base_url, *login)

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Body = b"",
        headers: Mapping[str, str] = JSON,
        timeout_s: float = 20.0,
    ) -> HttpReply:
        """With a token that is renewed once when it is refused. Raises NotSent, LineBroken,
        FetchFailed, CredentialsRefused; a body that cannot be sent again is sent once.
        """

        async def send(token: str) -> HttpReply:
            return await self._http.request(
                method,
                f"{self._url}/{path}",
                headers={**headers, "authorization": f"Bearer {token}"},
                body=body,
                timeout_s=timeout_s,
            )

        token = await self.token()
        reply = await send(token)
        said = reply.read(Said) if reply.status in REFUSED else None
        if said and said.error in {"ExpiredToken", "InvalidToken"} and isinstance(body, bytes):
            return await send(await self._tokens.get(self._name, self._renew, refused=token))
        return reply

    async def token(self) -> str:
        """One that may be used now."""
        return await self._tokens.get(self._name, self._renew)

    async def _renew(self, last: Token | None) -> Token:
        """By the last one's, which is good once; else by the app password."""
        try:
            found = await self._refreshed(last.refresh) if last and last.refresh else None
            return found or await self._logged_in()
        except (NotSent, LineBroken) as error:
            raise FetchFailed(str(error), retry=True) from error

    async def _refreshed(self, refresh: str) -> Token | None:
        reply = await self._http.request(
            "POST",
            f"{self._url}/com.atproto.server.refreshSession",
            headers={"authorization": f"Bearer {refresh}"},
        )
        return _token(reply)

    async def _logged_in(self) -> Token:
        who, password = self._login
        reply = await self._http.request(
            "POST",
            f"{self._url}/com.atproto.server.createSession",
            headers=JSON,
            body=msgspec.json.encode({"identifier": who, "password": password}),
        )
        made = _token(reply)
        if made is not None:
            return made
        words = (reply.read(Said) or Said()).message or f"answered {reply.status}"
        if reply.status in REFUSED:
            raise CredentialsRefused(f"Bluesky refuses the app password: {words}"[:300])
        raise FetchFailed(f"no session: {words}"[:300], retry=True, status=reply.status)


def _token(reply: HttpReply) -> Token | None:
    made = reply.read(_Session) if reply.ok else None
    if made is None:
        return None
    return Token(value=made.access_jwt, refresh=made.refresh_jwt, expires_at=utc_now() + LASTS)


def owner_of(token: str) -> str:
    """The account's DID, as its token says; "" when it says nothing."""
    claims = token.split(".")[1] if token.count(".") >= 2 else ""  # noqa: PLR2004 - a JWT's dots
    try:
        decoded = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
        return msgspec.json.decode(decoded, type=_Claims).sub
    except (*UNREADABLE, ValueError):
        return ""
