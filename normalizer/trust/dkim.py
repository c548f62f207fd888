"""DKIM (RFC 6376, 8301, 8463) and ARC (RFC 8617) by dkimpy, with keys that were fetched before."""

import binascii
import logging
from collections.abc import Mapping
from typing import Literal

import dkim

from connectors.kit.dns import DnsAnswer
from normalizer.trust.canonical import canonical
from normalizer.trust.head import Signature, tags

ALGORITHMS = frozenset({"rsa-sha256", "ed25519-sha256"})  # RFC 8301: no SHA-1
KEY_CHARACTERS = 1_600  # of base64: RSA up to 8192 bits; more is only there to cost time
MIN_BITS = 1024
FIELDS_MOST = 200  # names in h=: each is looked for in the whole header
_QUIET = logging.getLogger("normalizer.trust.dkimpy")
_QUIET.disabled = True  # it says which header was wrong, in the sender's own words

DkimResult = Literal["pass", "fail", "policy", "neutral", "temperror", "permerror"]
Keys = Mapping[str, DnsAnswer]


def check_dkim(mail: bytes, signature: Signature, keys: Keys) -> DkimResult:
    """The result for one signature (RFC 8601 section 2.7.1); ``policy``: valid or not, we do not
    take it: a part of the body is not signed (l=), or the author is not, or by SHA-1.
    """
    if (
        signature.fields > FIELDS_MOST
        or signature.partial
        or not signature.signs_author
        or signature.algorithm not in ALGORITHMS
    ):
        return "policy"
    answer = keys.get(signature.key_name)
    if answer is None or answer.outcome == "failed":
        return "temperror"
    record = key_record(answer)
    if record is None:
        return "permerror"
    flags = tags(record.encode()).get("t", "").split(":")
    if "s" in flags and signature.identity not in ("", signature.domain):
        return "permerror"  # RFC 6376 section 3.6.1
    return _verified(mail, signature, record)


def key_record(answer: DnsAnswer) -> str | None:
    """The one usable key of a name; None when there is none, it was revoked, or several."""
    records = [one for one in answer.records if "p" in tags(one.encode("utf-8", "replace"))]
    if len(records) != 1:
        return None
    key = "".join(tags(records[0].encode("utf-8", "replace"))["p"].split())
    return records[0] if 0 < len(key) <= KEY_CHARACTERS else None


def _verified(mail: bytes, signature: Signature, record: str) -> DkimResult:
    try:
        lean = canonical(mail, relaxed=signature.relaxed)
        verifier = dkim.DKIM(lean, logger=_QUIET, minkey=MIN_BITS)
        good = verifier.verify(idx=signature.place, dnsfunc=lambda _, **__: record.encode())
    except dkim.ValidationError:
        return "fail"
    except (dkim.DKIMException, binascii.Error, ValueError, KeyError, IndexError, AttributeError):
        return "permerror"
    return "pass" if good else "fail"


def check_arc(mail: bytes, keys: Keys) -> tuple[str, str]:
    """The chain's state, and what the last of it says that it had found (its A-R value)."""

    def key(name: bytes, **_: object) -> bytes:
        answer = keys.get(name.decode("ascii", "replace").rstrip(".").lower())
        return (key_record(answer) or "").encode() if answer else b""

    try:
        lean = canonical(mail, relaxed=True)
        state, sets, _ = dkim.ARC(lean, logger=_QUIET, minkey=MIN_BITS).verify(dnsfunc=key)
    except (dkim.DKIMException, binascii.Error, ValueError, KeyError, IndexError, AttributeError):
        return "fail", ""
    said = sets[0].get("aar-value", b"").decode("utf-8", "replace") if sets else ""
    return (state or dkim.CV_Fail).decode(), said
