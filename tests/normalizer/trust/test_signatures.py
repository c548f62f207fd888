"""S/MIME and OpenPGP signatures, made here and then tampered with."""

import os
from base64 import encodebytes
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from openpgp.composed import (
    CleartextSignedMessage,
    DetachedSignature,
    KeyType,
    SecretKeyParamsBuilder,
    SignedPublicKey,
    SubkeyParamsBuilder,
)

from connectors.contract import InboxId
from connectors.events import MessageReceived, SenderTrust
from normalizer.mail.parse import parse_mail
from normalizer.model import Draft, SignatureCheck
from normalizer.pipeline import Context, normalise
from normalizer.trust.keys import NO_KEYS, Keys, people_keys
from normalizer.trust.signatures import check_signatures

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
ADA = "ada@shop.example"
ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe pole broke.\r\n\r\nAda\r\n"
HEAD = b"From: Ada <ada@shop.example>\r\nSubject: Pole\r\nMIME-Version: 1.0\r\n"


class Random:
    def randbytes(self, n: int) -> bytes:
        return os.urandom(n)


def certificate(name: str, *, signer=None, address: str = "", days: int = 400, usage=None):
    """(certificate, key); signed by itself when there is no signer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, issuing = (signer[0].subject, signer[1]) if signer else (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(AT - timedelta(days=30))
        .not_valid_after(AT - timedelta(days=30) + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not address, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key()), False
        )
        .add_extension(x509.KeyUsage(
            digital_signature=True, key_cert_sign=not address, crl_sign=not address,
            content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, encipher_only=False, decipher_only=False), critical=True)
    )  # fmt: skip
    if address:
        names = x509.SubjectAlternativeName([x509.RFC822Name(address)])
        builder = builder.add_extension(names, False)
        purpose = usage or ExtendedKeyUsageOID.EMAIL_PROTECTION
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), False)
    return builder.sign(issuing, hashes.SHA256()), key


@cache
def authority():
    return certificate("Halden Root")


@cache
def ada_by_authority():
    return certificate("Ada", signer=authority(), address=ADA)


def cms(person, content: bytes = ENTITY, *, detached: bool = True, extra=()) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(person[0], person[1], hashes.SHA256())
    for one in extra:
        builder = builder.add_certificate(one)
    options = [pkcs7.PKCS7Options.Binary]
    if detached:
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    return builder.sign(Encoding.DER, options)


def multipart(signature: bytes, media_type: str, entity: bytes = ENTITY) -> bytes:
    return (
        HEAD
        + b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n'
        + entity
        + b"\r\n--b\r\nContent-Type: "
        + media_type.encode()
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + encodebytes(signature)
        + b"--b--\r\n"
    )


def smime(person=None, **options) -> bytes:
    return multipart(cms(person or ada_by_authority(), **options), "application/pkcs7-signature")


def only(mail: bytes, keys: Keys, author: str = ADA, at: datetime = AT) -> SignatureCheck:
    (found,) = check_signatures(mail, author, keys, at)
    return found


def trusting() -> Keys:
    return Keys(authorities=(authority()[0],))


def test_smime_by_a_configured_authority() -> None:
    found = only(smime(), trusting())
    assert (found.kind, found.state, found.signer) == ("smime", "verified", ADA)


def test_smime_through_an_intermediate() -> None:
    between = certificate("Halden Mail", signer=authority())
    person = certificate("Ada", signer=between, address=ADA)
    assert only(smime(person, extra=[between[0]]), trusting()).state == "verified"
    assert only(smime(person), trusting()).state == "unknown"


def test_smime_with_other_line_ends() -> None:
    mail = smime().replace(b"\r\n", b"\n")
    assert only(mail, trusting()).state == "verified"


def test_opaque_smime() -> None:
    mail = (
        HEAD
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + encodebytes(cms(ada_by_authority(), detached=False))
    )
    assert only(mail, trusting()).state == "verified"
    read = parse_mail(mail)
    assert read.text.strip() == "The pole broke.\n\nAda"
    assert [one.name for one in read.attachments] == ["smime.p7m"]
    assert read.security == ("smime-signed",)


@pytest.mark.parametrize("before", [b"The pole broke", b"Content-Type: text/plain"])
def test_an_altered_smime_mail(before: bytes) -> None:
    mail = smime().replace(before, b"X" + before, 1)
    found = only(mail, trusting())
    assert (found.state, found.reason) == ("invalid", "the mail was changed after it was signed")


def test_smime_by_an_authority_that_nobody_configured() -> None:
    stranger = certificate("Other Root")
    person = certificate("Ada", signer=stranger, address=ADA)
    assert only(smime(person, extra=[stranger[0]]), trusting()).state == "unknown"
    itself = certificate("Ada", address=ADA)
    assert only(smime(itself), trusting()).state == "unknown"


def test_smime_by_somebody_else() -> None:
    eve = certificate("Eve", signer=authority(), address="eve@evil.example")
    found = only(smime(eve), trusting())
    assert (found.state, found.signer) == ("invalid", "eve@evil.example")


def test_an_expired_certificate() -> None:
    person = certificate("Ada", signer=authority(), address=ADA, days=20)
    assert only(smime(person), trusting()).state == "unknown"
    assert only(smime(person), trusting(), at=AT - timedelta(days=20)).state == "verified"


def test_a_certificate_for_servers_signs_no_mail() -> None:
    person = certificate(
        "Ada", signer=authority(), address=ADA, usage=ExtendedKeyUsageOID.SERVER_AUTH
    )
    assert only(smime(person), trusting()).state == "unknown"


def test_parts_beside_the_signed_one_prove_nothing() -> None:
    extra = b"--b\r\nContent-Type: text/plain\r\n\r\nPay here\r\n--b--\r\n"
    assert check_signatures(smime().replace(b"--b--\r\n", extra), ADA, trusting(), AT) == ()


@pytest.mark.parametrize("signature", [b"", b"junk", b"0\x80" * 50, b"\x30\x03\x02\x01\x01"])
def test_smime_that_is_none(signature: bytes) -> None:
    mail = multipart(signature, "application/pkcs7-signature")
    assert only(mail, trusting()).state == "invalid"


def test_without_keys_a_signature_is_only_labelled() -> None:
    assert only(smime(), NO_KEYS).state == "unchecked"
    assert only(pgp_mime(), NO_KEYS).state == "unchecked"


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nAA", "smime"),
        (b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--", "openpgp"),
        (b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nAA\r\n-----END PGP MESSAGE-----\r\n", "openpgp"),
    ],
)
def test_encrypted_mail_is_labelled(mail: bytes, kind: str) -> None:
    found = only(mail, trusting())
    assert (found.kind, found.state) == (kind, "encrypted")


def pgp_key(user: str = f"Ada <{ADA}>"):
    builder = SecretKeyParamsBuilder().version(4).key_type(KeyType.ed25519())
    return builder.can_certify(True).can_sign(True).primary_user_id(user).generate()


@cache
def ada_key():
    return pgp_key()


def knowing(*secret) -> Keys:
    return Keys(people=people_keys("".join(one.to_public_key().to_armored() for one in secret)))


def armour(secret, content: bytes = ENTITY) -> bytes:
    made = DetachedSignature.sign_binary_data(Random(), secret, None, "sha512", content)
    return made.to_armored().encode()


def pgp_mime(secret=None) -> bytes:
    return multipart(armour(secret or ada_key()), "application/pgp-signature")


def test_pgp_mime_by_a_configured_key() -> None:
    found = only(pgp_mime(), knowing(ada_key()))
    assert (found.kind, found.state, found.signer) == ("openpgp", "verified", ADA)
    assert only(pgp_mime().replace(b"\r\n", b"\n"), knowing(ada_key())).state == "verified"


def test_pgp_by_a_signing_subkey() -> None:
    sub = SubkeyParamsBuilder().version(4).key_type(KeyType.ed25519()).can_sign(True).build()
    builder = SecretKeyParamsBuilder().version(4).key_type(KeyType.ed25519()).can_certify(True)
    secret = builder.primary_user_id(f"Ada <{ADA}>").subkey(sub).generate()
    mail = multipart(armour(secret.secret_subkeys[0]), "application/pgp-signature")
    assert only(mail, knowing(secret)).state == "verified"


def test_an_altered_pgp_mail() -> None:
    mail = pgp_mime().replace(b"The pole", b"A pole")
    assert only(mail, knowing(ada_key())).state == "invalid"


def test_pgp_by_an_unknown_key_and_by_somebody_else() -> None:
    eve = pgp_key("Eve <eve@evil.example>")
    assert only(pgp_mime(eve), knowing(ada_key())).state == "unknown"
    found = only(pgp_mime(eve), knowing(ada_key(), eve))
    assert (found.state, found.signer) == ("invalid", "eve@evil.example")


def cleartext(text: str = "The pole broke.\n", *, around: str = "") -> bytes:
    block = CleartextSignedMessage.sign(text, ada_key()).to_armored()
    return HEAD + b"\r\n" + (block + around).replace("\n", "\r\n").encode()


def test_a_cleartext_signature() -> None:
    assert only(cleartext(), knowing(ada_key())).state == "verified"
    altered = cleartext().replace(b"broke", b"holds")
    assert only(altered, knowing(ada_key())).state == "invalid"
    around = cleartext(around="\nPay to this account.\n")
    assert only(around, knowing(ada_key())).reason == "only a part of the text is signed"


def test_a_key_that_has_expired() -> None:
    known = knowing(ada_key())
    gone = replace(known.people[0], until=int(AT.timestamp()) - 1)
    found = only(pgp_mime(), Keys(people=(gone,)))
    assert (found.state, found.reason) == ("invalid", "the signer's key has expired")


def test_an_address_that_somebody_wrote_into_a_key_is_refused() -> None:
    public = ada_key().to_public_key()
    forged = public.to_bytes().replace(b"ada@shop.example", b"ceo@bank.example")
    with pytest.raises(ValueError, match="sign"):
        people_keys(SignedPublicKey.from_bytes(forged).to_armored())


def test_a_key_ring_that_cannot_be_read_is_refused() -> None:
    begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
    with pytest.raises(ValueError, match="packet"):
        people_keys(f"{begin}\n\nAAAA\n{end}")


def normalised(mail: bytes, keys: Keys) -> Draft:
    failing = SenderTrust(verdict="fail", source="computed", domain="shop.example")
    event = MessageReceived(
        dedupe_id="", native_id="", thread_key="", senders=(), occurred_at=AT, mail=mail
    )
    context = Context(
        inbox_id=InboxId("i"), channel="email", address="support@halden.example",
        journal_id="j", received_at=AT, keys=keys, trust=failing,
    )  # fmt: skip
    return normalise(event, context)


def test_a_verified_signature_outweighs_what_the_domain_says() -> None:
    assert not normalised(smime(), trusting()).doubted
    assert normalised(smime(), NO_KEYS).doubted
    assert normalised(smime().replace(b"The pole", b"A pole"), trusting()).doubted
