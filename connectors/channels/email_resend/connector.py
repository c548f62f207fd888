"""Resend: Svix-signed webhooks that ring, mails fetched from its API, the emails API out."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from connectors.channels.email_resend.inbound import OUR_TAG, parse, with_files
from connectors.channels.email_resend.received import FILES, ReceivedMails
from connectors.contract import Account, OutboundFile, Parsed, Pulled, RetryLater, WebhookRequest
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, bearer
from connectors.kit.mail.trace import parse_mail_item
from connectors.kit.outcomes import Unsent, of_reply, retry_after
from connectors.kit.signatures import STANDARD_HEADERS, check_standard

ALL = "*"
UNDER_WAY = "concurrent_idempotent_requests"  # the same send, not answered yet


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Resend's dashboard. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="With full access: received mails are read by it",
            extra={"secret": True},
        ),
    ]
    signing_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Signing secret",
            description="whsec_..., on the webhook's page",
            extra={"secret": True, "signs": True},
        ),
    ]
    addresses: Annotated[
        str,
        msgspec.Meta(
            title="Addresses",
            description="Further ones whose mail is taken, with commas; @domain for all of a "
            "domain, * for all of the account",
        ),
    ] = ""
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.resend.com"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal."""

    name: str = ""
    message: str = ""


def connect(account: Account, http: Http) -> "Resend":
    """The connector of one inbox."""
    return Resend(account, http)


class Resend(MailProvider[Settings]):
    """Receiver, puller, sender, files and health of one address at Resend."""

    idempotent = True  # for 24 hours, as long as a message is tried
    name = "Resend"

    def __init__(self, account: Account, http: Http) -> None:
        super().__init__(account, http)
        self._own = own_addresses(account.address, self._settings.addresses)
        self._received = ReceivedMails(
            http, self._settings.base_url, self._settings.api_key, self.takes
        )

    def takes(self, address: str) -> bool:
        """Whether mail to ``address`` is this inbox's, whatever stands after a plus."""
        local, _, domain = address.rpartition("<")[2].strip("> ").lower().rpartition("@")
        bare = f"{local.partition('+')[0]}@{domain}"
        return not self._own.isdisjoint({bare, f"@{domain}", ALL})

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: Standard Webhooks under Svix's own names."""
        headers = {
            name: request.headers.get(
                name.replace("webhook", "svix"), request.headers.get(name, "")
            )
            for name in STANDARD_HEADERS
        }
        check_standard(self._settings.signing_secret, headers, request.body, request.received_at)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``: the list tells also what a lost webhook did not."""
        return self._received.since(cursor)

    async def wait(self, seconds: float) -> None:
        """The webhook rings."""
        await asyncio.sleep(seconds)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """A mail; its files may still be at Resend."""
        parsed = parse_mail_item(body, headers, received_at)
        return with_files(parsed, headers[FILES]) if FILES in headers else parsed

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``."""
        return await self._received.attachment(ref)

    def request(self, letter: Letter) -> ApiRequest:
        """Repeated under the same key, a send is answered and not made again."""
        body = JsonBody()
        people = {"to": letter.to, "cc": letter.cc, "bcc": letter.bcc}
        files = [
            *(_file(body, file) for file in letter.files),
            *(
                {**_file(body, file), "content_id": file.content_id.strip("<> ")}
                for file in letter.inline
            ),
        ]
        document: dict[str, Any] = {
            "from": letter.sender.plain,
            **{kind: [one.plain for one in found] for kind, found in people.items() if found},
            "subject": letter.subject or "-",
            "text": letter.text or " ",
            "headers": letter.headers,
            "tags": [{"name": OUR_TAG, "value": letter.id}],
        }
        if letter.html:
            document["html"] = letter.html
        if letter.reply_to:
            document["reply_to"] = letter.reply_to.plain
        if files:
            document["attachments"] = files
        body.finish(document)
        return ApiRequest(
            url=f"{self._settings.base_url.rstrip('/')}/emails",
            headers={
                **bearer(self._settings.api_key),
                "Idempotency-Key": letter.key,
                **body.headers,
            },
            body=body,
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """In Resend's words."""
        said = reply.read(Fault) or Fault()
        if said.name == UNDER_WAY:
            return RetryLater(reason=said.message, after_s=retry_after(reply))
        return of_reply(reply, f"{said.message} ({said.name})" if said.message else "")

    def question(self) -> ApiRequest:
        """The account's domains."""
        url = f"{self._settings.base_url.rstrip('/')}/domains"
        return ApiRequest(method="GET", url=url, headers=bearer(self._settings.api_key))


def own_addresses(address: str, more: str) -> frozenset[str]:
    """Lower case; ``@domain`` and ``*`` as they stand."""
    found = (one.strip().lower() for one in (address, *more.split(",")))
    return frozenset(one for one in found if one)


def _file(body: JsonBody, file: OutboundFile) -> dict[str, str]:
    return {
        "filename": file.name,
        "content": body.file(file),
        "content_type": file.media_type,
    }
