"""Amazon SNS messages: what is signed, by whose certificate, and what they hold.

Source: Amazon SNS documentation, "Verifying the signatures of Amazon SNS messages".
"""

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.errors import Unauthentic
from connectors.kit.decoding import decode_json

CONFIRMATION = "SubscriptionConfirmation"
NOTIFICATION = "Notification"

_HOST = re.compile(r"sns\.([a-z0-9-]{1,40})\.amazonaws\.com(?:\.cn)?\Z")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem\Z")
_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_CONFIRMATION = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)
_HASHES: Mapping[str, type[hashes.SHA1 | hashes.SHA256]] = {"1": hashes.SHA1, "2": hashes.SHA256}


class SnsMessage(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """One message, as it is posted."""

    type: str
    message_id: str = ""
    topic_arn: str = ""
    message: str = ""
    subject: str | None = None
    timestamp: str = ""
    token: str | None = None
    subscribe_url: str | None = msgspec.field(name="SubscribeURL", default=None)
    signature: str = ""
    signature_version: str = ""
    signing_cert_url: str = msgspec.field(name="SigningCertURL", default="")

    @property
    def signed_text(self) -> bytes:
        """Names and values, a line each; absent ones are left out."""
        names = _SIGNED if self.type == NOTIFICATION else _SIGNED_CONFIRMATION
        values = msgspec.to_builtins(self)
        pairs = [(name, values.get(name)) for name in names]
        return "".join(f"{name}\n{value}\n" for name, value in pairs if value is not None).encode()


def sns_message(body: bytes) -> SnsMessage:
    """Malformed when it is none (SNS posts JSON as text/plain)."""
    return decode_json(body, SnsMessage, "a message of Amazon SNS")


def is_amazons(url: str, topic_arn: str) -> bool:
    """Whether an address is SNS's own, in the region of the topic: only there certificates and
    confirmations are fetched.
    """
    parts = urlsplit(url)
    found = _HOST.match(parts.netloc)
    return parts.scheme == "https" and found is not None and found[1] == _region(topic_arn)


def is_certificate(url: str, topic_arn: str) -> bool:
    """Whether SNS keeps a certificate there."""
    return is_amazons(url, topic_arn) and bool(_CERTIFICATE.match(urlsplit(url).path))


def _region(topic_arn: str) -> str:
    """``arn:aws:sns:<region>:<account>:<name>``."""
    return (topic_arn.split(":") + [""] * 4)[3]


def public_key(pem: bytes) -> rsa.RSAPublicKey:
    """ValueError when it is no certificate with an RSA key."""
    found = x509.load_pem_x509_certificate(pem).public_key()
    if not isinstance(found, rsa.RSAPublicKey):
        raise TypeError("the certificate's key is not an RSA key")
    return found


def check_signature(message: SnsMessage, key: rsa.RSAPublicKey) -> None:
    """Raises Unauthentic."""
    algorithm = _HASHES.get(message.signature_version)
    if algorithm is None:
        raise Unauthentic(f"signature version {message.signature_version!r} is not known")
    try:
        signature = base64.b64decode(message.signature, validate=True)
        key.verify(signature, message.signed_text, padding.PKCS1v15(), algorithm())
    except (binascii.Error, ValueError, InvalidSignature) as error:
        raise Unauthentic("the signature does not fit") from error
