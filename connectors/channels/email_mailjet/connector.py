"""Mailjet: webhooks behind a secret in, the Send API v3.1 out."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from connectors.channels.email_mailjet.inbound import parse
from connectors.contract import Account, OutboundFile, Parsed, SendOutcome, WebhookRequest
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, accepted, basic
from connectors.kit.mail.secrets import check_secret
from connectors.kit.outcomes import Refusal, Unsent, of_refusal, of_reply, retry_after

# Mailjet makes its own Message-ID and refuses ours.
# https://dev.mailjet.com/email/guides/send-api-v31/#add-email-headers
REFUSED_HEADERS = ("Message-ID", "User-Agent", "X-Mailer", "List-Id")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Mailjet's account page. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="Account settings, API key management",
            extra={"secret": True},
        ),
    ]
    secret_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Secret key",
            description="Beside the API key",
            extra={"secret": True},
        ),
    ]
    webhook_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=8,
            title="Webhook secret",
            description="Any long random text; goes into the webhook addresses as ?token=...",
            extra={"secret": True, "signs": True},
        ),
    ]
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.mailjet.com"


class Fault(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One thing that is wrong."""

    error_code: str = ""
    error_message: str = ""
    status_code: int = 0


class Sent(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """What became of one message."""

    status: str = ""
    errors: tuple[Fault, ...] = ()


class Said(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """Mailjet's answer; ``error_message`` when the whole request was refused."""

    messages: tuple[Sent, ...] = ()
    error_message: str = ""


def connect(account: Account, http: Http) -> "Mailjet":
    """The connector of one inbox."""
    return Mailjet(account, http)


class Mailjet(MailProvider[Settings]):
    """Receiver, sender and health of one address at Mailjet."""

    name = "Mailjet"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. Mailjet signs nothing."""
        check_secret(self._settings.webhook_secret, request)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def request(self, letter: Letter) -> ApiRequest:
        """``CustomID`` comes back with every event."""
        body = JsonBody()
        body.finish({"Messages": [dict(_message(letter, body))]})
        return ApiRequest(
            url=f"{self._settings.base_url.rstrip('/')}/v3.1/send",
            headers={**self._login(), **body.headers},
            body=body,
        )

    def outcome(self, reply: HttpReply, letter: Letter) -> SendOutcome:
        """A success may still hold a refused message."""
        said = reply.read(Said) or Said()
        if reply.ok and all(one.status != "error" for one in said.messages):
            return accepted(letter)
        return self.refused(reply)

    def refused(self, reply: HttpReply) -> Unsent:
        """By the message's own faults, else by the status."""
        said = reply.read(Said) or Said()
        faults = [fault for message in said.messages for fault in message.errors]
        if not faults:
            return of_reply(reply, said.error_message)
        return of_refusal(
            Refusal(
                status=faults[0].status_code or reply.status,
                reason="; ".join(fault.error_message for fault in faults),
                code=faults[0].error_code,
                after_s=retry_after(reply),
            )
        )

    def question(self) -> ApiRequest:
        """The senders of the account."""
        url = f"{self._settings.base_url.rstrip('/')}/v3/REST/sender?Limit=1"
        return ApiRequest(method="GET", url=url, headers=self._login())

    def _login(self) -> dict[str, str]:
        return basic(self._settings.api_key, self._settings.secret_key)


def _message(letter: Letter, body: JsonBody) -> Iterator[tuple[str, Any]]:
    yield "From", _person(letter.sender)
    people = {"To": letter.to, "Cc": letter.cc, "Bcc": letter.bcc}
    yield from ((kind, [_person(one) for one in found]) for kind, found in people.items() if found)
    if letter.reply_to:
        yield "ReplyTo", _person(letter.reply_to)
    yield "Subject", letter.subject
    yield "TextPart", letter.text or " "
    if letter.html:
        yield "HTMLPart", letter.html
    if letter.files:
        yield "Attachments", [_file(body, file) for file in letter.files]
    if letter.inline:
        yield (
            "InlinedAttachments",
            [
                {**_file(body, file), "ContentID": file.content_id.strip("<> ")}
                for file in letter.inline
            ],
        )
    yield "Headers", letter.headers_without(*REFUSED_HEADERS)
    yield "CustomID", letter.id


def _person(person: Person) -> dict[str, str]:
    return {"Email": person.address, **({"Name": person.name} if person.name else {})}


def _file(body: JsonBody, file: OutboundFile) -> dict[str, str]:
    return {
        "ContentType": file.media_type,
        "Filename": file.name,
        "Base64Content": body.file(file),
    }
