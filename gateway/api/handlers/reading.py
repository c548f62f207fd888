"""What agents see: lists, tickets, threads, histories, files."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from aiohttp import web

from connectors.contract import InboxId
from connectors.manifest import Manifest
from gateway.api import message_html, ticket_views
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.call import Call, Handler, Result
from gateway.api.handlers.files import PRIVATE, SHOWN
from gateway.directory import InboxDirectory
from gateway.errors import Refused
from gateway.people import People
from normalizer.model import Message
from outbound.suppression.handlers import Suppressions
from storage.blobs import Blobs
from storage.errors import BlobMissing, BlobTooLarge
from ticketing.audit.sensitive import SensitiveReads
from ticketing.catalogue.reading import Catalogues
from ticketing.model import Contact, Inbox, Ticket
from ticketing.notifications.handlers import Notifications
from ticketing.permissions import Viewer
from ticketing.reading.lists import ListQuery
from ticketing.reading.tickets import TicketReading
from ticketing.work.handlers import Work

PICTURE_MAX_BYTES = 2_000_000
PICTURES_MAX_BYTES = 6_000_000


LOOKED_AT = 20  # messages: the customer's last one is nearly always among them


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that is to be answered; ``language`` is the customer's, "" unknown."""

    ticket: Ticket
    contact: Contact
    inbox: Inbox
    manifest: Manifest
    language: str


class ReadingApi:
    """Every query goes through the viewer."""

    def __init__(
        self,
        *,
        reading: TicketReading,
        people: People,
        catalogues: Catalogues,
        directory: InboxDirectory,
        blobs: Blobs,
        suppressions: Suppressions,
        work: Work,
        notifications: Notifications,
        sensitive: SensitiveReads,
    ) -> None:
        self._reading = reading
        self._people = people
        self._catalogues = catalogues
        self._directory = directory
        self._blobs = blobs
        self._suppressions = suppressions
        self._work = work
        self._notifications = notifications
        self._sensitive = sensitive

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listTickets": self.list_tickets,
            "getTicket": self.get,
            "markRead": self.mark_read,
            "getReplyTexts": self.texts,
            "listMessages": self.list_messages,
            "listEvents": self.list_events,
            "getMessageHtml": self.html,
        }

    async def list_tickets(self, call: Call[None, r.TicketQuery]) -> Result:
        """A page."""
        query = call.query
        inbox_id = None if query.inbox_id is msgspec.UNSET else InboxId(query.inbox_id)
        wanted = ListQuery(
            view=query.view,
            inbox_id=inbox_id,
            sort=None if query.sort is msgspec.UNSET else query.sort,
            cursor=query.cursor or None,
            limit=query.limit,
        )
        found = await self._reading.page(call.viewer, wanted, call.now)
        agents, catalogue = await self._people.all(), await self._catalogues.current()
        return s.TicketPage(
            items=[ticket_views.row(one, agents, catalogue) for one in found.items],
            next_cursor=found.next_cursor,
        )

    async def get(self, call: Call[None, None]) -> Result:
        """With everything around it."""
        return await self.whole(call.viewer, call.params["id"], call.now)

    async def whole(self, viewer: Viewer, id: str, now: datetime) -> s.Ticket:
        """A ticket as it is now."""
        return await self.whole_of(viewer, await self._reading.ticket(viewer, id), now)

    async def whole_of(self, viewer: Viewer, ticket: Ticket, now: datetime) -> s.Ticket:
        """The answer of a change, also of one that took the ticket out of the viewer's sight."""
        found = await self._reading.whole_of(viewer, ticket)
        catalogue = await self._catalogues.current()
        await self._sensitive.note(viewer, found.ticket, catalogue, now)
        wanted = filter(None, map(ticket_views.mail_address, found.conversations))
        return ticket_views.whole(
            found,
            await self._people.all(),
            catalogue,
            lines=await self._directory.lines(),
            stopped=await self._suppressions.stopped(list(wanted), now),
            now=now,
        )

    async def texts(self, call: Call[None, r.TextsQuery]) -> Result:
        """As they would go out now, in the language of the customer's last message."""
        found = await self.answering(call.viewer, call.params["id"], call.query.conversation_id)
        return ticket_views.reply_texts(
            (found.inbox, found.manifest), found.ticket, call.agent.name, found.language
        )

    async def answering(self, viewer: Viewer, id: str, conversation_id: str) -> Answering:
        """What a text for this conversation is filled from."""
        found = await self._reading.whole(viewer, id)
        conversation = next((one for one in found.conversations if one.id == conversation_id), None)
        line = (await self._directory.lines()).get(conversation.inbox_id) if conversation else None
        if conversation is None or line is None:
            raise Refused(404, "not-found", "there is no such conversation")
        page = await self._reading.messages(viewer, found.ticket.id, None, LOOKED_AT)
        last = (one for one in page.items if one.conversation_id == conversation_id)
        language = next((one.language for one in last if one.direction == "in"), "")
        return Answering(
            ticket=found.ticket,
            contact=found.contact,
            inbox=line[0],
            manifest=line[1],
            language=language or found.contact.language,
        )

    async def mark_read(self, call: Call[None, None]) -> Result:
        """For this agent alone; what names them counts as read too."""
        ticket = await self._reading.mark_read(call.viewer, call.params["id"], call.now)
        await self._work.read_mention(call.viewer, ticket, call.now)
        await self._notifications.read_ticket(call.agent.id, ticket.id)
        return None

    async def list_messages(self, call: Call[None, r.PageQuery]) -> Result:
        """A page of the thread."""
        found = await self._reading.messages(
            call.viewer, call.params["id"], call.query.cursor or None, call.query.limit
        )
        return s.MessagePage(
            items=[ticket_views.message(one) for one in found.items],
            next_cursor=found.next_cursor,
        )

    async def list_events(self, call: Call[None, r.EventQuery]) -> Result:
        """A page of the history."""
        query = call.query
        found = await self._reading.events(
            call.viewer,
            call.params["id"],
            query.cursor or None,
            query.limit,
            [field for raw in query.changed.split(",") if (field := raw.strip())],
        )
        agents = await self._people.all()
        return s.EventPage(
            items=[ticket_views.event(one, agents) for one in found.items],
            next_cursor=found.next_cursor,
        )

    async def html(self, call: Call[None, r.HtmlQuery]) -> Result:
        """A page for the sandboxed frame; remote pictures only when asked for."""
        message = await self._reading.message(call.viewer, call.params["id"])
        if not message.html:
            raise Refused(404, "not-found", "this message has no HTML")
        images = call.query.images == "1"
        pictures = await self._pictures(message)
        return web.Response(
            text=message_html.page(message.html, pictures, images=images),
            content_type="text/html",
            headers={
                "Content-Security-Policy": message_html.policy(images=images),
                "Cache-Control": PRIVATE,
                "Referrer-Policy": "no-referrer",
            },
        )

    async def _pictures(self, message: Message) -> dict[str, tuple[str, bytes]]:
        found: dict[str, tuple[str, bytes]] = {}
        total = 0
        for one in message.files:
            wanted = one.content_id and one.state == "stored" and one.media_type in SHOWN
            if not wanted or total + one.size > PICTURES_MAX_BYTES:
                continue
            try:
                content = await self._blobs.read(one.sha256, PICTURE_MAX_BYTES)
            except (BlobMissing, BlobTooLarge):
                continue
            total += len(content)
            found[one.content_id] = (one.media_type, content)
        return found
