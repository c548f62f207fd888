"""SNS's real signature scheme with a certificate of the test's own, and the bucket as a spool."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from connectors.channels.email_amazon_ses.connector import AmazonSes, Settings
from connectors.contract import Account, InboxId, WebhookRequest
from connectors.errors import FetchFailed, Malformed, Stale, Unauthentic
from connectors.http import HttpReply, NotSent
from normalizer.mail.seen import as_read

NOW = datetime(2026, 11, 18, 11, 7, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:111:parley"
CERT = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LIST = """<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
{}</ListBucketResult>"""


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(KEY, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


PEM = certificate()


class FakeAws:
    """SNS's certificates and confirmations, and one bucket."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.objects: dict[str, bytes] = {}
        self.down = False
        self.denied: set[str] = set()

    async def request(self, method, url, *, headers=None, body=b"", timeout_s=0):
        if self.down:
            raise NotSent("no route")
        self.calls.append((method, url))
        key = url.partition("/halden-mail/")[2]
        if method == "DELETE":
            self.objects.pop(key)
            return HttpReply(status=204, headers={}, body=b"")
        if "list-type=2" in url:
            assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AK/")
            keys = "".join(f"<Contents><Key>{k}</Key></Contents>" for k in sorted(self.objects))
            return HttpReply(status=200, headers={}, body=LIST.format(keys).encode())
        return HttpReply(status=200, headers={}, body=PEM if url == CERT else b"<ok/>")

    async def stream(self, url, *, headers=None, max_bytes=0, timeout_s=0):
        key = url.partition("/halden-mail/")[2]
        if key in self.denied:
            raise FetchFailed("answered 403", retry=False, status=403)
        yield self.objects[key]


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


@pytest.fixture
def ses(aws) -> AmazonSes:
    settings = Settings(
        access_key_id="AK",
        secret_access_key="secret",
        region="eu-west-1",
        topic_arns=f"arn:aws:sns:eu-west-1:111:other, {TOPIC}",
        bucket="halden-mail",
    )
    account = Account(
        inbox_id=InboxId("i"),
        channel="email_amazon_ses",
        name="Support",
        address="support@halden.example",
        hook_url="",
        settings=settings,
    )
    return AmazonSes(account, aws)


def message(version: str = "2", **changes: str) -> dict[str, str]:
    """A signed SNS message, as SNS documents it."""
    fields = {
        "Type": "Notification",
        "MessageId": "22b80b92",
        "TopicArn": TOPIC,
        "Message": '{"eventType": "Send"}',
        "Timestamp": "2026-11-18T11:06:41.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERT,
        **changes,
    }
    names = [
        "Message",
        "MessageId",
        "SubscribeURL",
        "Subject",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ]
    text = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303 - theirs
    signature = KEY.sign(text.encode(), padding.PKCS1v15(), algorithm)
    return {"Signature": base64.b64encode(signature).decode(), **fields}


def request(fields: dict[str, str], received_at: datetime = NOW) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        url="https://parley.example/hooks/email_amazon_ses/i",
        headers={"content-type": "text/plain; charset=UTF-8"},
        query={},
        body=json.dumps(fields).encode(),
        received_at=received_at,
    )


async def verified(ses: AmazonSes, fields: dict[str, str], received_at: datetime = NOW) -> bool:
    asked = request(fields, received_at)
    await ses.prepare(asked)
    return ses.verify(asked)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("changes", [{}, {"Subject": "Amazon SES Email Event"}])
async def test_what_amazon_signed_is_taken_and_one_changed_bit_is_not(ses, version, changes):
    fields = message(version, **changes)
    assert await verified(ses, fields)
    for name in ("Message", "MessageId", "Timestamp", "Signature", *changes):
        value = fields[name]
        other = chr(ord(value[3]) ^ 1)
        if name == "Signature":
            other = "B" if value[3] == "A" else "A"
        with pytest.raises(Unauthentic):
            await verified(ses, {**fields, name: value[:3] + other + value[4:]})


async def test_the_certificate_is_fetched_once(ses, aws):
    for _ in range(3):
        assert await verified(ses, message())
    assert aws.calls == [("GET", CERT)]


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://s3.amazonaws.com/mine/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem/x",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
        "",
    ],
)
async def test_certificates_come_from_amazon_alone(ses, aws, url):
    with pytest.raises(Unauthentic, match="certificate"):
        await verified(ses, message(SigningCertURL=url))
    assert aws.calls == []


async def test_another_topic_is_refused_however_rightly_signed(ses, aws):
    with pytest.raises(Unauthentic, match="topic"):
        await verified(ses, message(TopicArn="arn:aws:sns:eu-west-1:666:theirs"))
    assert aws.calls == [], "nothing is fetched for a stranger"


async def test_an_old_message_is_stale(ses):
    with pytest.raises(Stale):
        await verified(ses, message(), NOW + timedelta(hours=13))


async def test_no_certificate_now_is_asked_for_again(ses, aws):
    aws.down = True
    with pytest.raises(FetchFailed) as failed:
        await verified(ses, message())
    assert failed.value.retry


async def test_our_subscription_is_confirmed(ses, aws):
    fields = message(Type="SubscriptionConfirmation", Token="t", SubscribeURL=CONFIRM)
    assert await verified(ses, fields)
    assert aws.calls == [("GET", CERT), ("GET", CONFIRM)]
    assert ses.handshake(request(fields)).status == 200


async def test_a_forged_confirmation_is_not_followed(ses, aws):
    fields = message(Type="SubscriptionConfirmation", Token="t", SubscribeURL=CONFIRM)
    with pytest.raises(Unauthentic):
        await verified(ses, {**fields, "Token": "other"})
    assert ("GET", CONFIRM) not in aws.calls


async def test_a_confirmation_elsewhere_is_not_followed(ses, aws):
    fields = message(
        Type="SubscriptionConfirmation", Token="t", SubscribeURL="https://evil.example/"
    )
    assert await verified(ses, fields)
    assert aws.calls == [("GET", CERT)]


async def test_what_is_no_message_is_unauthentic(ses):
    bad = WebhookRequest(method="POST", url="", headers={}, query={}, body=b"[]", received_at=NOW)
    await ses.prepare(bad)
    with pytest.raises(Unauthentic):
        ses.verify(bad)


def mail(id: str) -> bytes:
    return f"From: eva@far.example\r\nMessage-ID: <{id}@far.example>\r\n\r\nIt leaks.\r\n".encode()


async def test_the_bucket_is_emptied_as_mails_are_taken(ses, aws):
    aws.objects = {"in/a": mail("a"), "in/b": mail("b"), "in/AMAZON_SES_SETUP_NOTIFICATION": b"x"}
    items = [item async for item in ses.pull("")]
    seen = [as_read(ses.parse_item(i.body, i.headers, NOW).events[0]).native_id for i in items]
    assert seen == ["a@far.example", "b@far.example"]
    assert len(aws.objects) == 3, "nobody has said yet that the journal has them"
    (marker,) = [item async for item in ses.pull(items[-1].cursor)]
    assert list(aws.objects) == ["in/AMAZON_SES_SETUP_NOTIFICATION"]
    assert ses.parse_item(marker.body, marker.headers, NOW).events == ()
    assert [item async for item in ses.pull(marker.cursor)] == []


async def test_a_pull_that_was_cut_leaves_in_the_bucket_what_the_journal_has_not(ses, aws):
    aws.objects = {"in/a": mail("a"), "in/b": mail("b")}
    first, _ = [item async for item in ses.pull("")]  # the journal broke after the first
    again = [item.headers async for item in ses.pull(first.cursor)]
    assert [headers.get("imap-uid") for headers in again] == [None, "in/b"]
    assert list(aws.objects) == ["in/b"]


async def test_a_mail_that_cannot_be_read_stays_and_is_told_of_once(ses, aws):
    aws.objects = {"in/a": mail("a"), "in/b": mail("b")}
    aws.denied = {"in/a"}
    first, second = [item async for item in ses.pull("")]
    with pytest.raises(Malformed, match="stays in the bucket"):
        ses.parse_item(first.body, first.headers, NOW)
    assert ses.parse_item(second.body, second.headers, NOW).events
    (marker,) = [item async for item in ses.pull(second.cursor)]
    assert list(aws.objects) == ["in/a"]
    assert [item async for item in ses.pull(marker.cursor)] == []
