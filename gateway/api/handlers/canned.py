"""Canned replies: kept, found, and filled for one conversation."""

from collections.abc import Mapping

from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.api.handlers.reading import ReadingApi
from gateway.api.schemas import work as w
from outbound.canned.handlers import CannedReplies
from outbound.canned.model import CannedReply, CannedWish
from outbound.canned.policy import CANNED_BLANKS, fill, may_keep, scope_of, team_of, with_people
from outbound.texts import in_language, language_of, values_of
from ticketing.permissions import Viewer

KIND = "canned reply"


class CannedApi:
    """Everybody keeps their own; what is shared is kept by who may curate."""

    def __init__(self, replies: CannedReplies, reading: ReadingApi) -> None:
        self._replies = replies
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listCanned": self.list,
            "createCanned": self.create,
            "changeCanned": self.change,
            "deleteCanned": self.delete,
            "fillCanned": self.fill,
        }

    async def list(self, call: Call[None, w.CannedQuery]) -> Result:
        """Best fit first."""
        found = await self._replies.find(call.viewer, call.query.q, call.query.limit)
        return w.CannedList(
            items=[_shown(call.viewer, one) for one in found], blanks=list(CANNED_BLANKS)
        )

    async def create(self, call: Call[w.NewCanned, None]) -> Result:
        """The new one."""
        made = await self._replies.create(call.viewer, _wish(call.body), call.now)
        call.note(KIND, made.id, made.name, after=made)
        return _shown(call.viewer, made)

    async def change(self, call: Call[w.CannedChange, None]) -> Result:
        """The changed one."""
        before, after = await self._replies.change(
            call.viewer, call.params["id"], _wish(call.body), call.body.version, call.now
        )
        call.note(KIND, after.id, after.name, before=before, after=after)
        return _shown(call.viewer, after)

    async def delete(self, call: Call[None, None]) -> Result:
        """For everybody who had it."""
        gone = await self._replies.delete(call.viewer, call.params["id"])
        call.note(KIND, gone.id, gone.name, before=gone)
        return None

    async def fill(self, call: Call[None, w.CannedPlace]) -> Result:
        """In the language of the customer's last message, as it would go out now."""
        found = await self._replies.get(call.viewer, call.params["canned_id"])
        answering = await self._reading.answering(
            call.viewer, call.params["id"], call.query.conversation_id
        )
        values = with_people(
            values_of(answering.inbox, answering.ticket, call.agent.name),
            answering.contact,
            call.agent.name,
        )
        filled = fill(in_language(found.texts, answering.language), values)
        return w.FilledCanned(
            id=found.id,
            name=found.name,
            language=language_of(found.texts, answering.language),
            text=filled.text,
            missing=list(filled.missing),
        )


def _wish(body: w.NewCanned) -> CannedWish:
    return CannedWish(
        scope=body.scope,
        team_id=body.team_id or "",
        name=body.name,
        shortcut=body.shortcut,
        texts=body.texts,
    )


def _shown(viewer: Viewer, found: CannedReply) -> w.CannedReply:
    scope = scope_of(found)
    return w.CannedReply(
        id=found.id,
        scope=scope,
        team_id=team_of(found),
        name=found.name,
        shortcut=found.shortcut,
        texts=found.texts,
        version=found.version,
        updated_at=views.time(found.updated_at),
        editable=may_keep(viewer, scope),
    )
