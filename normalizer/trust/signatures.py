"""Finds what of a mail is signed or encrypted, exactly as it was sent, and has it verified."""

import re
from collections.abc import Callable
from datetime import datetime

from normalizer.mail.charset import decode as decode_charset
from normalizer.mail.headers import read_headers, token
from normalizer.mail.mime import Notes, Part, read_mail, split
from normalizer.model import SignatureCheck
from normalizer.trust.claims import Claim
from normalizer.trust.keys import Keys
from normalizer.trust.pgp import check_cleartext, check_detached
from normalizer.trust.smime import check_smime

_CLEARTEXT = re.compile(
    r"\s*(-----BEGIN PGP SIGNED MESSAGE-----\r?\n.*-----END PGP SIGNATURE-----)\s*", re.S
)
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
UNCHECKED = "no key is configured"


def check_signatures(
    mail: bytes, author: str, keys: Keys, at: datetime
) -> tuple[SignatureCheck, ...]:
    """What the whole mail is signed by; parts deep inside (a forwarded mail) prove nothing of it.

    ``author`` is the address that the mail is shown with, lower case.
    """
    start = len(mail) - len(mail.lstrip(b"\r\n"))
    fields = read_headers(mail, start, len(mail)).headers
    reader = _READERS.get(token(fields.raw("content-type")) or "text/plain")
    if reader is None or (reader is _plain and b"-----BEGIN PGP " not in mail):
        return ()
    found = reader(read_mail(mail, Notes()), Claim(author=author, at=at), keys)
    return (found,) if found else ()


def _multipart_signed(root: Part, claim: Claim, keys: Keys) -> SignatureCheck | None:
    """RFC 1847 section 2.1: the first entity is signed byte for byte, the second is the signature.

    More than two entities: what was added was not signed.
    """
    boundary = root.params.get("boundary", "").encode("latin-1", "replace")
    spans = split(root.raw, root.start, root.end, boundary) if boundary else []
    if len(spans) != 2 or len(root.parts) != 2:  # noqa: PLR2004
        return None
    content = _canonical(root.raw[spans[0][0] : spans[0][1]])
    signature = root.parts[1]
    if signature.media_type == "application/pgp-signature":
        if not keys.people:
            return SignatureCheck(kind="openpgp", state="unchecked", reason=UNCHECKED)
        return check_detached(content, signature.content, claim, keys.people)
    if "pkcs7-signature" in signature.media_type:
        if not keys.authorities:
            return SignatureCheck(kind="smime", state="unchecked", reason=UNCHECKED)
        return check_smime(content, signature.content, claim, keys.authorities)
    return None


def _smime(root: Part, claim: Claim, keys: Keys) -> SignatureCheck | None:
    if root.params.get("smime-type", "").lower() != "signed-data":
        return SignatureCheck(kind="smime", state="encrypted")
    if not keys.authorities:
        return SignatureCheck(kind="smime", state="unchecked", reason=UNCHECKED)
    return check_smime(None, root.content, claim, keys.authorities)


def _encrypted(_root: Part, _claim: Claim, _keys: Keys) -> SignatureCheck | None:
    return SignatureCheck(kind="openpgp", state="encrypted")


def _plain(root: Part, claim: Claim, keys: Keys) -> SignatureCheck | None:
    """Armour in the text itself. What stands around a signed block is not signed."""
    text, _ = decode_charset(root.content, root.declared_charset, root.headers.hint)
    if "-----BEGIN PGP MESSAGE-----" in text:
        return SignatureCheck(kind="openpgp", state="encrypted")
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in text:
        return None
    whole = _CLEARTEXT.fullmatch(text)
    if not keys.people:
        return SignatureCheck(kind="openpgp", state="unchecked", reason=UNCHECKED)
    if whole is None or text.count("-----BEGIN PGP SIGNED MESSAGE-----") > 1:
        return SignatureCheck(
            kind="openpgp", state="invalid", reason="only a part of the text is signed"
        )
    return check_cleartext(whole[1], claim, keys.people)


def _canonical(entity: bytes) -> bytes:
    """With CRLF line ends, as it was signed, whatever relays made of them."""
    return entity.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


_Reader = Callable[[Part, Claim, Keys], SignatureCheck | None]
_READERS: dict[str, _Reader] = {
    "multipart/signed": _multipart_signed,
    "multipart/encrypted": _encrypted,
    "text/plain": _plain,
    **dict.fromkeys(_SMIME, _smime),
}
