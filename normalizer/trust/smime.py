"""S/MIME signatures (RFC 8551, 5652): asn1crypto reads, cryptography verifies.

``cryptography`` makes CMS signatures but does not verify them; its path validation (RFC 5280) is
used as it is.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from normalizer.model import SignatureCheck, SignatureState
from normalizer.trust.claims import Claim

CERTIFICATES_MOST = 12
SIGNERS_MOST = 2
DEPTH_MOST = 5
_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_MAY_SIGN_MAIL = frozenset(
    {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


class Unsigned(Exception):
    """What the structure says is not what was signed; the message says why."""


def check_smime(
    content: bytes | None,
    der: bytes,
    claim: Claim,
    authorities: Sequence[x509.Certificate],
) -> SignatureCheck:
    """``content`` is the signed entity with CRLF line ends, None where the structure holds it."""
    try:
        signed = _signed_data(der)
        body = _opaque(signed) if content is None else content
        certificate = _signer(signed, body)
    except Unsigned as error:
        return _said("invalid", str(error))
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        return _said("invalid", "its signature cannot be read")
    addresses = _addresses(certificate)
    signer = claim.author if claim.author in addresses else min(addresses, default="")
    try:
        _verify_path(certificate, signed, authorities, claim.at)
    except verification.VerificationError:
        return _said("unknown", "no configured authority vouches for the signer", signer)
    if claim.author not in addresses:
        return _said("invalid", "signed by somebody else than the author", signer)
    return _said("verified", "", signer)


def opaque_content(der: bytes) -> bytes | None:
    """The entity inside a ``signed-data`` structure, verified or not; None: there is none."""
    try:
        return _opaque(_signed_data(der))
    except (Unsigned, ValueError, TypeError, KeyError):
        return None


def _signed_data(der: bytes) -> cms.SignedData:
    info = cms.ContentInfo.load(der)
    if info["content_type"].native != "signed_data":
        raise Unsigned("it is not signed")
    return info["content"]


def _opaque(signed: cms.SignedData) -> bytes:
    content = signed["encap_content_info"]["content"].native
    if not isinstance(content, bytes):
        raise Unsigned("there is nothing that was signed")
    return content


def _signer(signed: cms.SignedData, content: bytes) -> x509.Certificate:
    """Whose certificate fits the first signature that holds."""
    failure = Unsigned("nobody has signed it")
    for info in list(signed["signer_infos"])[:SIGNERS_MOST]:
        try:
            certificate = _certificate_of(info, signed)
            _verify(info, content, certificate)
        except Unsigned as error:
            failure = error
        else:
            return certificate
    raise failure


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    choices = list(signed["certificates"])[:CERTIFICATES_MOST] if signed["certificates"] else []
    return [
        x509.load_der_x509_certificate(one.chosen.dump())
        for one in choices
        if one.name == "certificate"
    ]


def _certificate_of(info: cms.SignerInfo, signed: cms.SignedData) -> x509.Certificate:
    wanted = info["sid"]
    for one in _certificates(signed):
        if wanted.name == "issuer_and_serial_number":
            named = wanted.chosen
            if (
                one.serial_number == named["serial_number"].native
                and one.issuer.public_bytes() == named["issuer"].dump()
            ):
                return one
        elif _key_id(one) == wanted.chosen.native:
            return one
    raise Unsigned("the signer's certificate is missing")


def _key_id(certificate: x509.Certificate) -> bytes:
    try:
        found = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_KEY_IDENTIFIER)
    except x509.ExtensionNotFound:
        return b""
    return found.value.digest if isinstance(found.value, x509.SubjectKeyIdentifier) else b""


def _verify(info: cms.SignerInfo, content: bytes, certificate: x509.Certificate) -> None:
    """RFC 5652 section 5.4: over the attributes, which hold the content's digest."""
    name = info["digest_algorithm"]["algorithm"].native
    if name not in _HASHES:
        raise Unsigned("its hash is too weak")
    data = content
    attributes = info["signed_attrs"]
    if attributes:
        _compare(attributes, hashlib.new(name, content).digest())
        data = attributes.untag().dump()
    try:
        _verify_bytes(info, data, certificate.public_key(), _HASHES[name]())
    except InvalidSignature:
        raise Unsigned("the mail was changed after it was signed") from None


def _compare(attributes: cms.CMSAttributes, digest: bytes) -> None:
    found = {one["type"].native: one["values"].native for one in attributes}
    if found.get("content_type") != ["data"]:
        raise Unsigned("it signs something else than a mail")
    if found.get("message_digest") != [digest]:
        raise Unsigned("the mail was changed after it was signed")


def _verify_bytes(
    info: cms.SignerInfo, data: bytes, key: object, algorithm: hashes.HashAlgorithm
) -> None:
    signature = info["signature"].native
    if isinstance(key, rsa.RSAPublicKey):
        pss = info["signature_algorithm"]["algorithm"].native == "rsassa_pss"
        key.verify(signature, data, _padding(algorithm, pss=pss), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(algorithm))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        raise Unsigned("its key is of an unknown kind")


def _padding(algorithm: hashes.HashAlgorithm, *, pss: bool) -> padding.PSS | padding.PKCS1v15:
    if not pss:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)


def _verify_path(
    certificate: x509.Certificate,
    signed: cms.SignedData,
    authorities: Sequence[x509.Certificate],
    at: datetime,
) -> None:
    if not authorities:
        raise verification.VerificationError
    person = verification.ExtensionPolicy.permit_all().may_be_present(
        x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _for_mail
    )
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(authorities)))
        .time(at.astimezone(UTC))
        .max_chain_depth(DEPTH_MOST)
        .extension_policies(
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=person
        )
        .build_client_verifier()
    )
    others = [one for one in _certificates(signed) if one != certificate]
    verifier.verify(certificate, others)


def _for_mail(
    _policy: verification.Policy,
    _certificate: x509.Certificate,
    usage: x509.ExtendedKeyUsage | None,
) -> None:
    """RFC 8551 section 4.4.4: a certificate that says what it is for must say mail."""
    if usage is not None and _MAY_SIGN_MAIL.isdisjoint(usage):
        raise ValueError("not for mail")


def _addresses(certificate: x509.Certificate) -> frozenset[str]:
    """RFC 8550 section 3."""
    found = [
        str(one.value) for one in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    ]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found += names.value.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    return frozenset(one.lower() for one in found)


def _said(state: SignatureState, reason: str, signer: str = "") -> SignatureCheck:
    return SignatureCheck(kind="smime", state=state, signer=signer, reason=reason)
