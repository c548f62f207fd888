"""How many conversations of one inbox are at work at once: those of a server that hangs wait
outside, and hold no place that the inboxes of others need.
"""

from collections import Counter, defaultdict

from connectors.contract import InboxId
from normalizer.model import ConversationId

AT_WORK = 32  # of one inbox; some read the database while others wait for the server


class Crowd:
    """Who may go in, and who is next."""

    def __init__(self, at_work: int = AT_WORK) -> None:
        self._most = at_work
        self._inside: Counter[InboxId] = Counter()
        self._outside: defaultdict[InboxId, dict[ConversationId, None]] = defaultdict(dict)

    def enter(self, inbox_id: InboxId, conversation_id: ConversationId) -> bool:
        """False: it waits, and ``leave`` names it when its turn has come."""
        if self._inside[inbox_id] >= self._most:
            self._outside[inbox_id][conversation_id] = None
            return False
        self._inside[inbox_id] += 1
        return True

    def leave(self, inbox_id: InboxId) -> ConversationId | None:
        """Who waits longest, if anybody does."""
        self._inside[inbox_id] -= 1
        if self._inside[inbox_id] <= 0:
            del self._inside[inbox_id]
        waiting = self._outside.get(inbox_id)
        if not waiting:
            return None
        first = next(iter(waiting))
        del waiting[first]
        if not waiting:
            del self._outside[inbox_id]
        return first
