"""Merging and taking back: thin; ``ticketing.merging`` decides."""

from collections.abc import Mapping

from gateway.api import addresses, views
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.call import Call, Handler, Result
from gateway.api.handlers.reading import ReadingApi
from gateway.api.schemas import merging as g
from ticketing.links.handlers import in_view
from ticketing.merging.handlers import MergeWish, Merging
from ticketing.merging.model import Cut, Merge, MovedConversation, Preview, SplitWish
from ticketing.merging.split_handlers import Splitting
from ticketing.model import Ticket
from ticketing.permissions import Viewer


class MergingApi:
    """Every command takes the viewer."""

    def __init__(self, merging: Merging, splitting: Splitting, reading: ReadingApi) -> None:
        self._merging = merging
        self._splitting = splitting
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "joinTicket": self.join,
            "previewMerge": self.preview,
            "mergeTicket": self.merge,
            "previewSplit": self.preview_split,
            "splitTicket": self.split,
            "listMerges": self.list,
            "undoMerge": self.undo,
        }

    async def join(self, call: Call[r.Join, None]) -> Result:
        """The target after it."""
        wish = MergeWish(source_ids=(call.params["id"],), target_id=call.body.target_id)
        merged = await self._merging.merge(call.viewer, wish, call.now)
        return await self._reading.whole(call.viewer, merged.target.id, call.now)

    async def preview(self, call: Call[g.MergeTickets, None]) -> Result:
        """One for each source."""
        found = await self._merging.preview(call.viewer, _wish(call), call.now)
        return g.MergePreviews(items=[_preview(one) for one in found])

    async def merge(self, call: Call[g.MergeTickets, None]) -> Result:
        """The target after it."""
        merged = await self._merging.merge(call.viewer, _wish(call), call.now)
        return g.Merged(
            ticket=await self._reading.whole(call.viewer, merged.target.id, call.now),
            merges=[_record(call.viewer, one) for one in merged.merges],
        )

    async def preview_split(self, call: Call[g.SplitTicket, None]) -> Result:
        """Nothing is written."""
        found = await self._splitting.preview(call.viewer, _split_wish(call), call.now)
        return g.SplitPreview(
            subject=found.new.subject,
            messages=found.new.message_count,
            left=found.old.message_count,
            conversations=[_cut(one) for one in found.cuts],
        )

    async def split(self, call: Call[g.SplitTicket, None]) -> Result:
        """Both tickets after it."""
        done = await self._splitting.split(call.viewer, _split_wish(call), call.now)
        return g.WasSplit(
            new=await self._reading.whole(call.viewer, done.new.id, call.now),
            old=await self._reading.whole(call.viewer, done.old.id, call.now),
            merge=_record(call.viewer, done.merge),
        )

    async def list(self, call: Call[None, None]) -> Result:
        """The latest first."""
        found = await self._merging.history(call.viewer, call.params["id"])
        return g.MergeRecords(items=[_record(call.viewer, one) for one in found])

    async def undo(self, call: Call[None, None]) -> Result:
        """Both tickets after it."""
        undone = await self._merging.undo(call.viewer, call.params["id"], call.now)
        return g.MergeUndone(
            merge=_record(call.viewer, undone.merge),
            source=await self._reading.whole(call.viewer, undone.source.id, call.now),
            target=await self._reading.whole(call.viewer, undone.target.id, call.now),
            kept=list(undone.kept),
            reopened=undone.reopened,
        )


def _wish(call: Call[g.MergeTickets, None]) -> MergeWish:
    body = call.body
    return MergeWish(
        source_ids=(call.params["id"], *body.also),
        target_id=body.target_id,
        choices=body.choices,
        versions=body.versions,
    )


def _split_wish(call: Call[g.SplitTicket, None]) -> SplitWish:
    body = call.body
    return SplitWish(
        ticket_id=call.params["id"],
        message_ids=tuple(dict.fromkeys(body.message_ids)),
        conversation_id=body.conversation_id or "",
        from_message_id=body.from_message_id or "",
        subject=body.subject,
        version=body.version,
    )


def _cut(found: Cut) -> g.SplitConversation:
    conversation = found.conversation
    return g.SplitConversation(
        id=conversation.id,
        inbox_id=conversation.inbox_id,
        channel=conversation.channel,
        messages=len(found.messages),
        whole=found.whole,
    )


def _preview(found: Preview) -> g.MergePreview:
    return g.MergePreview(
        source=_ref(found.source),
        target=_ref(found.target),
        conversations=[_conversation(one) for one in found.conversations],
        messages=sum(one.messages for one in found.conversations),
        notes=sum(one.notes for one in found.conversations),
        differences=[
            g.FieldDifference(field=one.field, source=one.source, target=one.target, wins=one.wins)
            for one in found.differences
        ],
        warnings=[
            g.MergeWarning(code=one.code, text=one.text, about=one.about) for one in found.warnings
        ],
        versions={one.id: one.version for one in (found.source, found.target)},
    )


def _conversation(found: MovedConversation) -> g.MovedConversation:
    place = found.place
    return g.MovedConversation(
        id=place.id,
        inbox_id=place.inbox_id,
        channel=place.channel,
        recipient_display=addresses.recipient(place.recipient),
        subject=place.subject,
        messages=found.messages,
        notes=found.notes,
        under_way=found.under_way,
    )


def _record(viewer: Viewer, found: Merge) -> g.MergeRecord:
    return g.MergeRecord(
        id=found.id,
        kind=found.kind,
        at=views.time(found.at),
        by=found.actor_name,
        source=_ref(in_view(viewer, found.source_before)),
        target=_ref(in_view(viewer, found.target_before)),
        undone_at=views.maybe_time(found.undone_at),
    )


def _ref(ticket: Ticket) -> s.TicketRef:
    return s.TicketRef(
        id=ticket.id, number=ticket.number, subject=ticket.subject, status=ticket.status
    )
