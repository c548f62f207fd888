"""What a quality tier asks for, and what a channel's passing cases show of it."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from connectors.contract import Connector, HealthChecker
from connectors.manifest import TIERS, Manifest, Tier

Requirement = Literal[
    "text_in",
    "text_out",
    "signature",
    "malformed",
    "rate_limited",
    "rejected",
    "receipts",
    "media_in",
    "media_out",
    "retry_hints",
    "health",
    "edits",
    "deletions",
    "reactions",
    "reply_to",
    "reauth",
    "pictures",
]

ASKED: Mapping[Tier, tuple[Requirement, ...]] = {
    "bronze": ("text_in", "text_out", "signature", "malformed", "rate_limited", "rejected"),
    "silver": ("receipts", "media_in", "media_out", "retry_hints", "health"),
    "gold": ("edits", "deletions", "reactions", "reply_to", "reauth", "pictures"),
}
UNAUTHORIZED = 401


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What one passing case showed, in either direction."""

    kinds: frozenset[str] = frozenset()
    text: bool = False
    media: bool = False
    reply_to: bool = False
    refused: bool = False
    quarantined: bool = False
    sent_media: bool = False
    outcome: str = ""
    retry_after: bool = False


def requirements_of(shown: Shown) -> frozenset[Requirement]:
    """The requirements that a passing case proves."""
    proofs: dict[Requirement, bool] = {
        "text_in": "message" in shown.kinds and shown.text,
        "text_out": shown.outcome == "sent",
        "signature": shown.refused,
        "malformed": shown.quarantined,
        "rate_limited": shown.outcome == "retry",
        "rejected": shown.outcome == "rejected",
        "receipts": "receipt" in shown.kinds,
        "media_in": shown.media,
        "media_out": shown.outcome == "sent" and shown.sent_media,
        "retry_hints": shown.outcome == "retry" and shown.retry_after,
        "edits": "edit" in shown.kinds,
        "deletions": "delete" in shown.kinds,
        "reactions": "reaction" in shown.kinds,
        "reply_to": shown.reply_to,
        "reauth": shown.outcome == "reauth",
    }
    return frozenset(name for name, proved in proofs.items() if proved)


def requirements_of_connector(connector: Connector, readme: str) -> frozenset[Requirement]:
    """What the connector's class and its instructions show."""
    proofs: dict[Requirement, bool] = {
        "health": isinstance(connector, HealthChecker),
        "pictures": "![" in readme,
    }
    return frozenset(name for name, proved in proofs.items() if proved)


def missing_for(
    tier: Tier, manifest: Manifest, proved: Iterable[Requirement]
) -> tuple[Requirement, ...]:
    """What ``tier`` asks for, lower tiers included, that is neither shown nor excused."""
    held = {*proved, *manifest.exempt, *manifest.proved_by}
    asked = [name for one in TIERS[: TIERS.index(tier) + 1] for name in ASKED[one]]
    return tuple(name for name in asked if name not in held)


def tier_earned(manifest: Manifest, proved: Iterable[Requirement]) -> Tier | None:
    """The highest tier without a gap; None below bronze."""
    held = frozenset(proved)
    earned = [tier for tier in TIERS if not missing_for(tier, manifest, held)]
    return earned[-1] if earned else None
