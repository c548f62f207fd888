"""Keys, signed mails and their DNS records, made by the test that needs them."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

MAIL = (
    b"From: Ada <ada@shop.example>\r\n"
    b"To: support@halden.example\r\n"
    b"Subject:  Tent   pole\r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <one@shop.example>\r\n"
    b"\r\n"
    b"The pole broke.  \r\n"
    b"\r\n"
    b"Ada\r\n"
)


@cache
def key(bits: int = 2048, number: int = 0) -> RSAPrivateKey:
    """A key of its own for each number."""
    del number
    return generate_private_key(65537, bits)


def record(private: RSAPrivateKey) -> str:
    """What a domain publishes for it."""
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def signed(
    mail: bytes = MAIL,
    *,
    domain: str = "shop.example",
    private: RSAPrivateKey | None = None,
    canonical: str = "relaxed/relaxed",
    **options: object,
) -> bytes:
    """``mail`` with a DKIM-Signature by selector s1 above it."""
    pem = (private or key()).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    head, body = canonical.encode().split(b"/")
    header = dkim.sign(mail, b"s1", domain.encode(), pem, canonicalize=(head, body), **options)
    return header + mail
