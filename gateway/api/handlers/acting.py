"""What agents do to tickets and messages: thin; ticketing and outbound decide."""

from collections.abc import Mapping
from functools import partial

import msgspec

from connectors.contract import InboxId, SenderId, Template
from connectors.errors import ConnectorError
from gateway.api import requests as r
from gateway.api import ticket_views
from gateway.api.call import Call, Handler, Result
from gateway.api.handlers.reading import ReadingApi
from gateway.directory import InboxDirectory
from gateway.errors import Refused
from gateway.recipients import recipient
from gateway.store import EdgeStore, Upload
from normalizer.model import AgentId, ConversationId, File, MessageId, TicketId
from outbound.amend import Amender
from outbound.compose import Composed, Composer
from outbound.model import Reply
from outbound.scheduled.handlers import Scheduler
from outbound.scheduled.model import Schedule
from storage.mongo import Session
from ticketing.amendments import TicketChange
from ticketing.catalogue.beginning import Beginning, template_of
from ticketing.catalogue.model import FieldFile
from ticketing.catalogue.reading import Catalogues
from ticketing.handlers import Commands
from ticketing.starting import Begun, NewConversation, Starter


class ActingApi:
    """Every command takes the viewer."""

    def __init__(
        self,
        *,
        commands: Commands,
        starter: Starter,
        composer: Composer,
        amender: Amender,
        scheduler: Scheduler,
        directory: InboxDirectory,
        store: EdgeStore,
        reading: ReadingApi,
        catalogues: Catalogues,
    ) -> None:
        self._catalogues = catalogues
        self._commands = commands
        self._starter = starter
        self._composer = composer
        self._amender = amender
        self._scheduler = scheduler
        self._directory = directory
        self._store = store
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "createTicket": self.create,
            "changeTicket": self.change,
            "reply": self.reply,
            "addNote": self.note,
            "undo": self.undo,
            "retry": self.retry,
            "resolve": self.resolve,
        }

    async def change(self, call: Call[r.TicketChange, None]) -> Result:
        """The ticket after it."""
        viewer = call.viewer
        change = msgspec.convert(msgspec.to_builtins(call.body), TicketChange)
        change = msgspec.structs.replace(change, files=await self._files(call, change))
        changed = await self._commands.change_ticket(viewer, call.params["id"], change, call.now)
        return await self._reading.whole_of(viewer, changed, call.now)

    async def _files(
        self, call: Call[r.TicketChange, None], change: TicketChange
    ) -> tuple[FieldFile, ...]:
        """The caller's uploads that fields of this kind name."""
        if change.fields is msgspec.UNSET:
            return ()
        catalogue = await self._catalogues.current()
        named = [
            value
            for id, value in change.fields.items()
            if isinstance(value, str) and (field := catalogue.field(id)) and field.kind == "file"
        ]
        if not named:
            return ()
        uploads = await self._store.uploads_of(call.agent.id, named)
        return tuple(_kept(one) for one in uploads)

    async def note(self, call: Call[r.NewNote, None]) -> Result:
        """The note."""
        added = await self._commands.add_note(
            call.viewer,
            call.params["id"],
            call.body.text,
            call.key,
            call.now,
            mentions=[AgentId(id) for id in call.body.mentions],
        )
        return ticket_views.message(added)

    async def reply(self, call: Call[r.NewReply, None]) -> Result:
        """The queued message."""
        body = call.body
        uploads = await self._store.uploads_of(call.agent.id, body.upload_ids)
        if len(uploads) != len(body.upload_ids):
            raise Refused(422, "upload", "an upload is unknown or too old", field="upload_ids")
        wanted = Reply(
            ticket_id=TicketId(call.params["id"]),
            conversation_id=ConversationId(body.conversation_id),
            idempotency_key=call.key,
            text=body.text,
            html=_shown_by_id(body.html, uploads),
            files=tuple(_file(one, body.html or "") for one in uploads),
            cc=tuple(body.cc),
            bcc=tuple(body.bcc),
            quick_replies=tuple(body.quick_replies),
            reply_to=MessageId(body.reply_to) if body.reply_to else None,
            template=_template(body.template),
            seen_message_id=MessageId(body.seen_message_id) if body.seen_message_id else None,
            send_anyway=body.send_anyway,
            then=body.then,
        )
        if body.send_at is not msgspec.UNSET and body.send_at is not None:
            unless = body.unless_they_write is True
            wish = Schedule(send_at=body.send_at, unless_they_write=unless)
            kept = await self._scheduler.schedule(call.viewer, wanted, wish, call.now)
            return ticket_views.message(kept)
        sent = await self._composer.send_reply(call.viewer, wanted, call.now)
        return ticket_views.message(sent)

    async def create(self, call: Call[r.NewTicket, None]) -> Result:
        """A ticket with its first message queued."""
        viewer, body = call.viewer, call.body
        beginning = _beginning(body)
        subject, text = await self._words(body, beginning)
        key = call.key or f"once-{call.now.timestamp()}-{body.recipient}"
        wish = NewConversation(
            inbox_id=InboxId(body.inbox_id),
            recipient=await self._recipient(body),
            name=body.name or "",
            subject=subject,
            key=key,
            beginning=beginning,
            parent_id=body.parent_id or "",
        )
        said = partial(_first, key=f"start-{key}", text=text, template=_template(body.template))
        queued: list[Composed] = []

        async def queue(session: Session, begun: Begun) -> None:
            queued[:] = [await self._composer.begin(viewer, said(begun), call.now, session)]

        begun = await self._starter.start(viewer, wish, call.now, queue)
        if begun.events:
            await self._composer.told(queued)
        else:  # a repeated call, refused where it says something else
            await self._composer.send_reply(viewer, said(begun), call.now)
        return await self._reading.whole(viewer, begun.ticket.id, call.now)

    async def _words(self, body: r.NewTicket, beginning: Beginning) -> tuple[str, str]:
        """Subject and text, said or the template's."""
        template = template_of(beginning.template_id, await self._catalogues.current())
        kept = {"subject": template.subject, "text": template.text} if template else {}
        said: list[str] = []
        for name in ("subject", "text"):
            value = getattr(body, name)
            if value is msgspec.UNSET:
                value = kept.get(name, "")
                if not value:
                    detail = "say it, or name a template that has one"
                    raise Refused(422, "invalid", detail, field=name)
            said.append(value)
        return said[0], said[1]

    async def _recipient(self, body: r.NewTicket) -> SenderId:
        """The address as the channel's family writes it."""
        line = (await self._directory.lines()).get(InboxId(body.inbox_id))
        if line is None:
            raise Refused(404, "not-found", "there is no such inbox")
        if not line[1].can("start"):
            detail = f"{line[1].name} cannot write to somebody first"
            raise Refused(422, "cannot-start", detail, field="inbox_id")
        try:
            return recipient(line[1].family, body.recipient)
        except (ConnectorError, ValueError) as error:
            raise Refused(422, "invalid", str(error), field="recipient") from error

    async def undo(self, call: Call[None, None]) -> Result:
        """The cancelled message."""
        message = await self._amender.undo(call.viewer, MessageId(call.params["id"]), call.now)
        return ticket_views.message(message)

    async def retry(self, call: Call[None, None]) -> Result:
        """The queued message."""
        id = MessageId(call.params["id"])
        message = await self._scheduler.retry(call.viewer, id, call.now)
        if message is None:
            message = await self._amender.retry(call.viewer, id)
        return ticket_views.message(message)

    async def resolve(self, call: Call[r.Resolve, None]) -> Result:
        """The message as the agent says it is."""
        message = await self._amender.resolve(
            call.viewer, MessageId(call.params["id"]), call.body.state
        )
        return ticket_views.message(message)


def _first(begun: Begun, *, key: str, text: str, template: Template | None) -> Reply:
    return Reply(
        ticket_id=begun.ticket.id,
        conversation_id=begun.conversation.id,
        idempotency_key=key,
        text=text,
        template=template,
    )


def _beginning(body: r.NewTicket) -> Beginning:
    """What the ticket is to be; the other fields are the conversation's."""
    given = msgspec.to_builtins(body)
    parts = {name: given[name] for name in TicketChange.__struct_fields__ if name in given}
    parts.pop("subject", None)
    return Beginning(
        template_id=given.get("template_id", ""), change=msgspec.convert(parts, TicketChange)
    )


def _kept(upload: Upload) -> FieldFile:
    """As a field holds it."""
    return FieldFile(
        id=upload.id,
        ticket_id="",
        sha256=upload.sha256,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
    )


def _content_id(upload: Upload) -> str:
    return f"{upload.id}@upload"  # RFC 2392 wants an address-like form


def _template(used: r.TemplateUse | None) -> Template | None:
    if used is None:
        return None
    return Template(name=used.name, language=used.language, params=tuple(used.params))


def _shown_by_id(html: str | None, uploads: list[Upload]) -> str | None:
    """``<img src="cid:UPLOAD">`` shows an upload in the text."""
    for upload in uploads:
        html = html and html.replace(f'"cid:{upload.id}"', f'"cid:{_content_id(upload)}"')
    return html


def _file(upload: Upload, html: str) -> File:
    shown = f'"cid:{upload.id}"' in html
    return File(
        id=upload.id,
        kind=upload.kind,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        content_id=_content_id(upload) if shown else "",
        inline=shown,
    )
