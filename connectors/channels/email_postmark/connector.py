"""Postmark: webhooks behind a secret in, the email API out."""

import re
from typing import Annotated, Any

import msgspec

from connectors.channels.email_postmark.inbound import OUR_ID, parse
from connectors.contract import (
    Account,
    OutboundFile,
    Parsed,
    ReauthNeeded,
    Refusal,
    RetryLater,
    SendOutcome,
    WebhookRequest,
)
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, accepted
from connectors.kit.mail.secrets import check_secret
from connectors.kit.outcomes import Unsent, of_reply

# https://postmarkapp.com/developer/api/overview#error-codes
CODES: dict[int, type[ReauthNeeded | RetryLater]] = {10: ReauthNeeded, 100: RetryLater}
_INACTIVE = re.compile(r"inactive addresses:\s*([^\n]+?)\.\s+Inactive", re.IGNORECASE)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the server's page at Postmark. The inbox's address is the one customers write to."""

    server_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Server API token",
            description="The server's page, API Tokens",
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
    message_stream: Annotated[
        str, msgspec.Meta(title="Message stream", description="The transactional stream's id")
    ] = "outbound"
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.postmarkapp.com"


class Said(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """Postmark's answer, good or bad."""

    error_code: int = 0
    message: str = ""


def connect(account: Account, http: Http) -> "Postmark":
    """The connector of one inbox."""
    return Postmark(account, http)


class Postmark(MailProvider[Settings]):
    """Receiver, sender and health of one address at Postmark."""

    name = "Postmark"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. Postmark signs nothing."""
        check_secret(self._settings.webhook_secret, request)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def request(self, letter: Letter) -> ApiRequest:
        """``X-PM-KeepID`` asks for our Message-ID to stay."""
        body = JsonBody()
        headers = {**letter.headers, "X-PM-KeepID": "true"}
        people = {"To": letter.to, "Cc": letter.cc, "Bcc": letter.bcc}
        files = [
            *(_file(body, file, "") for file in letter.files),
            *(_file(body, file, f"cid:{file.content_id.strip('<> ')}") for file in letter.inline),
        ]
        document: dict[str, Any] = {
            "From": letter.sender.plain,
            **{
                kind: ", ".join(one.plain for one in found)
                for kind, found in people.items()
                if found
            },
            "Subject": letter.subject,
            "TextBody": letter.text or " ",
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {OUR_ID: letter.id},
            "MessageStream": self._settings.message_stream,
        }
        if letter.html:
            document["HtmlBody"] = letter.html
        if letter.reply_to:
            document["ReplyTo"] = letter.reply_to.plain
        if files:
            document["Attachments"] = files
        body.finish(document)
        return ApiRequest(
            url=f"{self._settings.base_url.rstrip('/')}/email",
            headers={**self._login(), **body.headers},
            body=body,
        )

    def outcome(self, reply: HttpReply, letter: Letter) -> SendOutcome:
        """Recipients who bounced before are left out; all others get it."""
        said = reply.read(Said)
        if not reply.ok or said is None or said.error_code:
            return self.refused(reply)
        found = _INACTIVE.search(said.message)
        left_out = [one.strip() for one in found[1].split(",")] if found else []
        words = "inactive at Postmark after a bounce or complaint"
        return accepted(letter, tuple(Refusal(recipient=one, reason=words) for one in left_out))

    def refused(self, reply: HttpReply) -> Unsent:
        """By Postmark's own code where it says more than the status."""
        said = reply.read(Said) or Said()
        words = f"{said.message} ({said.error_code})" if said.message else ""
        if said.error_code in CODES:
            return CODES[said.error_code](reason=words)
        return of_reply(reply, words)

    def question(self) -> ApiRequest:
        """The server that the token belongs to."""
        url = f"{self._settings.base_url.rstrip('/')}/server"
        return ApiRequest(method="GET", url=url, headers=self._login())

    def _login(self) -> dict[str, str]:
        token = self._settings.server_token
        return {"Accept": "application/json", "X-Postmark-Server-Token": token}


def _file(body: JsonBody, file: OutboundFile, content_id: str) -> dict[str, str]:
    about = {"Name": file.name, "Content": body.file(file), "ContentType": file.media_type}
    return {**about, "ContentID": content_id} if content_id else about
