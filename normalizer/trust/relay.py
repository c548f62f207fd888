"""What a relay we trust found out: its Authentication-Results field (RFC 8601), and no other's."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from connectors.events import SenderTrust
from normalizer.mail.headers import Headers, read_headers, unfold
from normalizer.trust.domains import a_label, aligned
from normalizer.trust.head import read_head
from normalizer.trust.verdict import DkimFinding, Findings, SpfFinding, judge, no_single_author

NAMELESS = "-"  # how settings name a relay that writes no authserv-id (Microsoft 365)
FIELDS_MOST = 20
FIELD_BYTES = 16_384
RESULTS_MOST = 50

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[();]|[^();"]+|"', re.S)
_POLICY = re.compile(r"\bp=(none|quarantine|reject)\b", re.I)
_METHOD = re.compile(r"\s*([A-Za-z][\w-]*)(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"\b([a-z]+)\.([\w-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.I)
_RESULTS = frozenset(
    {"pass", "fail", "softfail", "neutral", "none", "policy", "temperror", "permerror"}
)
_SPELT = {"hardfail": "fail", "bestguesspass": "none", "error": "temperror", "unknown": "permerror"}


class Found(msgspec.Struct, frozen=True):
    """One method's result with its properties (``header.d`` ...), lower case."""

    method: str
    result: str
    properties: Mapping[str, str]
    comment: str


Word = Sequence[Found]


def trust_of_relay(mail: bytes, trusted: frozenset[str]) -> SenderTrust | None:
    """The verdict of a relay in ``trusted``; None when none of them has said anything.

    Fields of others are as good as anything else that a stranger writes.
    """
    if not trusted:
        return None
    fields = read_headers(mail, 0, len(mail)).headers
    by, word = _word(fields, trusted)
    if not word:
        return None
    head = read_head(mail)
    nobody = no_single_author(head)
    found = nobody or _verdict(word, head.author)
    return msgspec.structs.replace(found, source="relay", by=by)


def _word(fields: Headers, trusted: frozenset[str]) -> tuple[str, list[Found]]:
    """All fields of the topmost trusted name down to the next Received: what is below came from
    outside, also when it bears that name. The first result of a method counts, each of DKIM's.
    """
    by = ""
    word: list[Found] = []
    fields_read = 0
    for name, value in fields.fields:
        if (name == "received" and by) or fields_read == FIELDS_MOST:
            break
        if name != "authentication-results" or len(value) > FIELD_BYTES:
            continue
        said, rest = _name_and_results(unfold(value).decode("utf-8", "replace"))
        if said not in trusted or (by and said != by):
            continue
        by = said
        fields_read += 1
        have = {one.method for one in word}
        word += [one for one in read_results(rest) if one.method not in have]
    return by, word[:RESULTS_MOST]


def _name_and_results(value: str) -> tuple[str, str]:
    """Without its name a value is all results; comments before it go with it."""
    first = next(iter(_parts(value)), ("", ""))[0].strip()
    if "=" in first:
        return NAMELESS, value
    return (first.split()[0].lower() if first else ""), value


def read_results(text: str) -> list[Found]:
    """The results in a field's value; its name, and what else is no result, is left out."""
    found: list[Found] = []
    for bare, comment in _parts(text)[:RESULTS_MOST]:
        match = _METHOD.match(bare)
        if match is None:
            continue
        result = _SPELT.get(match[2].lower(), match[2].lower())
        properties = {
            f"{kind}.{name}".lower(): value.strip('"').lower()
            for kind, name, value in _PROPERTY.findall(bare[match.end() :])
        }
        if result in _RESULTS:
            found.append(Found(match[1].lower(), result, properties, comment))
    return found


def _parts(value: str) -> list[tuple[str, str]]:
    """What stands between semicolons, and the comments in it.

    A sender chooses words that a relay quotes in comments and strings (``smtp.mailfrom``): a
    semicolon in there begins nothing.
    """
    parts: list[tuple[str, str]] = []
    bare: list[str] = []
    comments: list[str] = []
    depth = 0
    for sign in _TOKEN.findall(value[:FIELD_BYTES]):
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif depth:
            comments.append(sign)
        elif sign == ";":
            parts.append(("".join(bare), " ".join(comments)))
            bare, comments = [], []
        else:
            bare.append(sign)
    return [*parts, ("".join(bare), " ".join(comments))]


def vouches(word: Word, author: str) -> bool:
    """Whether the results prove ``author``."""
    return _verdict(word, author).verdict == "pass"


def _verdict(word: Word, author: str) -> SenderTrust:
    """By the relay's DMARC result, when that is about this author; else by its single results."""
    single = judge(author, Findings(spf=_spf(word), dkim=_dkim(word), policy=None))
    dmarc = next((one for one in word if one.method == "dmarc"), None)
    if dmarc is None or not _about(dmarc, author):
        return single
    policy = _POLICY.search(dmarc.comment)
    kept = {"dmarc": dmarc.result, "policy": policy[1].lower() if policy else ""}
    if dmarc.result in {"pass", "fail", "temperror"}:
        reason = "" if dmarc.result == "pass" else f"dmarc={dmarc.result}"
        return msgspec.structs.replace(single, verdict=dmarc.result, reason=reason, **kept)
    return msgspec.structs.replace(single, **kept)


def _about(dmarc: Found, author: str) -> bool:
    judged = dmarc.properties.get("header.from", "").rpartition("@")[2]
    return not judged or aligned(a_label(judged), author)


def _spf(word: Word) -> SpfFinding | None:
    for one in word:
        if one.method == "spf":
            named = one.properties.get("smtp.mailfrom") or one.properties.get("smtp.helo", "")
            return SpfFinding(one.result, a_label(named.rpartition("@")[2]))
    return None


def _dkim(word: Word) -> list[DkimFinding]:
    return [DkimFinding(one.result, _signer(one)) for one in word if one.method == "dkim"]


def _signer(found: Found) -> str:
    named = found.properties.get("header.d") or found.properties.get("header.i", "")
    return a_label(named.rpartition("@")[2])
