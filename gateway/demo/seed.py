"""Tell the story: what came in through the journal and ingest, what agents did through commands.

Everything has a derived id or an idempotency key, so a seed that was interrupted is begun anew and
ends the same; one that was told is not told again.
"""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from connectors.contract import InboxId
from gateway.api.handlers.people import new_agent
from gateway.api.requests import NewAgent
from gateway.bootstrap.foundation import Foundation
from gateway.demo import arrivals
from gateway.demo.store import STATE, DemoState, DemoStore
from gateway.demo.story import Step, Story
from gateway.demo.world import HERE, World
from normalizer.model import ContactId
from outbound.canned.handlers import CannedReplies
from outbound.canned.model import CannedWish
from outbound.canned.store import MOST_KEPT
from outbound.compose import Composer
from outbound.model import Reply
from outbound.replying import recipient_of
from storage.ids import derived_id, utc_now
from storage.journal import NewRecord
from ticketing.amendments import TicketChange
from ticketing.handlers import Commands
from ticketing.model import Agent, Conversation, Ticket
from ticketing.people.identity import new_contact
from ticketing.permissions import Viewer

CONTEXT = b"demo-login"
INGESTED_WITHIN_S = 60.0
UNDO_S = 10
UNREAD = timedelta(minutes=30)  # what came since then is new to the first login
SECRET = "halden-demo"  # noqa: S105  of stand-ins on loopback


class Seeder:
    """One run of the story."""

    def __init__(
        self,
        *,
        base: Foundation,
        store: DemoStore,
        composer: Composer,
        commands: Commands,
        story: Story,
    ) -> None:
        self._base = base
        self._store = store
        self._composer = composer
        self._commands = commands
        self._story = story
        self._agents: dict[str, Agent] = {}

    async def password(self) -> str:
        """The first login's, made once."""
        state = await self._store.state()
        if state is None:
            made = secrets.token_urlsafe(9)
            sealed = self._base.keyring.seal(made.encode(), context=CONTEXT)
            await self._store.save(DemoState(id=STATE, sealed_password=sealed))
            return made
        return self._base.keyring.open(state.sealed_password, context=CONTEXT).decode()

    async def tell(self, password: str, world: World) -> None:
        """Agents and inboxes each time (ports change); the steps once."""
        now = utc_now()
        await self._people(password, now)
        state = await self._store.state()
        told = state is not None and state.told
        for inbox in self._story.inboxes:
            await self._inbox(inbox.id, world, now, undo_s=UNDO_S if told else 0)
        if told or state is None:
            return
        await self._known_contacts(now)
        await self._canned(now)
        for number, step in enumerate(self._story.steps):
            await self._step(step, number, now - timedelta(minutes=step.ago))
        first = self._agents[self._story.agents[0].name]
        await self._store.mark_read(first.id, now - UNREAD, now)
        for inbox in self._story.inboxes:
            changes = {"undo_s": UNDO_S}
            await self._base.inboxes.change(InboxId(inbox.id), changes, utc_now())
        await self._store.save(msgspec.structs.replace(state, told=True))

    async def _people(self, password: str, now: datetime) -> None:
        for person in self._story.agents:
            found = await self._base.auth.agent_by_email(person.email)
            if found is None:
                first = person is self._story.agents[0]
                wanted = NewAgent(
                    email=person.email,
                    name=person.name,
                    role=person.role,
                    password=password if first else secrets.token_urlsafe(24),
                )
                found = await new_agent(wanted, now)
                await self._base.auth.agents.insert(found)
            self._agents[person.name] = found

    async def _canned(self, now: datetime) -> None:
        """Those that are not there yet."""
        curator = Viewer.of(self._agents[self._story.agents[0].name])
        replies = CannedReplies(self._base.mongo)
        known = {one.name for one in await replies.find(curator, "", MOST_KEPT)}
        for one in self._story.canned:
            if one.name not in known:
                wish = CannedWish(
                    scope="shared",
                    team_id="",
                    name=one.name,
                    shortcut=one.shortcut,
                    texts=one.texts,
                )
                await replies.create(curator, wish, now)

    async def _inbox(self, id: str, world: World, now: datetime, *, undo_s: int) -> None:
        inbox = next(one for one in self._story.inboxes if one.id == id)
        settings = _settings(inbox.channel, world)
        if await self._base.edge_store.inboxes.get(id) is None:
            await self._base.inboxes.create(
                channel=inbox.channel,
                name=inbox.name,
                address=inbox.address,
                settings=settings,
                now=now,
                inbox_id=InboxId(id),
                undo_s=undo_s,
            )
        changes: dict[str, object] = {
            "settings": settings,
            "undo_s": undo_s,
            "aliases": inbox.aliases,
            "continuity": "join",
            "join_within_h": 48,
        }
        await self._base.inboxes.change(InboxId(id), changes, now)

    async def _known_contacts(self, now: datetime) -> None:
        for person in self._story.contacts:
            points = [recipient_of(point) for point in person.points]
            id = ContactId(derived_id("demo-contact", person.name))
            await self._store.keep_contact(new_contact(id, points, person.name, "", now))

    async def _step(self, step: Step, number: int, at: datetime) -> None:
        if step.inbox:
            await self._arrive(step, at)
            return
        place = await self._store.place(step.to)
        if place is None:
            raise LookupError(f"the story speaks of {step.to}, who never wrote")
        viewer = Viewer.of(self._agents[step.agent])
        match step.does:
            case "reply":
                await self._reply(step, number, at, viewer, place)
            case "note":
                text, key = step.text.strip(), f"demo-{number}"
                await self._commands.add_note(viewer, place[0].id, text, key, at)
            case _:
                await self._commands.change_ticket(viewer, place[0].id, self._change(step), at)

    async def _arrive(self, step: Step, at: datetime) -> None:
        inbox = next(one for one in self._story.inboxes if one.id == step.inbox)
        place = await self._store.place(step.sender)
        again = place is not None and step.subject.startswith("Re:")
        answers = await self._store.last_sent_mail(place[1]) if place and again else ""
        await self._base.journal.append(arrivals.record(step, inbox, at, answers))
        await self._ingested()

    async def _reply(
        self,
        step: Step,
        number: int,
        at: datetime,
        viewer: Viewer,
        place: tuple[Ticket, Conversation],
    ) -> None:
        reply = Reply(
            ticket_id=place[0].id,
            conversation_id=place[1].id,
            idempotency_key=f"demo-reply-{number}",
            text=step.text.strip(),
            then=step.then or None,
        )
        await self._composer.send_reply(viewer, reply, at)

    def _change(self, step: Step) -> TicketChange:
        wanted: dict[str, object] = {"assignee_id": self._agents[step.agent].id}
        if step.priority:
            wanted["priority"] = step.priority
        if step.tags:
            wanted["tags"] = step.tags
        return msgspec.convert(wanted, TicketChange)

    async def _ingested(self) -> None:
        """Agents act on what they see: wait until it is a ticket."""
        async with asyncio.timeout(INGESTED_WITHIN_S):
            while (await self._base.journal.counts()).pending:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.02)


def receipt(sid: str, state: str) -> NewRecord:
    """Twilio's status callback."""
    body = f"MessageSid={sid}&MessageStatus={state}".encode()
    return NewRecord(
        inbox_id="demo-sms",
        channel="twilio_sms",
        transport="webhook",
        received_at=utc_now(),
        request_id=f"demo-{sid}",
        headers=arrivals.FORM,
        method="POST",
        body=body,
    )


def _settings(channel: str, world: World) -> Mapping[str, object]:
    http = f"http://{HERE}:{world.http_port}"
    found: dict[str, Mapping[str, object]] = {
        "email": {"smtp_host": HERE, "smtp_port": world.smtp_port, "smtp_security": "none"},
        "twilio_sms": {"account_sid": "ACdemo", "auth_token": SECRET, "base_url": http},
        "telegram": {"token": "90:demo", "secret_token": SECRET, "base_url": http},
        "api": {"token": SECRET, "callback_url": f"{http}/shop"},
    }
    return found.get(channel, {})
