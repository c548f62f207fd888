"""Address fields, read token by token from the raw value.

Encoded words are decoded in display names only: decoding one inside an addr-spec would let a
stranger spell the address of somebody else.
"""

import re

from normalizer.mail.detect import detect
from normalizer.mail.headers import decode_words
from normalizer.mail.model import Address

MAX_ADDRESSES = 500
_MAX_VALUE = 32_000
# RFC 5321 allows 320; what is longer is no address, and searching it would take long.
_MAX_SPEC = 1000

_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)"
    r'|"(?P<quoted>(?:[^"\\]|\\.){0,998}+)"'
    r"|<(?P<angle>[^<>]*)>"
    r"|\((?P<comment>(?:[^()\\]|\\.|\((?:[^()\\]|\\.){0,200}+\)){0,998}+)\)"
    r"|(?P<mark>[,;:])"
    r"|(?P<space>\s+)"
    r'|(?P<atom>[^\s,;:<>()"]+)'
    r'|(?P<stray>[<>()"])',
    re.S,
)
_ADDR_SPEC = re.compile(
    r"(?:[^\s@<>(),;:\"\[\]\\]+|\"(?:[^\"\\]|\\.)+\")@(?:[^\s@<>(),;:\"'\[\]\\]+|\[[^\]\s]+\])$"
)
_FOUND = re.compile(r"[^\s@<>(),;:\"'\[\]\\]+@[^\s@<>(),;:\"'\[\]\\]+")
_WORD_ONLY = re.compile(r"\s*=\?[^?\s]+\?[bBqQ]\?[^?]*\?=\s*$")


class _Mailbox:
    """The tokens of one mailbox while it is being read."""

    __slots__ = ("angle", "comment", "name", "plain", "stray")

    def __init__(self) -> None:
        self.name: list[str] = []
        self.plain: list[str] = []
        self.comment = ""
        self.angle: str | None = None
        self.stray = False

    def finish(self) -> Address | None:
        name = _clean_name("".join(self.name))
        if self.angle is not None:
            return _with_angle(name, self.angle, self.comment, stray=self.stray)
        bare = "".join(self.plain).strip()[:_MAX_SPEC]
        if not bare:
            return None
        return _without_angle(bare, name, self.comment)


def parse_addresses(value: bytes, hint: str | None = None) -> tuple[Address, ...]:
    """Every mailbox of an unfolded field; groups are opened, empty ones are left out.

    An entry whose address part is empty (`"x" <>`) is kept with an empty address, so that the
    caller can tell it from an absent field.
    """
    value = value[:_MAX_VALUE]
    text = value.decode("ascii") if value.isascii() else detect(value, hint)
    found: list[Address] = []
    box = _Mailbox()
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "mark":
            box = _mark(match[0], box, found)
        else:
            _add(box, match)
        if len(found) >= MAX_ADDRESSES:
            break
    _close(box, found)
    return tuple(found[:MAX_ADDRESSES])


def _mark(mark: str, box: _Mailbox, found: list[Address]) -> _Mailbox:
    if mark == ":" and "@" not in "".join(box.plain):
        return _Mailbox()  # the name of a group
    if mark == "," and box.angle is None and not _has_address(box):
        box.name.append(", ")  # an unquoted comma inside "Smith, John <j@x>"
        box.plain.append(", ")
        return box
    _close(box, found)
    return _Mailbox()


def _has_address(box: _Mailbox) -> bool:
    plain = "".join(box.plain)
    return "@" in plain or not plain.strip()


def _close(box: _Mailbox, found: list[Address]) -> None:
    address = box.finish()
    if address is not None:
        found.append(address)


def _add(box: _Mailbox, match: re.Match[str]) -> None:
    kind, text = match.lastgroup, match[0]
    if kind == "angle":
        if box.angle is None or not box.angle.strip():
            box.angle = match["angle"]
    elif kind == "comment":
        box.comment = box.comment or match["comment"]
    elif kind == "quoted":
        box.name.append(re.sub(r"\\(.)", r"\1", match["quoted"]))
        box.plain.append(text)
    elif kind == "stray":
        box.stray = True
        box.plain.append(text)
    else:
        box.name.append(text)
        box.plain.append(text)


def _clean_name(raw: str) -> str:
    name = decode_words(raw.encode("utf-8", "surrogateescape")) if raw else ""
    name = re.sub(r"\s+", " ", name).strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
        name = name[1:-1].strip()
    return name


def _with_angle(name: str, angle: str, comment: str, *, stray: bool) -> Address | None:
    spec = angle.strip()[:_MAX_SPEC]
    if not spec and _FOUND.fullmatch(name):
        return Address(name="", address=name, repaired=True)
    address, repaired = repair(spec)
    name = name or _clean_name(comment)
    return Address(
        name="" if name == address else name, address=address, repaired=repaired or stray
    )


def _without_angle(bare: str, name: str, comment: str) -> Address | None:
    if _ADDR_SPEC.match(bare):
        return Address(name=_clean_name(comment), address=bare)
    found = _FOUND.search(bare)
    if found and not _WORD_ONLY.match(bare) and "=?" not in bare:
        rest = (bare[: found.start()] + bare[found.end() :]).strip(" \"'<>[]()")
        address, _ = repair(found[0])
        return Address(
            name=_clean_name(rest) or _clean_name(comment), address=address, repaired=True
        )
    if "@" in bare or not comment:
        spec, _ = repair(bare)
        return Address(name="" if "@" in bare else name, address=spec, repaired=True)
    return Address(name=_clean_name(comment), address=bare, repaired=True)


def repair(spec: str) -> tuple[str, bool]:
    """An addr-spec without the usual damage, and whether anything had to be done.

    Spaces, doubled brackets and quotes, `mailto:`, source routes and trailing dots go; the case of
    the local part stays, encoded words stay undecoded.
    """
    if _ADDR_SPEC.match(spec) and not spec.endswith("."):
        return spec, False
    fixed = spec.strip(" \t<>[]'")
    if fixed.lower().startswith("mailto:"):
        fixed = fixed[7:]
    if fixed.startswith("@") and ":" in fixed:
        fixed = fixed.rpartition(":")[2]
    if not _ADDR_SPEC.match(fixed):
        fixed = re.sub(r"\s+", "", fixed.strip('"'))
    return fixed.rstrip("."), True


def untagged(address: str) -> str:
    """Lower case, without a plus tag: `Support+anything@host` is delivered to `support@host`."""
    local, _, host = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def is_own(address: str, own: frozenset[str]) -> bool:
    """Whether `own` (lower case) holds it, with or without its plus tag."""
    return address.strip().lower() in own or untagged(address) in own


def is_valid(address: str) -> bool:
    """Whether mail could be sent there: a local part, one @, a domain; no encoded word in it."""
    return "=?" not in address and _ADDR_SPEC.match(address) is not None
