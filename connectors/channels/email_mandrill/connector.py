"""Mandrill: signed webhooks in, the messages API out."""

from typing import Annotated

import msgspec

from connectors.channels.email_mandrill.inbound import FIELD, parse
from connectors.channels.email_mandrill.outbound import message_of
from connectors.contract import (
    Account,
    Parsed,
    ReauthNeeded,
    Refusal,
    Rejected,
    RetryLater,
    SendOutcome,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import Malformed, Unauthentic
from connectors.http import Http, HttpReply
from connectors.kit.forms import form_parts
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter
from connectors.kit.mail.provider import ApiRequest, MailProvider, TrustedAuthserv, accepted
from connectors.kit.outcomes import Unsent, of_reply, retry_after
from connectors.kit.signatures import hmac_base64, same

# While a webhook is being made its key is not known yet: Mandrill tries it with this one, and
# with no events.
TRIAL_KEY = "test-webhook"

# Mandrill answers 500 to whatever it refuses; the name says what it was.
NAMES: dict[str, type[ReauthNeeded | RetryLater | Rejected]] = {
    "Invalid_Key": ReauthNeeded,
    "PaymentRequired": Rejected,
    "ValidationError": Rejected,
    "Unknown_Subaccount": Rejected,
    "Unknown_Message": Rejected,
    "Invalid_Reject": Rejected,
    "ServiceUnavailable": RetryLater,
}
_TAKEN = frozenset({"sent", "queued", "scheduled"})


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From Mandrill's settings. The inbox's address is the one that customers write to."""

    api_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="API key",
            description="Settings, SMTP & API info",
            extra={"secret": True},
        ),
    ]
    webhook_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Webhook key",
            description="Shown beside the webhook, and another beside the inbound route",
            extra={"secret": True, "signs": True},
        ),
    ]
    inbound_key: Annotated[
        str,
        msgspec.Meta(
            title="Webhook key of the inbound route",
            description="When the route's key is another than the webhook's",
            extra={"secret": True, "signs": True},
        ),
    ] = ""
    trusted_authserv: TrustedAuthserv = ""
    base_url: Annotated[str, msgspec.Meta(title="API address")] = "https://mandrillapp.com"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the mail for one recipient."""

    email: str = ""
    status: str = ""
    reject_reason: str | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal."""

    name: str = ""
    message: str = ""


def connect(account: Account, http: Http) -> "Mandrill":
    """The connector of one inbox."""
    return Mandrill(account, http)


class Mandrill(MailProvider[Settings]):
    """Receiver, sender and health of one address at Mandrill."""

    name = "Mandrill"

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: base64 HMAC-SHA1 over the address and the sorted fields."""
        if request.method == "HEAD":
            return False
        given = request.headers.get("x-mandrill-signature", "")
        signed = _signed(request)
        keys = filter(None, (self._settings.webhook_key, self._settings.inbound_key))
        if any([same(hmac_base64(key, signed, "sha1"), given) for key in keys]):
            return True
        if _is_trial(request) and same(hmac_base64(TRIAL_KEY, signed, "sha1"), given):
            return False
        raise Unauthentic(
            "X-Mandrill-Signature does not fit: compare the webhook key, and the inbox's hook "
            "address with the one at Mandrill"
            if given
            else "X-Mandrill-Signature is missing"
        )

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """Mandrill looks with HEAD whether somebody is there, then sends no events."""
        return WebhookResponse() if request.method == "HEAD" or _is_trial(request) else None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(request)

    def request(self, letter: Letter) -> ApiRequest:
        """All recipients see each other, as in any mail."""
        body = JsonBody()
        body.finish({"key": self._settings.api_key, "message": message_of(letter, body)})
        return ApiRequest(url=self._api("messages/send"), headers=body.headers, body=body)

    def outcome(self, reply: HttpReply, letter: Letter) -> SendOutcome:
        """One status for each recipient."""
        sent = reply.read(list[Sent])
        if not reply.ok or not sent:
            return self.refused(reply)
        refused = tuple(
            Refusal(recipient=one.email, reason=f"{one.status} {one.reject_reason or ''}".strip())
            for one in sent
            if one.status not in _TAKEN
        )
        if len(refused) < len(sent):
            return accepted(letter, refused)
        words = "; ".join(f"{one.recipient}: {one.reason}" for one in refused)
        return Rejected(reason=words, refused=refused)

    def refused(self, reply: HttpReply) -> Unsent:
        """By the name of the fault: its status is always 500."""
        fault = reply.read(Fault) or Fault()
        if fault.name not in NAMES:
            return of_reply(reply, fault.message)
        kind, words = NAMES[fault.name], f"{fault.message} ({fault.name})"
        return (
            RetryLater(reason=words, after_s=retry_after(reply))
            if kind is RetryLater
            else kind(reason=words)
        )

    def question(self) -> ApiRequest:
        """The account that the key belongs to."""
        body = msgspec.json.encode({"key": self._settings.api_key})
        kind = {"Content-Type": "application/json"}
        return ApiRequest(url=self._api("users/ping2"), headers=kind, body=body)

    def _api(self, call: str) -> str:
        return f"{self._settings.base_url.rstrip('/')}/api/1.0/{call}.json"


def _signed(request: WebhookRequest) -> bytes:
    try:
        fields = {part.name: part.content for part in form_parts(request)}
    except Malformed as error:
        raise Unauthentic(f"what is signed cannot be read: {error}") from error
    return request.url.encode("utf-8", "backslashreplace") + b"".join(
        name.encode("utf-8", "backslashreplace") + fields[name] for name in sorted(fields)
    )


def _is_trial(request: WebhookRequest) -> bool:
    return request.body.strip() in {FIELD.encode() + b"=%5B%5D", FIELD.encode() + b"=[]"}
