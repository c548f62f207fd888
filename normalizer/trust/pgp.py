"""OpenPGP signatures (RFC 9580, 3156) by rPGP, with the keys that an operator gave us."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from normalizer.model import SignatureCheck, SignatureState
from normalizer.trust.claims import Claim
from normalizer.trust.keys import PersonKey

if TYPE_CHECKING:
    from openpgp.packet import Signature

WEAK = frozenset({"md5", "sha1", "ripemd160", "none"})
SIGNATURES_MOST = 4
UNREADABLE = "its signature cannot be read"
Verify = Callable[[int, PersonKey], None]


def check_detached(
    content: bytes, armoured: bytes, claim: Claim, people: Sequence[PersonKey]
) -> SignatureCheck:
    """``content`` with CRLF line ends, signed by its author or not."""
    from openpgp.composed import DetachedSignature

    try:
        many, _ = DetachedSignature.from_armor_many(armoured.decode("ascii", "replace"))
    except ValueError:
        return _said("invalid", UNREADABLE)

    def verify(number: int, key: PersonKey) -> None:
        many[number].verify(key.key, content)

    return _checked([one.signature for one in many], verify, claim, people)


def check_cleartext(armoured: str, claim: Claim, people: Sequence[PersonKey]) -> SignatureCheck:
    """A text between BEGIN PGP SIGNED MESSAGE and its signature, nothing around it."""
    from openpgp.composed import CleartextSignedMessage

    try:
        message, _ = CleartextSignedMessage.from_armor(armoured)
    except ValueError:
        return _said("invalid", UNREADABLE)

    def verify(number: int, key: PersonKey) -> None:
        message.verify(key.key, number)

    return _checked(message.signatures(), verify, claim, people)


def _checked(
    signatures: "Sequence[Signature]", verify: Verify, claim: Claim, people: Sequence[PersonKey]
) -> SignatureCheck:
    """The first signature that says something: several make a mail no worse."""
    found = _said("unknown", "no key of the signer is configured")
    for number, signature in enumerate(signatures[:SIGNATURES_MOST]):
        named = {*signature.issuer_key_id(), *signature.issuer_fingerprint()}
        issuers = {one.lower() for one in named}
        for key in people:
            if issuers.isdisjoint(key.issuers):
                continue
            fault = _altered(partial(verify, number, key)) or _fault(key, signature, claim)
            signer = (
                claim.author if claim.author in key.addresses else min(key.addresses, default="")
            )
            if not fault:
                return _said("verified", "", signer)
            found = _said("invalid", fault, signer)
    return found


def _altered(verify: Callable[[], None]) -> str:
    try:
        verify()
    except ValueError:
        return "the mail was changed after it was signed"
    return ""


def _fault(key: PersonKey, signature: "Signature", claim: Claim) -> str:
    """Why a signature that fits proves nothing all the same; "" when it does."""
    moment = int(claim.at.timestamp())
    lasts = signature.signature_expiration_time()
    faults = (
        (signature.hash_alg() in WEAK, "its hash is too weak"),
        (
            bool(lasts) and (signature.created() or 0) + (lasts or 0) < moment,
            "the signature has expired",
        ),
        (key.until is not None and key.until < moment, "the signer's key has expired"),
        (claim.author not in key.addresses, "signed by somebody else than the author"),
    )
    return next((words for wrong, words in faults if wrong), "")


def _said(state: SignatureState, reason: str, signer: str = "") -> SignatureCheck:
    return SignatureCheck(kind="openpgp", state=state, signer=signer, reason=reason)
