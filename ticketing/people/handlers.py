"""Commands on contacts: each loads, asks a pure rule, and saves with its event in one transaction.

A repeated command changes nothing more: ids derive from the caller's idempotency key.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from connectors.events import SenderId
from normalizer.model import ContactId
from storage.events import Change, Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Forbidden, Invalid, NotFound
from ticketing.model import Block, Consent, Contact, ContactPoint
from ticketing.people import amendments as rules
from ticketing.people.amendments import ContactChange
from ticketing.people.differences import differences
from ticketing.people.directory import PeopleDirectory
from ticketing.people.domains import joins
from ticketing.people.identity import new_contact, point_of, with_points
from ticketing.people.model import ContactNote
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.permissions import Viewer, allowed
from ticketing.redaction import rule_of
from ticketing.transactions import Transactions

MAX_NOTE = 20_000
Rule = Callable[[Contact], Contact]


class NewContact(msgspec.Struct, frozen=True, kw_only=True):
    """A person that an agent enters; ``verified`` are canonical points that are known to be theirs,
    ``key`` the caller's idempotency key.
    """

    name: str
    points: Sequence[SenderId] = ()
    verified: frozenset[str] = frozenset()
    change: ContactChange = ContactChange()
    key: str


class ContactCommands:
    """What agents do with contacts; ``visible`` answers what is hidden as if it did not exist."""

    def __init__(
        self,
        store: PeopleStore,
        directory: PeopleDirectory,
        visible: Visible,
        transactions: Transactions,
    ) -> None:
        self._store = store
        self._directory = directory
        self._visible = visible
        self._transactions = transactions

    async def create(self, viewer: Viewer, wish: NewContact, now: datetime) -> Contact:
        """Invalid names a point that belongs to somebody else."""
        _may(viewer)
        definitions = await self._directory.attributes("contact")
        domains = await self._directory.domains()
        id = ContactId(derived_id("contact", "by-hand", viewer.agent_id, wish.key))
        points = [
            replace(point_of(one), verified=one.canonical in wish.verified) for one in wish.points
        ]
        points = list({point.key: point for point in points}.values())
        blank = new_contact(id, (), rules.name_of(wish.name), "", now)
        made = rules.amended(with_points(blank, points), wish.change, definitions)
        if wish.change.organisation_id is msgspec.UNSET:
            made = joins(made, domains)

        async def work(session: Session, events: list[Event]) -> Contact:
            known = await self._store.contacts.get(id, session)
            if known is not None:
                return known
            await self._check_free(session, viewer, made, points)
            await self._check_organisation(session, made)
            await self._store.contacts.insert(made, session=session)
            events.append(_told("contact.created", None, made, viewer, now))
            return made

        return await self._transactions.run(work)

    async def change(
        self, viewer: Viewer, id: str, change: ContactChange, now: datetime
    ) -> Contact:
        """Name, language, time zone, VIP level, organisation, attributes."""
        _check_rules(viewer, change)
        definitions = await self._directory.attributes("contact")
        return await self._amend(
            viewer, id, now, lambda contact: rules.amended(contact, change, definitions)
        )

    async def add_point(
        self, viewer: Viewer, id: str, sender: SenderId, verified: bool, now: datetime
    ) -> Contact:
        """Invalid when it is somebody else's. A verified one may bring its organisation."""
        point = replace(point_of(sender), verified=verified)
        domains = await self._directory.domains()
        return await self._amend(
            viewer,
            id,
            now,
            lambda contact: joins(rules.point_added(contact, point), domains),
            adding=point,
        )

    async def remove_point(self, viewer: Viewer, id: str, key: str, now: datetime) -> Contact:
        """What was written there stays with the contact."""
        return await self._amend(viewer, id, now, lambda contact: rules.point_removed(contact, key))

    async def mark_point(
        self,
        viewer: Viewer,
        id: str,
        key: str,
        now: datetime,
        *,
        verified: bool | None = None,
        blocked: bool | None = None,
    ) -> Contact:
        """Known to be theirs, or not; listened to, or not."""
        domains = await self._directory.domains()

        def rule(contact: Contact) -> Contact:
            marked = rules.point_marked(contact, key, verified=verified, blocked=blocked)
            return joins(marked, domains) if verified else marked

        return await self._amend(viewer, id, now, rule)

    async def block(self, viewer: Viewer, id: str, reason: str | None, now: datetime) -> Contact:
        """Listen no more; None listens again."""
        if reason is not None and len(reason) > rules.MAX_REASON:
            raise Invalid("reason", f"at most {rules.MAX_REASON} characters")
        block = None if reason is None else Block(at=now, by=viewer.agent_id, reason=reason)
        return await self._amend(viewer, id, now, lambda contact: rules.blocked(contact, block))

    async def consent(self, viewer: Viewer, id: str, consent: Consent, now: datetime) -> Contact:
        """What they agreed to, or withdrew."""
        return await self._amend(viewer, id, now, lambda one: rules.consented(one, consent))

    async def add_note(
        self, viewer: Viewer, id: str, text: str, key: str, now: datetime
    ) -> ContactNote:
        """A note on the person, not on a ticket."""
        _may(viewer)
        if not text.strip() or len(text) > MAX_NOTE:
            raise Invalid("text", f"between 1 and {MAX_NOTE} characters")
        note = ContactNote(
            id=derived_id("contact-note", viewer.agent_id, key),
            contact_id=ContactId(id),
            author_id=viewer.agent_id,
            author_name=viewer.name,
            text=text,
            at=now,
        )

        async def work(session: Session, events: list[Event]) -> ContactNote:
            contact = await self._visible.contact(viewer, id, session)
            known = await self._store.notes.get(note.id, session)
            if known is not None:
                return known
            rules.check_current(contact, None)
            await self._store.notes.insert(note, session=session)
            events.append(_noted("contact.noted", note, viewer, now))
            return note

        return await self._transactions.run(work)

    async def remove_note(self, viewer: Viewer, id: str, note_id: str, now: datetime) -> None:
        """One's own, or anybody's for who administers."""
        _may(viewer)

        async def work(session: Session, events: list[Event]) -> None:
            await self._visible.contact(viewer, id, session)
            note = await self._store.notes.get(note_id, session)
            if note is None or note.contact_id != id:
                raise NotFound("note", note_id)
            if note.author_id != viewer.agent_id and not allowed(viewer, "administer"):
                raise Forbidden("administer")
            await self._store.notes.delete({"_id": note.id}, session=session)
            events.append(_noted("contact.note_removed", note, viewer, now))

        await self._transactions.run(work)

    async def _amend(
        self,
        viewer: Viewer,
        id: str,
        now: datetime,
        rule: Rule,
        *,
        adding: ContactPoint | None = None,
    ) -> Contact:
        _may(viewer)

        async def work(session: Session, events: list[Event]) -> Contact:
            before = await self._visible.contact(viewer, id, session)
            if adding is not None:
                await self._check_free(session, viewer, before, (adding,))
            after = rule(before)
            if after == before:
                return before
            if after.organisation_id != before.organisation_id:
                await self._check_organisation(session, after)
            saved = rules.moved_on(after, now)
            await self._store.contacts.replace_many([saved], session=session)
            if (saved.name, saved.organisation_id) != (before.name, before.organisation_id):
                await self._store.show_as(saved, session)
            events.append(_told("contact.changed", before, saved, viewer, now))
            return saved

        return await self._transactions.run(work)

    async def _check_free(
        self, session: Session, viewer: Viewer, contact: Contact, points: Sequence[ContactPoint]
    ) -> None:
        for key, holder in (
            await self._store.by_points([one.key for one in points], session)
        ).items():
            if holder.id != contact.id and key in {one.key for one in points}:
                seen = await self._visible.sees(viewer, holder, session)
                whose = f"{holder.name} ({holder.id})" if seen else "somebody else"
                raise Invalid("address", f"it belongs to {whose}: merge the two contacts instead")

    async def _check_organisation(self, session: Session, contact: Contact) -> None:
        if not contact.organisation_id:
            return
        found = await self._store.organisations.get(contact.organisation_id, session)
        if found is None or found.gone:
            raise Invalid("organisation_id", "there is no such organisation")


def _check_rules(viewer: Viewer, change: ContactChange) -> None:
    """Forbidden for a field that the viewer's role may not change."""
    asked = {"organisation_id"} if change.organisation_id is not msgspec.UNSET else set()
    if change.attributes is not msgspec.UNSET:
        asked |= {f"attributes.{key}" for key in change.attributes}
    for field in sorted(asked):
        if rule_of(viewer, field) is not None:
            raise Forbidden(f"change {field}")


def _points(wish: NewContact) -> tuple[ContactPoint, ...]:
    senders = {one.canonical: one for one in wish.points}
    return tuple(
        replace(point_of(one), verified=key in wish.verified) for key, one in senders.items()
    )


def _may(viewer: Viewer) -> None:
    if not allowed(viewer, "people"):
        raise Forbidden("people")


def _told(
    kind: str, before: Contact | None, after: Contact, viewer: Viewer, now: datetime
) -> Event:
    return facts.about(
        kind,
        after.id,
        cause=f"v{after.version}",
        actor=facts.of_viewer(viewer),
        at=now,
        changes=differences(before, after),
    )


def _noted(kind: str, note: ContactNote, viewer: Viewer, now: datetime) -> Event:
    changes = (Change(field="note", before=None, after=note.id),)
    return facts.about(
        kind,
        note.contact_id,
        cause=note.id,
        actor=facts.of_viewer(viewer),
        at=now,
        changes=changes,
    )
