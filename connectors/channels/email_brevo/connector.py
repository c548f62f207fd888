"""Brevo: webhooks behind a secret in, the transactional API out."""

import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from connectors.channels.email_brevo.inbound import OUR_HEADER, parse
from connectors.contract import Account, OutboundFile, Parsed, WebhookRequest
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv
from connectors.kit.mail.secrets import check_secret
from connectors.kit.mail.words import encoded_words
from connectors.kit.outcomes import Unsent, of_reply

_NAMESPACE = uuid.UUID("6f1c8a52-7d2e-5b8b-9a57-2f6f1d1f7c11")
_SPECIALS = frozenset('()<>[]:;@\\,."')


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Brevo's settings. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="SMTP & API, API keys (v3)",
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
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://api.brevo.com"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal."""

    code: str = ""
    message: str = ""


def connect(account: Account, http: Http) -> "Brevo":
    """The connector of one inbox."""
    return Brevo(account, http)


class Brevo(MailProvider[Settings]):
    """Receiver, sender, files and health of one address at Brevo."""

    name = "Brevo"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``. Brevo signs nothing, but sends a token or basic credentials."""
        check_secret(self._settings.webhook_secret, request)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: a file by its download token."""
        url = self._api(f"inbound/attachments/{quote(ref, safe='')}")
        return self._http.stream(url, headers={"api-key": self._settings.api_key})

    def request(self, letter: Letter) -> ApiRequest:
        """Brevo knows no inline images: they go along as files. Its idempotency key is forgotten
        after half an hour, too soon to repeat what is in doubt; it guards against a race.
        """
        body = JsonBody()
        people = {"to": letter.to, "cc": letter.cc, "bcc": letter.bcc}
        files = [_file(body, file) for file in (*letter.files, *letter.inline)]
        document: dict[str, Any] = {
            "sender": _person(letter.sender),
            **{kind: [_person(one) for one in found] for kind, found in people.items() if found},
            "subject": letter.subject or "-",
            "textContent": letter.text or " ",
            "headers": {
                **letter.headers,
                OUR_HEADER: letter.id,
                "idempotencyKey": str(uuid.uuid5(_NAMESPACE, letter.key)),
            },
        }
        if letter.html:
            document["htmlContent"] = letter.html
        if letter.reply_to:
            document["replyTo"] = _person(letter.reply_to)
        if files:
            document["attachment"] = files
        body.finish(document)
        headers = {"api-key": self._settings.api_key, "Accept": "application/json"}
        return ApiRequest(
            url=self._api("smtp/email"), headers={**headers, **body.headers}, body=body
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """In Brevo's words."""
        said = reply.read(Fault) or Fault()
        return of_reply(reply, f"{said.message} ({said.code})" if said.message else "")

    def question(self) -> ApiRequest:
        """The account that the key belongs to."""
        headers = {"api-key": self._settings.api_key, "Accept": "application/json"}
        return ApiRequest(method="GET", url=self._api("account"), headers=headers)

    def _api(self, call: str) -> str:
        return f"{self._settings.base_url.rstrip('/')}/v3/{call}"


def _person(person: Person) -> dict[str, str]:
    """Brevo drops names that are not ASCII and hold a comma or the like: they go encoded."""
    name = person.name
    if not name.isascii() and _SPECIALS & set(name):
        name = encoded_words(name).replace("\r\n", "")
    return {"email": person.address, **({"name": name} if name else {})}


def _file(body: JsonBody, file: OutboundFile) -> dict[str, str]:
    return {"name": file.name, "content": body.file(file)}
