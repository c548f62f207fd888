"""Mailgun: signed routes and webhooks in, the messages API out."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from connectors.channels.email_mailgun.inbound import OUR_ID, parse, signature_of
from connectors.contract import Account, OutboundFile, Parsed, WebhookRequest
from connectors.errors import Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.mail.letter import Letter
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, basic
from connectors.kit.multipart import Upload, multipart
from connectors.kit.outcomes import Unsent, of_reply
from connectors.kit.signatures import check_age, hmac_hex, same

# A mail that we could not take is offered again for eight hours with its first time stamp.
TOLERANCE = timedelta(hours=12)
MAX_STAMP = 12


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Mailgun's control panel. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="A sending key of the domain, or the account's key",
            extra={"secret": True},
        ),
    ]
    signing_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="HTTP webhook signing key",
            description="Settings, API security",
            extra={"secret": True, "signs": True},
        ),
    ]
    domain: Annotated[
        str, msgspec.Meta(title="Sending domain", description="Empty: the one of the address")
    ] = ""
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="EU: https://api.eu.mailgun.net")
    ] = "https://api.mailgun.net"


def connect(account: Account, http: Http) -> "Mailgun":
    """The connector of one inbox."""
    return Mailgun(account, http)


class Mailgun(MailProvider[Settings]):
    """Receiver, sender, files and health of one address at Mailgun."""

    name = "Mailgun"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: hex HMAC-SHA256 over time stamp and token."""
        given = signature_of(request)
        if given is None:
            raise Unauthentic("timestamp, token and signature are required")
        stamp = str(given.timestamp)
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < MAX_STAMP):
            raise Unauthentic("the timestamp is none")
        expected = hmac_hex(self._settings.signing_key, f"{stamp}{given.token}".encode())
        if not same(expected, given.signature):
            raise Unauthentic("the signature does not fit: compare the webhook signing key")
        check_age(datetime.fromtimestamp(int(stamp), UTC), request.received_at, TOLERANCE)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: files of stored mails open with the key, at Mailgun's hosts only."""
        host = urlsplit(ref).hostname or ""
        ours = host == urlsplit(self._settings.base_url).hostname or host.endswith(".mailgun.net")
        return self._http.stream(ref, headers=self._login() if ours else None)

    def request(self, letter: Letter) -> ApiRequest:
        """A plain form, or one with files."""
        fields = _fields(letter)
        url = f"{self._api()}/{self._domain()}/messages"
        files = [
            *(("inline", _upload(file, file.content_id.strip("<> "))) for file in letter.inline),
            *(("attachment", _upload(file, file.name)) for file in letter.files),
        ]
        if not files:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(fields).encode("utf-8", "replace")
            return ApiRequest(url=url, headers={**self._login(), **kind}, body=body)
        boundary = secrets.token_hex(20)
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return ApiRequest(
            url=url,
            headers={**self._login(), **kind},
            body=multipart(boundary, fields, files),
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """Mailgun says why in ``message``, or in plain text."""
        said = reply.read(dict[str, Any]) or {}
        words = str(said.get("message") or said.get("Error") or "")
        return of_reply(reply, words)

    def question(self) -> ApiRequest:
        """The domain as Mailgun knows it."""
        url = f"{self._api()}/domains/{self._domain()}"
        return ApiRequest(method="GET", url=url, headers=self._login())

    def _api(self) -> str:
        return f"{self._settings.base_url.rstrip('/')}/v3"

    def _domain(self) -> str:
        domain = self._settings.domain or self._account.address.rpartition("@")[2]
        return quote(domain.strip().lower(), safe=".")

    def _login(self) -> dict[str, str]:
        return basic("api", self._settings.api_key)


def _fields(letter: Letter) -> dict[str, str]:
    addressed = {
        "to": ", ".join(one.plain for one in letter.to),
        "cc": ", ".join(one.plain for one in letter.cc),
        "bcc": ", ".join(one.plain for one in letter.bcc),
        "html": letter.html or "",
        "h:Reply-To": letter.reply_to.plain if letter.reply_to else "",
    }
    return {
        "from": letter.sender.plain,
        **{name: value for name, value in addressed.items() if value},
        "subject": letter.subject,
        "text": letter.text,
        **{f"h:{name}": value for name, value in letter.headers.items()},
        f"v:{OUR_ID}": letter.id,
    }


def _upload(file: OutboundFile, name: str) -> Upload:
    return Upload(name=name, media_type=file.media_type, open=file.open)
