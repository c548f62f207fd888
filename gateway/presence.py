"""Who looks at which ticket, over all processes; forgotten when nobody repeats it."""

from gateway.notices import Seen

# Browsers say it again every 20 seconds.
FORGOTTEN_AFTER_S = 50.0


class Presence:
    """The last word of every browser."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Seen, float]] = {}

    def note(self, seen: Seen, now: float) -> set[str]:
        """The tickets whose audience changed."""
        before = self._seen.pop(seen.client_id, None)
        if seen.ticket_id:
            self._seen[seen.client_id] = (seen, now)
        old = before[0] if before else None
        if old and (old.ticket_id, old.mode) == (seen.ticket_id, seen.mode):
            return set()
        return {one for one in (old.ticket_id if old else "", seen.ticket_id) if one}

    def expire(self, now: float) -> set[str]:
        """Forget browsers that went silent; the tickets whose audience changed."""
        gone = [id for id, (_, at) in self._seen.items() if now - at > FORGOTTEN_AFTER_S]
        return {self._seen.pop(id)[0].ticket_id for id in gone}

    def audience(self, ticket_id: str) -> list[Seen]:
        """One entry per agent; replying in any window wins."""
        found: dict[str, Seen] = {}
        for seen, _ in self._seen.values():
            if seen.ticket_id == ticket_id:
                known = found.get(seen.agent_id)
                if known is None or known.mode == "viewing":
                    found[seen.agent_id] = seen
        return [found[id] for id in sorted(found)]
