"""Makes facts of what was changed beside the tickets; secrets are named, never shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from storage.events import Actor, Change
from storage.ids import new_id
from storage.mongo import Session
from ticketing.audit.model import Fact, FactId, Subject
from ticketing.audit.store import AuditStore

SECRET = frozenset(
    {"password", "password_hash", "settings", "sealed_settings", "digest", "csrf", "secret"}
)
UNTOLD = frozenset({"id", "v", "version", "tokens", "updated_at"})
HIDDEN = "•••"
LONGEST = 2_000


def fact(
    kind: str,
    subject: Subject,
    actor: Actor,
    now: datetime,
    *,
    before: msgspec.Struct | None = None,
    after: msgspec.Struct | None = None,
    why: str = "",
    id: str = "",
) -> Fact:
    """``before`` None: it was made; ``after`` None: it went. Without an ``id`` it gets a random
    one, and is made outside the transaction that stores it, which may run twice.
    """
    return Fact(
        id=FactId(id or new_id(now)),
        kind=kind,
        subject=subject,
        actor=actor,
        at=now,
        changes=differences(before, after),
        why=why[:LONGEST],
    )


def differences(before: msgspec.Struct | None, after: msgspec.Struct | None) -> tuple[Change, ...]:
    """Field by field; what is longer than 2,000 characters is cut."""
    old, new = _fields(before), _fields(after)
    names = [name for name in dict.fromkeys((*old, *new)) if name not in UNTOLD]
    return tuple(
        Change(field=name, before=_shown(name, old.get(name)), after=_shown(name, new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    )


def _fields(value: msgspec.Struct | None) -> dict[str, Any]:
    if value is None:
        return {}
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: given for name, given in fields.items() if given is not msgspec.UNSET}


def _shown(name: str, value: Any) -> str | None:  # noqa: ANN401  a field of any Struct
    if value is None or value is msgspec.UNSET or value in ("", (), {}, b""):
        return None
    if name in SECRET or isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, str):
        return value[:LONGEST]
    return msgspec.json.encode(value, order="deterministic").decode()[:LONGEST]


class Recorder:
    """Stores facts: in the change's own transaction where a ``session`` is given."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    async def __call__(self, facts: Iterable[Fact], session: Session | None = None) -> None:
        """All of them, in one write."""
        await self._store.add(facts, session)
