"""SendGrid: Inbound Parse and signed event webhooks in, the v3 API out."""

import base64
import binascii
import time
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from connectors.channels.email_sendgrid.inbound import OUR_ID, parse
from connectors.contract import Account, OutboundFile, Parsed, RetryLater, WebhookRequest
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.mail.provider import ApiRequest, MailProvider, bearer
from connectors.kit.mail.secrets import check_secret
from connectors.kit.moments import from_epoch
from connectors.kit.outcomes import LONGEST_WAIT_S, Unsent, of_reply
from connectors.kit.signatures import check_age

SIGNATURE = "x-twilio-email-event-webhook-signature"
STAMP = "x-twilio-email-event-webhook-timestamp"
# Events are offered again for a day.
TOLERANCE = timedelta(hours=26)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From SendGrid's settings. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="With the right to send mail",
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
    verification_key: Annotated[
        str,
        msgspec.Meta(
            title="Verification key",
            description="Of the signed event webhook; then its address needs no token",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    base_url: Annotated[
        str, msgspec.Meta(title="API address", description="EU: https://api.eu.sendgrid.com")
    ] = "https://api.sendgrid.com"


def connect(account: Account, http: Http) -> "SendGrid":
    """The connector of one inbox."""
    return SendGrid(account, http)


class SendGrid(MailProvider[Settings]):
    """Receiver, sender and health of one address at SendGrid."""

    name = "SendGrid"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: a signature is checked where there is one, else the secret."""
        if self._settings.verification_key and request.headers.get(SIGNATURE):
            check_signature(self._settings.verification_key, request)
        else:
            check_secret(self._settings.webhook_secret, request)
        return True

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def request(self, letter: Letter) -> ApiRequest:
        """One personalization: all recipients see each other, as in any mail."""
        body = JsonBody()
        files = [
            *(_file(body, file, "attachment") for file in letter.files),
            *(_file(body, file, "inline") for file in letter.inline),
        ]
        people = {"to": letter.to, "cc": letter.cc, "bcc": letter.bcc}
        document: dict[str, Any] = {
            "personalizations": [
                {kind: [_person(one) for one in found] for kind, found in people.items() if found}
            ],
            "from": _person(letter.sender),
            "subject": letter.subject or "-",
            "content": _content(letter),
            "headers": letter.headers,
            "custom_args": {OUR_ID: letter.id},
        }
        if letter.reply_to:
            document["reply_to"] = _person(letter.reply_to)
        if files:
            document["attachments"] = files
        body.finish(document)
        return ApiRequest(
            url=f"{self._api()}/mail/send",
            headers={**bearer(self._settings.api_key), **body.headers},
            body=body,
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """``errors`` say why; a limit says when it ends."""
        said = reply.read(Errors) or Errors()
        outcome = of_reply(
            reply, "; ".join(error.message for error in said.errors if error.message)
        )
        reset = reply.headers.get("x-ratelimit-reset", "")
        if isinstance(outcome, RetryLater) and outcome.after_s is None and reset.isdecimal():
            after_s = min(max(float(reset) - time.time(), 1.0), LONGEST_WAIT_S)
            return msgspec.structs.replace(outcome, after_s=after_s)
        return outcome

    def question(self) -> ApiRequest:
        """What the key may do."""
        return ApiRequest(
            method="GET", url=f"{self._api()}/scopes", headers=bearer(self._settings.api_key)
        )

    def _api(self) -> str:
        return f"{self._settings.base_url.rstrip('/')}/v3"


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a request."""

    message: str | None = None


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is no success."""

    errors: tuple[Error, ...] = ()


def check_signature(public_key: str, request: WebhookRequest) -> None:
    """ECDSA with SHA-256 over the time stamp and the raw body. Raises Unauthentic."""
    stamp = request.headers.get(STAMP, "")
    try:
        key = load_der_public_key(base64.b64decode(public_key))
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
    except (ValueError, binascii.Error, UnsupportedAlgorithm) as error:
        raise Unauthentic(f"the signature cannot be checked: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Unauthentic("the verification key is not an ECDSA key")
    signed = stamp.encode("utf-8", "backslashreplace") + request.body
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        check_age(from_epoch(stamp), request.received_at, TOLERANCE)
    except InvalidSignature as error:
        raise Unauthentic("the signature does not fit: compare the verification key") from error
    except Malformed as error:
        raise Unauthentic(str(error)) from error


def _person(person: Person) -> dict[str, str]:
    return {"email": person.address, **({"name": person.name} if person.name else {})}


def _content(letter: Letter) -> list[dict[str, str]]:
    """Plain text first, as SendGrid wants it; it takes no empty one."""
    plain = {"type": "text/plain", "value": letter.text or " "}
    return [plain, {"type": "text/html", "value": letter.html}] if letter.html else [plain]


def _file(body: JsonBody, file: OutboundFile, disposition: str) -> dict[str, str]:
    about = {
        "content": body.file(file),
        "type": file.media_type,
        "filename": file.name,
        "disposition": disposition,
    }
    inline = disposition == "inline"
    return {**about, **({"content_id": file.content_id.strip("<> ")} if inline else {})}
