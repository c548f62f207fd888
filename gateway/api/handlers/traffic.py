"""What goes in and out of an inbox."""

from collections.abc import Mapping

from connectors.contract import InboxId
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import traffic as t
from gateway.api.views import maybe_time, time
from gateway.errors import Refused
from gateway.store import EdgeStore
from gateway.tokens import TokenVault
from gateway.traffic.model import Silence
from gateway.traffic.policy import traffic
from gateway.traffic.store import TrafficStore
from ticketing.permissions import sees_inbox


class TrafficApi:
    """For whoever sees the inbox."""

    def __init__(self, store: TrafficStore, inboxes: EdgeStore, tokens: TokenVault) -> None:
        self._store = store
        self._inboxes = inboxes
        self._tokens = tokens

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"getInboxTraffic": self.get}

    async def get(self, call: Call[None, None]) -> Result:
        """From two weeks' counts."""
        inbox_id = InboxId(call.params["id"])
        known = await self._inboxes.inboxes.get(inbox_id)
        if known is None or not sees_inbox(call.viewer, inbox_id):
            raise Refused(404, "not-found", "there is no such inbox")
        found = traffic(inbox_id, await self._store.days(inbox_id, call.now), call.now)
        tried = found.sent + found.failed
        return t.InboxTraffic(
            last_in_at=maybe_time(found.last_in_at),
            last_out_at=maybe_time(found.last_out_at),
            received=found.received,
            sent=found.sent,
            failed=found.failed,
            failed_share=round(found.failed / tried, 4) if tried else 0.0,
            token_expires_at=maybe_time(await self._tokens.expires_at(inbox_id)),
            silence=_silence(found.silence),
        )


def _silence(found: Silence | None) -> t.InboxSilence | None:
    if found is None:
        return None
    return t.InboxSilence(since=time(found.since), hours=found.hours, usual_hours=found.usual_hours)
