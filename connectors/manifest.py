"""What a channel can, as data: ``manifest.toml``, read without importing the channel's code."""

from pathlib import Path
from typing import Literal, get_args

import msgspec

from connectors.errors import ManifestInvalid
from connectors.events import ReceiptState

Transport = Literal["webhook", "poll", "stream", "smtp", "socket", "api"]
Tier = Literal["bronze", "silver", "gold"]
LengthUnit = Literal["chars", "utf16", "bytes", "sms"]
RateKey = Literal["inbox", "recipient"]
Capability = Literal[
    "reply",
    "start",
    "html",
    "subject",
    "cc",
    "media_in",
    "media_out",
    "quick_replies",
    "templates",
    "reply_to",
    "edits",
    "deletions",
    "reactions",
    "typing",
    "typing_out",
    "echoes",
    "retry_hints",
    "reauth",
    "health",
    "profile",
]

ActKind = Literal["edit", "delete", "react"]

ACT_KINDS: tuple[ActKind, ...] = get_args(ActKind)
TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold")


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token bucket: ``per_s`` messages a second, ``burst`` at once, for each value of ``key``."""

    key: RateKey
    per_s: float
    burst: int = 1


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Free replies end ``hours`` after the customer's last message, or after ``messages``."""

    hours: float
    messages: int | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """None means that the provider names no limit.

    ``max_chars`` counts in ``unit`` (``sms``: characters of the 7-bit alphabet, any others count
    2.3 times, so 1,530 are ten parts); a longer text is split by the sender when ``splits``, else
    refused before it is queued.
    ``files_by_link``: the provider fetches files itself, so each needs a public ``url``.
    ``attachments_max_bytes`` is for all files of a message together.
    ``request_max_bytes``: a webhook may hold whole mails, beyond what the site takes otherwise.
    ``reply_handle``: replies are given the conversation's newest handle (see ``ReplyHandle``).
    """

    max_chars: int | None = None
    unit: LengthUnit = "chars"
    splits: bool = False
    sms_segments: bool = False
    attachment_max_bytes: int | None = None
    attachments_max_bytes: int | None = None
    attachments_max: int | None = None
    files_by_link: bool = False
    request_max_bytes: int | None = None
    reply_handle: bool = False
    media_types: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    window: Window | None = None


class ActLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``within_h``: how old the message may be; None for any age."""

    within_h: float | None = None


class Acts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can still be done to messages: ours changed or taken back, theirs reacted to."""

    edit: ActLimit | None = None
    delete: ActLimit | None = None
    react: ActLimit | None = None

    def limit(self, kind: ActKind) -> ActLimit | None:
        """None: the channel cannot."""
        found: ActLimit | None = getattr(self, kind)
        return found

    @property
    def kinds(self) -> tuple[ActKind, ...]:
        """Those that the channel has."""
        return tuple(kind for kind in ACT_KINDS if self.limit(kind) is not None)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel. ``family`` is the contact point family of its customers (``tel``, ``mailto``).

    ``exempt`` names requirements of the claimed tier that the provider itself does not offer,
    each with its reason; ``proved_by`` names the test of what recorded requests cannot show.
    """

    id: str
    name: str
    family: str
    transports: tuple[Transport, ...]
    tier: Tier
    docs: str
    summary: str = ""
    capabilities: tuple[Capability, ...] = ()
    receipts: tuple[ReceiptState, ...] = ()
    limits: Limits = Limits()
    acts: Acts = Acts()
    exempt: dict[str, str] = {}
    proved_by: dict[str, str] = {}

    def can(self, capability: Capability) -> bool:
        """Whether the channel has it."""
        return capability in self.capabilities


def load_manifest(path: Path) -> Manifest:
    """The manifest at ``path``; ManifestInvalid names the file and the field."""
    try:
        manifest = msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise ManifestInvalid(f"{path}: there is no such file; every channel needs one") from None
    except msgspec.DecodeError as error:
        raise ManifestInvalid(f"{path}: {error}") from error
    if not manifest.id.replace("_", "").isalnum() or manifest.id != manifest.id.lower():
        raise ManifestInvalid(f"{path}: id {manifest.id!r} must be lower case letters, digits, _")
    return manifest
