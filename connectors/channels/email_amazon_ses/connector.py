"""Amazon SES: notifications by SNS (and mails from S3) in, the SES API v2 out."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.channels.email_amazon_ses.bucket import MailBucket
from connectors.channels.email_amazon_ses.inbound import OUR_TAG, parse
from connectors.channels.email_amazon_ses.sns import (
    CONFIRMATION,
    SnsMessage,
    check_signature,
    is_amazons,
    is_certificate,
    public_key,
    sns_message,
)
from connectors.contract import (
    Account,
    Health,
    Parsed,
    Pulled,
    RetryLater,
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import FetchFailed, Malformed, Unauthentic
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.aws import AwsKey, AwsRequest, signed_headers
from connectors.kit.mail.json_body import Blob, JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.mail.provider import ApiRequest, MailProvider
from connectors.kit.moments import from_iso
from connectors.kit.outcomes import Unsent, of_reply, retry_after
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age
from storage.ids import utc_now

TOLERANCE = timedelta(hours=12)
MOST_KEYS = 8
FETCH_S = 4.0


# Refusals of today that may be none tomorrow; SES answers 400 to them.
PASSING_FAULTS = frozenset(
    {"LimitExceededException", "SendingPausedException", "TooManyRequestsException"}
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """From the AWS console. The inbox's address is the one that customers write to."""

    access_key_id: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access key id",
            description="Of a user who may send by SES (and read, list, delete in the bucket)",
        ),
    ]
    secret_access_key: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Secret access key",
            description="Shown once when the access key is made",
            extra={"secret": True},
        ),
    ]
    region: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Region",
            description="Such as eu-west-1",
            pattern="^[A-Za-z0-9_-]+$",
        ),
    ]
    topic_arns: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="SNS topics",
            description="arn:aws:sns:..., with commas; messages of other topics are refused",
        ),
    ]
    bucket: Annotated[
        str,
        msgspec.Meta(
            title="S3 bucket",
            description="Into which the receipt rule puts mails; each is deleted once it is stored",
        ),
    ] = ""
    prefix: Annotated[str, msgspec.Meta(title="Object key prefix")] = ""
    configuration_set: Annotated[
        str, msgspec.Meta(title="Configuration set", description="It reports what became of mails")
    ] = ""
    endpoint: Annotated[
        str, msgspec.Meta(title="API address", description="Only for compatible services")
    ] = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal."""

    message: str = ""


def connect(account: Account, http: Http) -> "AmazonSes":
    """The connector of one inbox."""
    return AmazonSes(account, http)


class AmazonSes(MailProvider[Settings]):
    """Receiver, puller, sender and health of one address at SES."""

    name = "Amazon SES"

    def __init__(self, account: Account, http: Http) -> None:
        super().__init__(account, http)
        self._topics = frozenset(
            one.strip() for one in self._settings.topic_arns.split(",") if one.strip()
        )
        self._keys: dict[str, rsa.RSAPublicKey] = {}
        settings = self._settings
        self._bucket = (
            MailBucket(http, self._key("s3"), settings.bucket, settings.prefix, settings.endpoint)
            if settings.bucket
            else None
        )

    async def prepare(self, request: WebhookRequest) -> None:
        """See ``Preparer``: the certificate, and the subscription that a rightly signed message
        asks us to confirm.
        """
        try:
            message = sns_message(request.body)
            self._of_our_topic(message)
        except (Malformed, Unauthentic):
            return  # verify says so
        if message.signing_cert_url not in self._keys and is_certificate(message.signing_cert_url):
            self._remember(message.signing_cert_url, await self._get(message.signing_cert_url))
        if message.type == CONFIRMATION and message.subscribe_url:
            try:
                self.verify(request)
            except Unauthentic:
                return
            if is_amazons(message.subscribe_url):
                await self._get(message.subscribe_url)

    def verify(self, request: WebhookRequest) -> bool:
        """See ``WebhookReceiver``: SNS's signature, and the topic: anybody may have one."""
        try:
            message = sns_message(request.body)
            signed_at = from_iso(message.timestamp)
        except Malformed as error:
            raise Unauthentic(str(error)) from error
        self._of_our_topic(message)
        key = self._keys.get(message.signing_cert_url)
        if key is None:
            raise Unauthentic("the signing certificate is not Amazon's")
        check_signature(message, key)
        check_age(signed_at, request.received_at, TOLERANCE)
        return True

    def handshake(self, request: WebhookRequest) -> WebhookResponse | None:
        """A subscription that ``prepare`` has confirmed needs no place in the journal."""
        try:
            confirms = sns_message(request.body).type == CONFIRMATION
        except Malformed:
            return None
        return WebhookResponse() if confirms else None

    def parse(self, request: WebhookRequest) -> Parsed:
        """See ``WebhookReceiver``."""
        return parse(sns_message(request.body), request.received_at)

    @property
    def pulls(self) -> bool:
        """False when mails come within the notifications."""
        return self._bucket is not None

    async def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``: what lies in the bucket, also when no notification told."""
        if self._bucket is not None:
            async for item in self._bucket.waiting(cursor):
                yield item

    async def wait(self, seconds: float) -> None:
        """The notification rings."""
        await asyncio.sleep(seconds)

    async def check(self) -> Health:
        """See ``HealthChecker``: the right to send, and the bucket if there is one."""
        sending = await super().check()
        if self._bucket is None or not sending.ok:
            return sending
        bucket = self._bucket

        async def look() -> Health:
            reply = await bucket.probe()
            if reply.ok:
                return Health(ok=True, detail=f"{sending.detail}; the bucket can be read")
            advice = "Allow s3:ListBucket, s3:GetObject and s3:DeleteObject on the bucket."
            return Health(ok=False, detail=f"S3 answered {reply.status}", advice=advice)

        return await probe(look)

    def request(self, letter: Letter) -> ApiRequest:
        """The whole mail as it would go by SMTP. SES puts its own Message-ID in the place of ours;
        our tag comes back with every event.
        """
        body = JsonBody()
        raw = Blob(size=letter.composed.size, open=letter.composed.chunks)
        document: dict[str, Any] = {
            "FromEmailAddress": letter.sender.mailbox,
            "Destination": _destination(letter),
            "Content": {"Raw": {"Data": body.blob(raw)}},
            "EmailTags": [{"Name": OUR_TAG, "Value": letter.id}],
        }
        if self._settings.configuration_set:
            document["ConfigurationSetName"] = self._settings.configuration_set
        body.finish(document)
        return ApiRequest(
            url=f"{self._api()}/v2/email/outbound-emails", headers=body.headers, body=body
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """By the name of the fault, where it is one that passes."""
        said = reply.read(Fault) or Fault()
        name = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
        words = f"{said.message} ({name})" if name else said.message
        if name in PASSING_FAULTS:
            return RetryLater(reason=words, after_s=retry_after(reply))
        return of_reply(reply, words)

    def question(self) -> ApiRequest:
        """The account's right to send."""
        url = f"{self._api()}/v2/email/account"
        headers = self._sign(AwsRequest(method="GET", url=url))
        return ApiRequest(method="GET", url=url, headers=headers)

    async def _call(self, request: ApiRequest) -> HttpReply:
        """The signature covers the body, so it is read twice; it is never whole in memory."""
        digest = hashlib.sha256()
        if isinstance(request.body, bytes):
            digest.update(request.body)
        else:
            async for piece in request.body:
                digest.update(piece)
        signed = self._sign(
            AwsRequest(
                method=request.method,
                url=request.url,
                headers=request.headers,
                body_sha256=digest.hexdigest(),
            )
        )
        return await super()._call(msgspec.structs.replace(request, headers=signed))

    def _of_our_topic(self, message: SnsMessage) -> None:
        if message.topic_arn not in self._topics:
            raise Unauthentic(f"topic {message.topic_arn[:200]!r} is not among the inbox's")

    def _remember(self, url: str, pem: bytes) -> None:
        try:
            key = public_key(pem)
        except (ValueError, TypeError) as error:
            raise FetchFailed(f"the certificate cannot be read: {error}", retry=True) from error
        while len(self._keys) >= MOST_KEYS:
            self._keys.pop(next(iter(self._keys)))
        self._keys[url] = key

    async def _get(self, url: str) -> bytes:
        try:
            reply = await self._http.request("GET", url, timeout_s=FETCH_S)
        except (NotSent, LineBroken, TimeoutError) as error:
            raise FetchFailed(str(error) or "timed out", retry=True) from error
        if not reply.ok:
            raise FetchFailed(f"SNS answered {reply.status}", retry=True, status=reply.status)
        return reply.body

    def _api(self) -> str:
        host = f"https://email.{self._settings.region}.amazonaws.com"
        return (self._settings.endpoint or host).rstrip("/")

    def _key(self, service: str) -> AwsKey:
        return AwsKey(
            id=self._settings.access_key_id,
            secret=self._settings.secret_access_key,
            region=self._settings.region,
            service=service,
        )

    def _sign(self, request: AwsRequest) -> dict[str, str]:
        return signed_headers(self._key("ses"), request, utc_now())


def _destination(letter: Letter) -> dict[str, list[str]]:
    people = {"ToAddresses": letter.to, "CcAddresses": letter.cc, "BccAddresses": letter.bcc}
    return {kind: _addresses(found) for kind, found in people.items() if found}


def _addresses(people: tuple[Person, ...]) -> list[str]:
    return [one.address for one in people]
