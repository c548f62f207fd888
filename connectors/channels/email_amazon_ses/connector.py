"""Amazon SES: notifications by SNS (and mails from S3) in, the SES API v2 out."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.channels.email_amazon_ses.bucket import MailBucket
from connectors.channels.email_amazon_ses.inbound import parse
from connectors.channels.email_amazon_ses.outbound import refused, sending
from connectors.channels.email_amazon_ses.settings import Settings
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
    WebhookRequest,
    WebhookResponse,
)
from connectors.errors import FetchFailed, Malformed, Unauthentic
from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.kit.aws import AwsKey, AwsRequest, signed_headers
from connectors.kit.mail.letter import Letter
from connectors.kit.mail.provider import ApiRequest, MailProvider
from connectors.kit.moments import from_iso
from connectors.kit.outcomes import Unsent
from connectors.kit.probing import probe
from connectors.kit.signatures import check_age
from storage.ids import utc_now

__all__ = ["AmazonSes", "Settings", "connect"]

TOLERANCE = timedelta(hours=12)
MOST_KEYS = 8
FETCH_S = 4.0


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

    @property
    def authserv_ids(self) -> frozenset[str]:
        """SES puts what it found on top of the mails that it leaves in S3."""
        return frozenset({"amazonses.com"})

    async def prepare(self, request: WebhookRequest) -> None:
        """See ``Preparer``: the certificate, and the subscription that a rightly signed message
        asks us to confirm.
        """
        try:
            message = sns_message(request.body)
            self._of_our_topic(message)
        except (Malformed, Unauthentic):
            return  # verify says so
        url, topic = message.signing_cert_url, message.topic_arn
        if url not in self._keys and is_certificate(url, topic):
            self._remember(url, await self._get(url))
        if message.type == CONFIRMATION and message.subscribe_url:
            try:
                self.verify(request)
            except Unauthentic:
                return
            if is_amazons(message.subscribe_url, topic):
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
        """The whole mail as it would go by SMTP."""
        body = sending(letter, self._settings.configuration_set)
        return ApiRequest(
            url=f"{self._api()}/v2/email/outbound-emails", headers=body.headers, body=body
        )

    def refused(self, reply: HttpReply) -> Unsent:
        """In Amazon's words."""
        return refused(reply)

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
