"""Records as answers: pure, and the only place that knows both shapes."""

from datetime import datetime
from typing import Literal

from connectors.manifest import Manifest
from gateway.api import schemas as s
from gateway.api.schemas import mail as m
from gateway.auth.model import TokenRecord
from gateway.store import InboxHealth
from outbound.suppression.model import Suppression
from storage.journal import JournalRecord
from ticketing import model


def time(moment: datetime) -> str:
    """ISO 8601, UTC, milliseconds, Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def maybe_time(moment: datetime | None) -> str | None:
    """As ``time``."""
    return None if moment is None else time(moment)


def initials(name: str) -> str:
    """Two letters at most: first and last word; of a Chinese name its last two characters."""
    words = name.split()
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][-2:] if not words[0].isascii() else words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


def agent(found: model.Agent) -> s.Agent:
    """An agent, without what only the server knows."""
    return s.Agent(
        id=found.id,
        name=found.name,
        email=found.email,
        role=found.role,
        team_ids=list(found.team_ids),
        inbox_ids=None if found.all_inboxes else list(found.inbox_ids),
        initials=initials(found.name),
        active=found.active,
    )


def agent_ref(found: model.Agent) -> s.AgentRef:
    """An agent in a row."""
    return s.AgentRef(id=found.id, name=found.name, initials=initials(found.name))


def token(record: TokenRecord) -> s.Token:
    """A token, without its secret."""
    return s.Token(
        id=record.id,
        name=record.name,
        scopes=list(record.scopes),
        created_at=time(record.created_at),
        expires_at=maybe_time(record.expires_at),
        last_used_at=maybe_time(record.last_used_at),
    )


def capabilities(manifest: Manifest) -> s.Capabilities:
    """What a composer must know of a channel."""
    return s.Capabilities(
        reply=manifest.can("reply"),
        html=manifest.can("html"),
        start=manifest.can("start"),
        subject=manifest.can("subject"),
        cc=manifest.can("cc"),
        quick_replies=manifest.can("quick_replies"),
        reply_to=manifest.can("reply_to"),
        templates=manifest.can("templates"),
        attachments=manifest.can("media_out"),
        attachment_max_bytes=manifest.limits.attachment_max_bytes,
        max_chars=None if manifest.limits.splits else manifest.limits.max_chars,
        sms_segments=manifest.limits.sms_segments,
        receipts=list(manifest.receipts),
    )


def missing_channel(channel: str) -> Manifest:
    """Stands for a channel that was uninstalled: its old tickets are still read."""
    return Manifest(id=channel, name=channel, family="", transports=(), tier="bronze", docs="")


HEALTH: dict[bool | None, Literal["ok", "degraded", "unknown"]] = {
    True: "ok",
    False: "degraded",
    None: "unknown",
}


def inbox(
    found: model.Inbox, manifest: Manifest, health: InboxHealth | None, open_count: int
) -> s.Inbox:
    """An inbox, its settings left out."""
    return s.Inbox(
        id=found.id,
        name=found.name,
        channel=found.channel,
        family_name=manifest.name,
        address=found.address,
        active=found.active,
        health=HEALTH[health.ok if health else None],
        health_detail=health.detail if health else "",
        open_count=open_count,
        capabilities=capabilities(manifest),
    )


def suppression(found: Suppression) -> m.Suppression:
    """An address that is not written to."""
    return m.Suppression(
        id=found.id,
        address=found.address,
        kind=found.kind,
        reason=found.reason,
        at=time(found.at),
        until=maybe_time(found.expires_at),
    )


def quarantined(record: JournalRecord) -> s.QuarantinedItem:
    """A quarantined request without its body."""
    return s.QuarantinedItem(
        id=record.id,
        inbox_id=record.inbox_id,
        channel=record.channel,
        transport=record.transport,
        received_at=time(record.received_at),
        reason=record.reason or "",
        attempts=record.attempts,
        size=len(record.body),
    )
