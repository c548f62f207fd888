"""What an agent has not sent yet: drafts and uploads."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import web

from connectors.events import MediaKind
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api import views
from gateway.api.call import Call, Handler, Result
from gateway.errors import Refused
from gateway.store import Draft, DraftMode, EdgeStore, Upload, draft_id
from normalizer.model import ConversationId, TicketId
from storage.blobs import Blobs
from storage.ids import new_id
from ticketing.permissions import Viewer

UPLOADS_KEPT = timedelta(days=1)
PIECE = 65_536
KINDS: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
EMPTY = s.Draft(text="", html=None, cc=None, bcc=None, conversation_id=None, rev=0, updated_at=None)
MODES: dict[str, DraftMode] = {"reply": "reply", "note": "note"}


class VisibleTicket(Protocol):
    """Raises NotFound for what the viewer may not know of."""

    async def __call__(self, viewer: Viewer, id: str) -> object:
        """Anything: the caller only needs that it did not raise."""


class DraftsApi:
    """Drafts are one agent's own; uploads wait a day for their reply."""

    def __init__(
        self, *, store: EdgeStore, blobs: Blobs, visible: VisibleTicket, upload_max_bytes: int
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._visible = visible
        self._upload_max_bytes = upload_max_bytes

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "getDraft": self.get_draft,
            "saveDraft": self.save_draft,
            "deleteDraft": self.delete_draft,
            "upload": self.upload,
        }

    async def get_draft(self, call: Call[None, None]) -> Result:
        """An empty one with revision 0 when there is none."""
        found = await self._store.drafts.get(await self._key(call))
        if found is None:
            return EMPTY
        return _shown(found)

    async def save_draft(self, call: Call[r.DraftChange, None]) -> Result:
        """409 when another window saved since ``rev``."""
        conversation_id = call.body.conversation_id
        draft = Draft(
            id=await self._key(call),
            agent_id=call.agent.id,
            ticket_id=TicketId(call.params["id"]),
            mode=MODES[call.params["mode"]],
            text=call.body.text,
            html=call.body.html,
            cc=_named(call.body.cc),
            bcc=_named(call.body.bcc),
            conversation_id=ConversationId(conversation_id) if conversation_id else None,
            rev=call.body.rev + 1,
            updated_at=call.now,
        )
        if not await self._store.save_draft(draft):
            raise Refused(409, "stale", "another window saved this draft", field="rev")
        return _shown(draft)

    async def delete_draft(self, call: Call[None, None]) -> Result:
        """Also when there is none."""
        await self._store.drafts.delete({"_id": await self._key(call)})
        return None

    async def upload(self, call: Call[None, r.UploadQuery]) -> Result:
        """Streamed to the blob store; the type is what the browser says, never trusted later."""
        request = call.request
        if (request.content_length or 0) > self._upload_max_bytes:
            raise Refused(413, "too-large", f"at most {self._upload_max_bytes} bytes")
        blob = await self._blobs.put(self._capped(request))
        upload = Upload(
            id=new_id(call.now),
            agent_id=call.agent.id,
            sha256=blob.sha256,
            name=call.query.name,
            media_type=request.content_type,
            size=blob.size,
            kind=KINDS.get(request.content_type.partition("/")[0], "file"),
            expires_at=call.now + UPLOADS_KEPT,
        )
        await self._store.uploads.insert(upload)
        return s.Upload(
            id=upload.id,
            name=upload.name,
            media_type=upload.media_type,
            size=upload.size,
            kind=upload.kind,
        )

    async def _capped(self, request: web.Request) -> AsyncIterator[bytes]:
        total = 0
        async for piece in request.content.iter_chunked(PIECE):
            total += len(piece)
            if total > self._upload_max_bytes:
                raise Refused(413, "too-large", f"at most {self._upload_max_bytes} bytes")
            yield piece

    async def _key(self, call: Call[Any, Any]) -> str:
        """The draft's id; NotFound for a ticket that is not visible."""
        ticket_id, mode = call.params["id"], call.params["mode"]
        await self._visible(call.viewer, ticket_id)
        return draft_id(call.agent.id, TicketId(ticket_id), MODES[mode])


def _named(addresses: list[str] | None) -> tuple[str, ...] | None:
    return None if addresses is None else tuple(addresses)


def _shown(draft: Draft) -> s.Draft:
    return s.Draft(
        text=draft.text,
        html=draft.html,
        cc=None if draft.cc is None else list(draft.cc),
        bcc=None if draft.bcc is None else list(draft.bcc),
        conversation_id=draft.conversation_id,
        rev=draft.rev,
        updated_at=views.time(draft.updated_at),
    )
