"""Twilio Voice: a call is answered by a voicemail, and what happened is reported."""

import base64
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

import msgspec

from connectors.channels.twilio_voice.inbound import begins, parse_call, part_url
from connectors.contract import Account, Health, Parsed, WebhookRequest, WebhookResponse
from connectors.errors import Malformed
from connectors.http import Http
from connectors.kit.fields import form_pairs
from connectors.kit.probing import probe
from connectors.kit.twilio.signature import check_signature

XML = '<?xml version="1.0" encoding="UTF-8"?>'
NOTHING = f"{XML}<Response/>"
GREETING = "Nobody can take your call now. Please leave a message after the tone."


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the Twilio console. The inbox's address is the number that is called."""

    account_sid: Annotated[
        str,
        msgspec.Meta(
            min_length=1, title="Account SID", description="AC..., on the console's first page"
        ),
    ]
    auth_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Auth token",
            description="Beside the Account SID; it also signs Twilio's webhooks",
            extra={"secret": True, "signs": True},
        ),
    ]
    greeting: Annotated[
        str, msgspec.Meta(max_length=1000, title="Greeting", description="Read to the caller")
    ] = GREETING
    language: Annotated[
        str,
        msgspec.Meta(title="Language of the greeting", description="As Twilio spells it: en-US"),
    ] = "en-US"
    max_seconds: Annotated[
        int, msgspec.Meta(ge=5, le=3600, title="Longest message", description="In seconds")
    ] = 180
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.twilio.com"


class TwilioAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of it."""

    status: str = "unknown"


def connect(account: Account, http: Http) -> "TwilioVoice":
    """The connector of one inbox."""
    return TwilioVoice(account, http)


class TwilioVoice:
    """Receiver, media and health of one number. Nothing is sent: the call is over."""

    def __init__(self, account: Account, http: Http) -> None:
        self._account = account
        self._settings: Settings = account.settings
        self._http = http

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. The token is always configured, so all is signed."""
        check_signature(request, self._settings.auth_token)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Twilio has none."""
        return None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse_call(dict(form_pairs(request)), request.query, request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """A new call is told to speak; every other report is heard in silence."""
        try:
            fields = dict(form_pairs(request))
        except Malformed:
            fields = {}
        twiml = self._voicemail(request, fields) if begins(fields, request.query) else NOTHING
        return WebhookResponse(
            body=twiml.encode(), headers={"content-type": "text/xml; charset=utf-8"}
        )

    def _voicemail(self, request: WebhookRequest, fields: dict[str, str]) -> str:
        """https://www.twilio.com/docs/voice/twiml/record"""
        settings = self._settings
        hook = self._account.hook_url or request.url.partition("?")[0]
        done, recorded = (quoteattr(part_url(hook, part, fields)) for part in ("done", "recorded"))
        greeting = escape(settings.greeting)
        said = f"<Say language={quoteattr(settings.language)}>{greeting}</Say>" if greeting else ""
        return (
            f"{XML}<Response>{said}"
            f'<Record playBeep="true" maxLength="{settings.max_seconds}" action={done} '
            f'recordingStatusCallback={recorded} recordingStatusCallbackEvent="completed absent"/>'
            "<Hangup/></Response>"
        )

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``; credentials go to Twilio's own hosts only."""
        parts = urlsplit(ref)
        host = parts.hostname or ""
        ours = host == urlsplit(self._settings.base_url).hostname or host.endswith(".twilio.com")
        shown = ours and parts.scheme == "https"
        return self._http.stream(ref, headers=self._login() if shown else None)

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(self._look)

    async def _look(self) -> Health:
        settings = self._settings
        url = f"{settings.base_url.rstrip('/')}/2010-04-01/Accounts/{settings.account_sid}.json"
        reply = await self._http.request("GET", url, headers=self._login(), timeout_s=8)
        if not reply.ok:
            advice = "Copy Account SID and Auth Token anew from the Twilio console."
            return Health(ok=False, detail=f"Twilio answered {reply.status}", advice=advice)
        status = (reply.read(TwilioAccount) or TwilioAccount()).status
        advice = "" if status == "active" else "The account must be active: see the Twilio console."
        return Health(ok=status == "active", detail=f"account is {status}", advice=advice)

    def _login(self) -> dict[str, Any]:
        login = f"{self._settings.account_sid}:{self._settings.auth_token}"
        return {"authorization": "Basic " + base64.b64encode(login.encode()).decode()}
