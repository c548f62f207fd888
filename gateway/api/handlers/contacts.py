"""Contacts over their commands and queries."""

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import asdict

from connectors.events import SenderId
from gateway import recipients
from gateway.api import person_views, ticket_views, views
from gateway.api import requests as r
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import contacts as c
from gateway.api.schemas import tickets as t
from gateway.errors import Refused
from gateway.people import People
from normalizer.model import Message
from ticketing.catalogue.reading import Catalogues
from ticketing.model import Consent, Contact
from ticketing.people.amendments import ContactChange
from ticketing.people.handlers import ContactCommands, NewContact
from ticketing.people.reading import ContactQuery, PeopleReading
from ticketing.people.timeline import Timeline
from ticketing.permissions import Viewer


class ContactsApi:
    """Thin: foreign words become commands, records become answers."""

    def __init__(
        self,
        *,
        commands: ContactCommands,
        reading: PeopleReading,
        timeline: Timeline,
        agents: People,
        catalogues: Catalogues,
    ) -> None:
        self._catalogues = catalogues
        self._commands = commands
        self._reading = reading
        self._timeline = timeline
        self._agents = agents

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "listContacts": self.list,
            "createContact": self.create,
            "getContact": self.get,
            "changeContact": self.change,
            "addPoint": self.add_point,
            "markPoint": self.mark_point,
            "removePoint": self.remove_point,
            "blockContact": self.block,
            "noteConsent": self.consent,
            "listContactNotes": self.notes,
            "addContactNote": self.add_note,
            "removeContactNote": self.remove_note,
            "contactHistory": self.history,
            "contactTimeline": self.timeline,
        }

    async def list(self, call: Call[None, c.ContactQuery]) -> Result:
        """Latest changed first."""
        asked = call.query
        query = ContactQuery(
            words=asked.q,
            organisation_id="" if asked.organisation_id is UNSET else asked.organisation_id,
            blocked=asked.blocked == "1",
            vip=asked.vip,
            cursor=asked.cursor,
            limit=asked.limit,
        )
        page = await self._reading.page(call.viewer, query, call.now)
        items = [person_views.card(one) for one in page.items]
        return c.ContactPage(items=items, next_cursor=page.next_cursor)

    async def create(self, call: Call[c.NewContact, None]) -> Result:
        """422 names an address that is somebody else's."""
        wanted = call.body
        verified = [one for one in wanted.points if one.verified]
        wish = NewContact(
            name=wanted.name,
            points=[_sender(one) for one in wanted.points],
            verified=frozenset(_sender(one).canonical for one in verified),
            change=_change(wanted),
            key=call.key,
        )
        saved = await self._commands.create(call.viewer, wish, call.now)
        return await self._card(call.viewer, saved)

    async def get(self, call: Call[None, None]) -> Result:
        """One person."""
        return person_views.card(await self._reading.person(call.viewer, call.params["id"]))

    async def change(self, call: Call[c.ContactChange, None]) -> Result:
        """409 when somebody else changed them since ``version``."""
        version = None if call.body.version is UNSET else call.body.version
        change = _change(call.body, version)
        saved = await self._commands.change(call.viewer, call.params["id"], change, call.now)
        return await self._card(call.viewer, saved)

    async def add_point(self, call: Call[c.NewPoint, None]) -> Result:
        """422 when it is no address, or somebody else's."""
        saved = await self._commands.add_point(
            call.viewer, call.params["id"], _sender(call.body), call.body.verified, call.now
        )
        return await self._card(call.viewer, saved)

    async def mark_point(self, call: Call[c.PointMark, None]) -> Result:
        """What is null stays."""
        saved = await self._commands.mark_point(
            call.viewer,
            call.params["id"],
            call.body.key,
            call.now,
            verified=call.body.verified,
            blocked=call.body.blocked,
        )
        return await self._card(call.viewer, saved)

    async def remove_point(self, call: Call[None, c.PointQuery]) -> Result:
        """What was written there stays."""
        saved = await self._commands.remove_point(
            call.viewer, call.params["id"], call.query.key, call.now
        )
        return await self._card(call.viewer, saved)

    async def block(self, call: Call[c.ContactBlock, None]) -> Result:
        """Not listened to, or again."""
        reason = call.body.reason if call.body.blocked else None
        saved = await self._commands.block(call.viewer, call.params["id"], reason, call.now)
        return await self._card(call.viewer, saved)

    async def consent(self, call: Call[c.NewConsent, None]) -> Result:
        """The latest word counts; earlier ones stand in the history."""
        said = Consent(
            purpose=call.body.purpose, granted=call.body.granted, at=call.now, how=call.body.how
        )
        saved = await self._commands.consent(call.viewer, call.params["id"], said, call.now)
        return await self._card(call.viewer, saved)

    async def notes(self, call: Call[None, r.PageQuery]) -> Result:
        """Newest first."""
        page = await self._reading.notes(
            call.viewer, call.params["id"], call.query.cursor, call.query.limit
        )
        items = [person_views.note(one) for one in page.items]
        return c.ContactNotePage(items=items, next_cursor=page.next_cursor)

    async def add_note(self, call: Call[c.NewContactNote, None]) -> Result:
        """A repeated key gives the first one's note."""
        note = await self._commands.add_note(
            call.viewer, call.params["id"], call.body.text, call.key, call.now
        )
        return person_views.note(note)

    async def remove_note(self, call: Call[None, None]) -> Result:
        """One's own."""
        await self._commands.remove_note(
            call.viewer, call.params["id"], call.params["note_id"], call.now
        )
        return None

    async def history(self, call: Call[None, r.PageQuery]) -> Result:
        """Newest first."""
        page = await self._reading.history(
            call.viewer, call.params["id"], call.query.cursor, call.query.limit
        )
        agents = await self._agents.all()
        items = [ticket_views.event(one, agents) for one in page.items]
        return t.EventPage(items=items, next_cursor=page.next_cursor)

    async def timeline(self, call: Call[None, r.PageQuery]) -> Result:
        """Messages and the beginnings of tickets, newest first."""
        page = await self._timeline.page(
            call.viewer, call.params["id"], call.query.cursor, call.query.limit
        )
        agents, catalogue = await self._agents.all(), await self._catalogues.current()
        items = [
            c.TimelineItem(
                kind="message" if isinstance(one.what, Message) else "ticket",
                at=views.time(one.at),
                message=ticket_views.message(one.what) if isinstance(one.what, Message) else None,
                ticket=None
                if isinstance(one.what, Message)
                else ticket_views.row(one.what, agents, catalogue),
            )
            for one in page.items
        ]
        return c.Timeline(items=items, next_cursor=page.next_cursor)

    async def _card(self, viewer: Viewer, saved: Contact) -> c.ContactCard:
        return person_views.card((await self._reading.people(viewer, [saved]))[0])


def _sender(wanted: c.NewPoint) -> SenderId:
    try:
        return recipients.recipient(wanted.family, wanted.address)
    except ValueError as error:
        raise Refused(422, "invalid", str(error), field="address") from error


def _change(wanted: c.NewContact | c.ContactChange, version: int | None = None) -> ContactChange:
    given = {name: value for name, value in asdict(wanted).items() if name in _CHANGEABLE}
    if given["organisation_id"] is None:
        given["organisation_id"] = ""
    return ContactChange(**given, version=version)


_CHANGEABLE = frozenset(ContactChange.__struct_fields__) - {"version"}
