"""SparkPost: webhooks behind a token in, the transmissions API out."""

from typing import Annotated, Any

import msgspec

from connectors.channels.email_sparkpost.inbound import OUR_ID, parse
from connectors.contract import (
    Account,
    OutboundFile,
    Parsed,
    Rejected,
    RetryLater,
    SendOutcome,
    WebhookRequest,
)
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, accepted
from connectors.kit.mail.secrets import check_secret
from connectors.kit.outcomes import Unsent, of_reply, retry_after

TOKEN = "x-messagesystems-webhook-token"  # noqa: S105 - a header's name
LIMIT_EXCEEDED = 420  # SparkPost's own status: the sending limit of the hour or day


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From SparkPost's configuration. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="With the right Transmissions: Read/Write",
            extra={"secret": True},
        ),
    ]
    webhook_secret: Annotated[
        str,
        msgspec.Meta(
            min_length=8,
            title="Webhook secret",
            description="The relay webhook's auth_token, and ?token=... in the event webhook",
            extra={"secret": True, "signs": True},
        ),
    ]
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="EU: https://api.eu.sparkpost.com")
    ] = "https://api.sparkpost.com"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    message: str = ""
    description: str = ""


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """How many were taken."""

    total_accepted_recipients: int = 1
    total_rejected_recipients: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """SparkPost's answer, good or bad."""

    results: Results = Results()
    errors: tuple[Fault, ...] = ()


def connect(account: Account, http: Http) -> "SparkPost":
    """The connector of one inbox."""
    return SparkPost(account, http)


class SparkPost(MailProvider[Settings]):
    """Receiver, sender and health of one address at SparkPost."""

    name = "SparkPost"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. SparkPost signs nothing, but tells a token."""
        check_secret(self._settings.webhook_secret, request, (TOKEN,))
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def request(self, letter: Letter) -> ApiRequest:
        """To is written out for each recipient: else everybody is told to be the only one."""
        body = JsonBody()
        shown = ", ".join(one.plain for one in letter.named_to)
        body.finish(
            {
                "recipients": [_recipient(one, shown) for one in letter.everyone],
                "metadata": {OUR_ID: letter.id},
                "content": _content(letter, body),
                "options": {"transactional": True},
            }
        )
        return ApiRequest(
            url=self._api("transmissions"),
            headers={"Authorization": self._settings.api_key, **body.headers},
            body=body,
        )

    def outcome(self, reply: HttpReply, letter: Letter) -> SendOutcome:
        """SparkPost counts the recipients that it took, without naming the others."""
        said = reply.read(Said)
        if not reply.ok or said is None:
            return self.refused(reply)
        refused = said.results.total_rejected_recipients
        if refused and not said.results.total_accepted_recipients:
            return Rejected(reason=_words(said) or "no recipient was taken")
        taken = accepted(letter)
        words = f"{refused} recipients were not taken: {_words(said)}".rstrip(": ")
        return msgspec.structs.replace(taken, failed=(words,)) if refused else taken

    def refused(self, reply: HttpReply) -> Unsent:
        """``errors`` say why."""
        words = _words(reply.read(Said) or Said())
        if reply.status == LIMIT_EXCEEDED:
            return RetryLater(reason=words or "sending limit", after_s=retry_after(reply))
        return of_reply(reply, words)

    def question(self) -> ApiRequest:
        """The account that the key belongs to."""
        return ApiRequest(
            method="GET",
            url=self._api("account"),
            headers={"Authorization": self._settings.api_key},
        )

    def _api(self, call: str) -> str:
        return f"{self._settings.base_url.rstrip('/')}/api/v1/{call}"


def _words(said: Said) -> str:
    return "; ".join(f"{fault.message}: {fault.description}".strip(": ") for fault in said.errors)


def _recipient(person: Person, shown: str) -> dict[str, Any]:
    return {"address": {"email": person.address, "header_to": shown}}


def _content(letter: Letter, body: JsonBody) -> dict[str, Any]:
    headers = dict(letter.headers)
    if letter.named_cc:
        headers["Cc"] = ", ".join(one.plain for one in letter.named_cc)
    content: dict[str, Any] = {
        "from": _person(letter.sender),
        "subject": letter.subject or "-",
        "text": letter.text or " ",
        "headers": headers,
    }
    if letter.html:
        content["html"] = letter.html
    if letter.reply_to:
        content["reply_to"] = letter.reply_to.plain
    if letter.files:
        content["attachments"] = [_file(body, file, file.name) for file in letter.files]
    if letter.inline:
        content["inline_images"] = [
            _file(body, file, file.content_id.strip("<> ")) for file in letter.inline
        ]
    return content


def _person(person: Person) -> dict[str, str]:
    return {"email": person.address, **({"name": person.name} if person.name else {})}


def _file(body: JsonBody, file: OutboundFile, name: str) -> dict[str, str]:
    return {"name": name, "type": file.media_type, "data": body.file(file)}
