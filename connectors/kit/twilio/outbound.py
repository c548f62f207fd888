"""Sending by the twilio library, over our own way out."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.base.exceptions import TwilioException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from connectors.contract import (
    Accepted,
    Health,
    OutboundMessage,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from connectors.http import Http, HttpReply
from connectors.kit.outcomes import Refusal, attempt, of_refusal, retry_after

API = "https://api.twilio.com"

# https://www.twilio.com/docs/api/errors
LATER = {20429, 30001, 63018}
CODES: dict[int, type[ReauthNeeded | WindowClosed]] = {20003: ReauthNeeded, 63016: WindowClosed}


class TwilioHttp(AsyncTwilioHttpClient):  # type: ignore[misc]  # the library is untyped here
    """The library's client with our ``Http`` under it; the last answer is kept for its words."""

    def __init__(self, http: Http, base_url: str) -> None:
        super().__init__(pool_connections=False)
        self._http = http
        self._base_url = base_url.rstrip("/")
        self.reply: HttpReply | None = None

    async def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        allow_redirects: bool = False,
    ) -> Response:
        """As the library's, without its own session."""
        target = self._base_url + url.removeprefix(API)
        if params:
            target += "?" + urlencode(params, doseq=True)
        self.reply = await self._http.request(
            method.upper(),
            target,
            headers={**(headers or {}), **_basic(auth)},
            body=urlencode(data, doseq=True).encode() if data else b"",
        )
        return Response(self.reply.status, self.reply.body.decode("utf-8", "replace"), {})


class TwilioApi:
    """The few calls that we need."""

    def __init__(self, http: Http, account_sid: str, auth_token: str, base_url: str) -> None:
        self._http = http
        self._login = (account_sid, auth_token)
        self._base_url = base_url

    async def create(self, message: OutboundMessage, fields: Mapping[str, Any]) -> SendOutcome:
        """One message to one person."""
        transport = TwilioHttp(self._http, self._base_url)
        client = Client(*self._login, http_client=transport)

        async def send() -> SendOutcome:
            try:
                made = await client.messages.create_async(**fields, **_template(message))
            except (TwilioException, ValueError):
                return _refused(transport.reply)
            return Accepted(native_ids=(made.sid,) if made.sid else ())

        return await attempt(send)

    async def check(self) -> Health:
        """Whether the credentials open the account, and whether it is active."""
        url = f"{self._base_url.rstrip('/')}/2010-04-01/Accounts/{self._login[0]}.json"
        reply = await self._http.request("GET", url, headers=_basic(self._login), timeout_s=8)
        if not reply.ok:
            advice = "Copy Account SID and Auth Token anew from the Twilio console."
            return Health(ok=False, detail=f"Twilio answered {reply.status}", advice=advice)
        status = (reply.read(dict[str, Any]) or {}).get("status", "unknown")
        advice = "" if status == "active" else "The account must be active: see the Twilio console."
        return Health(ok=status == "active", detail=f"account is {status}", advice=advice)

    async def media(self, url: str) -> AsyncIterator[bytes]:
        """A received file; credentials go to Twilio's own hosts only."""
        host = urlsplit(url).hostname or ""
        ours = host == urlsplit(self._base_url).hostname or host.endswith(".twilio.com")
        return self._http.stream(url, headers=_basic(self._login) if ours else None)


def _template(message: OutboundMessage) -> dict[str, str]:
    """A content template (``ContentSid``) with its numbered variables."""
    if message.template is None:
        return {}
    variables = {str(i): value for i, value in enumerate(message.template.params, 1)}
    return {"content_sid": message.template.name, "content_variables": json.dumps(variables)}


def _refused(reply: HttpReply | None) -> SendOutcome:
    """Twilio's ``{"code", "message"}`` as an outcome."""
    if reply is None:
        return Rejected(reason="the message cannot be made into a request")
    if reply.ok:
        return Accepted(native_ids=())
    said = reply.read(dict[str, Any]) or {}
    code = said.get("code") if isinstance(said.get("code"), int) else 0
    reason = f"{said.get('message') or said.get('error') or 'refused'}" + (
        f" ({code})" if code else ""
    )
    if code in LATER:
        return RetryLater(reason=reason, after_s=retry_after(reply))
    if code in CODES:
        return CODES[code](reason=reason)
    return of_refusal(
        Refusal(
            status=reply.status,
            reason=reason,
            code=str(code or ""),
            after_s=retry_after(reply),
        )
    )


def _basic(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}
