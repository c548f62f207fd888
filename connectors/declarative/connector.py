"""A channel.toml at work: one connector for each inbox, with the protocols that the file has."""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from connectors.contract import (
    Account,
    Connector,
    Health,
    OutboundMessage,
    Parsed,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.declarative.auth import (
    Connection,
    Credentials,
    Shown,
    TokenRefused,
    TokenUnavailable,
    answer_document,
)
from connectors.declarative.compiling import Compiled
from connectors.declarative.documents import Lazy
from connectors.declarative.inline_files import SCHEME, inline_bytes
from connectors.declarative.outbound import Mailman
from connectors.declarative.requests import url_text
from connectors.errors import FetchFailed, Malformed
from connectors.http import Http
from connectors.kit.probing import probe
from storage.ids import utc_now

PROBE_S = 8.0
BAD_REQUEST = 400


class Inbox:
    """What the protocols of one inbox share."""

    def __init__(self, channel: Compiled, account: Account, http: Http) -> None:
        self.channel = channel
        self.account = account
        self.http = http
        self.settings: dict[str, Any] = msgspec.to_builtins(account.settings)
        self.connection = Connection(http, account.tokens)

    def document(self, request: WebhookRequest) -> Lazy:
        """A request as expressions see it."""
        return self.channel.reader.document(request, self.settings, self.account.address)

    def known(self) -> dict[str, Any]:
        """What is known without a message."""
        return {
            "settings": self.settings,
            "from": self.account.address,
            "hook_url": self.account.hook_url,
            "now": int(utc_now().timestamp()),
            "nonce": secrets.token_hex(16),
        }


class Receiving(Inbox):
    """See ``WebhookReceiver``."""

    def verify(self, request: WebhookRequest) -> bool:
        """False for a question that comes unsigned: it is answered and never stored."""
        document = self.document(request)
        unsigned = (one for one in self.channel.handshakes if one.unsigned)
        if any(one.fits(document) for one in unsigned):
            return False
        return self.channel.verifier(request, document)

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """The first handshake that fits."""
        document = self.document(request)
        found = next((one for one in self.channel.handshakes if one.fits(document)), None)
        try:
            return None if found is None else found.answer(document)
        except (ValueError, Malformed) as error:
            return WebhookResponse(status=BAD_REQUEST, body=str(error).encode())

    def parse(self, request: WebhookRequest) -> Parsed:
        """By the events of the file."""
        return self.channel.inbound.parse(self.document(request), request.received_at)

    def ack(self, request: WebhookRequest) -> WebhookResponse:
        """As the file says; what cannot be filled in is left empty, for the request is stored."""
        return self.channel.ack.answer(self.document(request), lenient=True)


class Sending(Inbox):
    """See ``Sender``."""

    def __init__(self, channel: Compiled, account: Account, http: Http) -> None:
        super().__init__(channel, account, http)
        self.mailman = Mailman(channel.sending(), account, self.connection)
        self.idempotent = channel.sending().send.idempotent

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """One request for each part of the message."""
        return await self.mailman.send(message)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for each key of the file's limits."""
        keys = {"inbox": "inbox", "recipient": f"recipient:{message.recipient.canonical}"}
        return tuple(keys[rate.key] for rate in self.channel.manifest.limits.rates)


class Fetching(Inbox):
    """See ``MediaPort``."""

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """Credentials go to the hosts of the file only, whatever a link says."""
        if ref.startswith(SCHEME):
            return inline_bytes(ref)
        media = self.channel.media
        if media is None:
            return self.http.stream(ref, headers=None)
        url, shown = ref, Shown()
        document: Mapping[str, Any] = {**self.known(), "ref": ref}
        by_id = "://" not in ref and bool(media.url.source)
        if by_id:
            url = url_text(media.url, document)
        if urlsplit(url).hostname in media.hosts_for(document):
            shown = await _shown(media.credentials(self.connection), document)
        if by_id and shown.token:
            url = url_text(media.url, shown.within(document))
        return self.http.stream(url, headers=dict(shown.headers) or None)


class Checking(Inbox):
    """See ``HealthChecker``."""

    async def check(self) -> Health:
        """The file's [health] request."""
        return await probe(self._check)

    async def _check(self) -> Health:
        test = self.channel.probe
        document = self.known()
        try:
            shown = await test.credentials(self.connection).shown(document)
        except TokenRefused as error:
            return Health(ok=False, detail=str(error), advice=test.advice)
        except TokenUnavailable as error:
            return Health(ok=None, detail=str(error))
        made = test.caller.make(shown.within(document))
        reply = await self.http.request(
            made.method, made.url, headers={**made.headers, **shown.headers}, timeout_s=PROBE_S
        )
        answer = answer_document(reply, {"settings": self.settings})
        ok = reply.ok and test.holds(answer)
        return Health(
            ok=ok,
            detail=test.detail(answer) or f"the provider answered {reply.status}",
            advice="" if ok else test.advice,
        )


async def _shown(credentials: Credentials, document: Mapping[str, Any]) -> Shown:
    try:
        return await credentials.shown(document)
    except TokenRefused as error:
        raise FetchFailed(str(error), retry=False) from error
    except TokenUnavailable as error:
        raise FetchFailed(str(error), retry=True) from error


def connect(channel: Compiled, account: Account, http: Http) -> Connector:
    """A connector with the protocols that the file has, and no others."""
    made: Connector = _kind(channel)(channel, account, http)
    return made


def _kind(channel: Compiled) -> type:
    """Protocols are recognised by their methods, so a channel without [send] must lack ``send``."""
    parts = (
        (Receiving, channel.receives),
        (Sending, channel.sends),
        (Fetching, channel.manifest.can("media_in")),
        (Checking, channel.checks),
    )
    return type("Declared", tuple(part for part, there in parts if there), {})
