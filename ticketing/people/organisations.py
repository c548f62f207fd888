"""Commands on organisations and on the attributes that the site defines."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from storage.events import Change, Event
from storage.ids import derived_id
from storage.mongo import Session
from ticketing import facts
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.model import Contact, FieldValue
from ticketing.people import amendments as rules
from ticketing.people import attributes
from ticketing.people.attributes import KEY, MAX_ATTRIBUTES, Definitions
from ticketing.people.differences import differences
from ticketing.people.directory import PeopleDirectory
from ticketing.people.domains import domains_of, joins
from ticketing.people.model import Adoption, Attribute, Organisation, OrganisationId
from ticketing.people.store import MAX_OF_DOMAIN, PeopleStore
from ticketing.permissions import Viewer, allowed, sees_organisation
from ticketing.tokens import query_tokens
from ticketing.transactions import Transactions

MAX_NOTE = 5_000
MAX_OPTIONS = 200
MOST_ADOPTIONS = 100


class OrganisationChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is set changes."""

    name: str | UnsetType = UNSET
    domains: tuple[str, ...] | UnsetType = UNSET
    vip: int | UnsetType = UNSET
    note: str | UnsetType = UNSET
    attributes: Mapping[str, FieldValue | None] | UnsetType = UNSET
    version: int | None = None


class OrganisationCommands:
    """What agents do with organisations."""

    def __init__(
        self, store: PeopleStore, directory: PeopleDirectory, transactions: Transactions
    ) -> None:
        self._store = store
        self._directory = directory
        self._transactions = transactions

    async def create(
        self, viewer: Viewer, change: OrganisationChange, key: str, now: datetime
    ) -> Organisation:
        """People of its domains that belong nowhere join it."""
        definitions = await self._definitions(viewer)
        id = OrganisationId(derived_id("organisation", viewer.agent_id, key))
        blank = Organisation(id=id, version=0, name="", created_at=now, updated_at=now)
        made = amended(blank, change, definitions)
        if not made.name:
            raise Invalid("name", "an organisation has a name")

        async def work(session: Session, events: list[Event]) -> Organisation:
            known = await self._store.organisations.get(id, session)
            if known is not None:
                return known
            return await self._save(session, events, None, made, viewer, now)

        return await self._then(await self._transactions.run(work))

    async def change(
        self, viewer: Viewer, id: str, change: OrganisationChange, now: datetime
    ) -> Organisation:
        """As ``create`` for new domains."""
        _must_see(viewer, id)
        definitions = await self._definitions(viewer)

        async def work(session: Session, events: list[Event]) -> Organisation:
            before = await self.get(id, session)
            after = amended(before, change, definitions)
            if after == before:
                return before
            return await self._save(session, events, before, after, viewer, now)

        return await self._then(await self._transactions.run(work))

    async def remove(
        self, viewer: Viewer, id: str, replace_with: str | None, now: datetime
    ) -> None:
        """Refused while people belong to it, unless it is said what takes its place ("" none)."""
        _may(viewer)
        _must_see(viewer, id)

        async def work(session: Session, events: list[Event]) -> Organisation:
            before = await self.get(id, session)
            if replace_with:
                if replace_with == id:
                    raise Invalid("replace_with", "it cannot take its own place")
                await self.get(replace_with, session, "replace_with")
            elif replace_with is None and await self._store.has_people(before.id, session):
                raise Refused("people belong to it: say in replace_with what takes its place")
            await self._store.rename_organisation(before.id, replace_with or "", now, session)
            gone = replace(before, gone=True, domains=(), replaced_by=replace_with or "")
            return await self._save(session, events, before, gone, viewer, now)

        await self._then(await self._transactions.run(work))

    async def get(self, id: str, session: Session | None = None, field: str = "") -> Organisation:
        """NotFound, or Invalid where a command's ``field`` named it."""
        found = await self._store.organisations.get(id, session)
        if found is None or found.gone:
            raise Invalid(field, "there is none") if field else NotFound("organisation", id)
        return found

    async def adopt(self, id: str, now: datetime, has_time: Callable[[], bool]) -> bool:
        """Contacts whose verified address is of its domains and who belong nowhere join it; False
        while some are left. Who goes on after a crash begins anew: nobody joins twice.
        """
        wanted = await self._store.adoptions.get(id)
        organisation = await self._store.organisations.get(id)
        if wanted is None or organisation is None:
            return True
        for domain in organisation.domains:
            for one in await self._store.like(longest(domain), MAX_OF_DOMAIN):
                if not has_time():
                    return False
                if joins(one, {domain: organisation.id}) != one:
                    await self._join(one, {domain: organisation.id}, now)
        await self._store.adoptions.delete({"_id": wanted.id, "version": wanted.version})
        return True

    async def _join(
        self, contact: Contact, domains: Mapping[str, OrganisationId], now: datetime
    ) -> int:
        async def work(session: Session, events: list[Event]) -> int:
            before = await self._store.contacts.get(contact.id, session)
            after = joins(before, domains) if before else None
            if before is None or after is None or after == before:
                return 0
            saved = rules.moved_on(after, now)
            await self._store.contacts.replace_many([saved], session=session)
            await self._store.show_as(saved, session)
            changes = differences(before, saved)
            events.append(
                facts.about(
                    "contact.changed",
                    saved.id,
                    cause=f"v{saved.version}",
                    actor=facts.SYSTEM,
                    at=now,
                    changes=changes,
                )
            )
            return 1

        return await self._transactions.run(work)

    async def _definitions(self, viewer: Viewer) -> Definitions:
        _may(viewer)
        return await self._directory.attributes("organisation")

    async def _then(self, saved: Organisation) -> Organisation:
        self._directory.forget()
        return saved

    async def _save(  # noqa: PLR0917  the parts of one change
        self,
        session: Session,
        events: list[Event],
        before: Organisation | None,
        after: Organisation,
        viewer: Viewer,
        now: datetime,
    ) -> Organisation:
        for domain in after.domains:
            holder = await self._store.organisation_of(domain, session)
            if holder is not None and holder.id != after.id:
                raise Invalid("domains", f"{domain} is the domain of {holder.name}")
        saved = replace(after, version=after.version + 1, updated_at=now)
        await self._store.organisations.replace_many([saved], session=session)
        if after.domains and after.domains != (before.domains if before else ()):
            wanted = Adoption(id=saved.id, version=saved.version)
            await self._store.adoptions.replace_many([wanted], session=session)
        kind = "organisation.changed" if before else "organisation.created"
        events.append(
            facts.about(
                kind,
                saved.id,
                cause=f"v{saved.version}",
                actor=facts.of_viewer(viewer),
                at=now,
                changes=differences(before, saved),
            )
        )
        return saved


class AttributeCommands:
    """Which attributes people and organisations have; administrators say."""

    def __init__(
        self, store: PeopleStore, directory: PeopleDirectory, transactions: Transactions
    ) -> None:
        self._store = store
        self._directory = directory
        self._transactions = transactions

    async def define(self, viewer: Viewer, attribute: Attribute, now: datetime) -> Attribute:
        """New, or other names and options; the kind stays, for values of it are stored."""
        if not allowed(viewer, "administer"):
            raise Forbidden("administer")
        check_definition(attribute)

        async def work(session: Session, events: list[Event]) -> Attribute:
            before = await self._store.attributes.get(attribute.id, session)
            if before is not None and before.kind != attribute.kind:
                raise Refused("values of the old kind are stored: add an attribute of another key")
            if before is None and await self._full(session):
                raise Refused(f"there are at most {MAX_ATTRIBUTES} attributes")
            await self._store.attributes.replace_many([attribute], session=session)
            if before != attribute:
                events.append(_defined(before, attribute, viewer, now))
            return attribute

        defined = await self._transactions.run(work)
        self._directory.forget()
        return defined

    async def _full(self, session: Session) -> bool:
        found = await self._store.attributes.find({}, limit=MAX_ATTRIBUTES, session=session)
        return len(found) >= MAX_ATTRIBUTES


def amended(
    organisation: Organisation, change: OrganisationChange, definitions: Definitions
) -> Organisation:
    """Raises Stale and Invalid."""
    if change.version is not None and change.version != organisation.version:
        raise Stale(organisation.version)
    wanted: dict[str, object] = {}
    if change.name is not UNSET:
        wanted["name"] = rules.name_of(change.name)
    if change.domains is not UNSET:
        wanted["domains"] = domains_of(change.domains)
    if change.vip is not UNSET:
        wanted["vip"] = rules.vip_of(change.vip)
    if change.note is not UNSET:
        if len(change.note) > MAX_NOTE:
            raise Invalid("note", f"at most {MAX_NOTE} characters")
        wanted["note"] = change.note
    if change.attributes is not UNSET:
        wanted["attributes"] = attributes.amended(
            definitions, organisation.attributes, change.attributes
        )
    return replace(organisation, **wanted)


def check_definition(attribute: Attribute) -> None:
    """Raises Invalid."""
    if not KEY.fullmatch(attribute.key):
        raise Invalid("key", "a lower-case letter, then at most 39 letters, digits and _")
    if not any(text.strip() for text in attribute.name.values()):
        raise Invalid("name", "a name in at least one language")
    if bool(attribute.options) != (attribute.kind == "choice"):
        raise Invalid("options", "a choice has some, and nothing else has any")
    if len(attribute.options) > MAX_OPTIONS or len(set(attribute.options)) < len(attribute.options):
        raise Invalid("options", f"at most {MAX_OPTIONS}, each once")


def longest(domain: str) -> str:
    """The word of a domain that finds its addresses in the search index."""
    words: Sequence[str] = query_tokens(domain.replace(".", " ").replace("-", " "))
    return max(words, key=len)


def _must_see(viewer: Viewer, id: str) -> None:
    if not sees_organisation(viewer, id):
        raise NotFound("organisation", id)


def _may(viewer: Viewer) -> None:
    if not allowed(viewer, "people"):
        raise Forbidden("people")


def _defined(before: Attribute | None, after: Attribute, viewer: Viewer, now: datetime) -> Event:
    old = msgspec.json.encode(before).decode() if before else None
    change = Change(field="attribute", before=old, after=msgspec.json.encode(after).decode())
    return facts.about(
        "attribute.defined",
        after.id,
        cause=derived_id(change.after or "", now.isoformat()),
        actor=facts.of_viewer(viewer),
        at=now,
        changes=(change,),
    )
