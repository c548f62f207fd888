"""What every contact is checked against, from memory: attributes, and whose mail domains."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from ticketing.people.model import Attribute, Organisation, OrganisationId, Owner
from ticketing.people.store import PeopleStore
from ticketing.remembered import Remembered
from ticketing.tokens import fold

FRESH_S = 5.0
SLACK = timedelta(seconds=30)  # a transaction may commit after a later one
PAGE = 1_000
_BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)


class PeopleDirectory:
    """At most a few seconds old; only what changed since is read again."""

    def __init__(self, store: PeopleStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._attributes = Remembered(self._read_attributes, FRESH_S, clock)
        self._organisations = Remembered(self._read_organisations, FRESH_S, clock)
        self._domains: dict[str, OrganisationId] = {}
        self._of: dict[OrganisationId, tuple[str, ...]] = {}
        self._names: dict[str, OrganisationId] = {}
        self._heirs: dict[str, str] = {}
        self._changed_at = _BEGINNING

    async def attributes(self, owner: Owner) -> Mapping[str, Attribute]:
        """Definitions by key."""
        return (await self._attributes.now())[owner]

    async def domains(self) -> Mapping[str, OrganisationId]:
        """Organisations by mail domain."""
        await self._organisations.now()
        return self._domains

    async def names(self) -> Mapping[str, OrganisationId]:
        """Organisations by their folded names; of two of one name, the one that changed last."""
        await self._organisations.now()
        return self._names

    async def heirs(self) -> Mapping[str, str]:
        """By the id of an organisation that is gone what took its place, "" where nothing did."""
        await self.domains()
        return self._heirs

    def forget(self) -> None:
        """Read anew at the next question."""
        self._attributes.forget()
        self._organisations.forget()

    async def _read_attributes(self) -> Mapping[Owner, Mapping[str, Attribute]]:
        found: dict[Owner, dict[str, Attribute]] = {"contact": {}, "organisation": {}}
        for one in await self._store.all_attributes():
            found[one.owner][one.key] = one
        return found

    async def _read_organisations(self) -> None:
        since = max(_BEGINNING, self._changed_at - SLACK)
        cursor = self._store.organisations.raw.find({"updated_at": {"$gte": since}})
        async for document in cursor.batch_size(PAGE):
            self._learn(self._store.organisations.decode(document))

    def _learn(self, organisation: Organisation) -> None:
        for domain in self._of.pop(organisation.id, ()):
            if self._domains.get(domain) == organisation.id:
                del self._domains[domain]
        self._of[organisation.id] = organisation.domains
        self._domains.update(dict.fromkeys(organisation.domains, organisation.id))
        name = " ".join(fold(organisation.name).split())
        if not organisation.gone:
            self._names[name] = organisation.id
        else:
            self._heirs[organisation.id] = organisation.replaced_by
            if self._names.get(name) == organisation.id:
                del self._names[name]
        self._changed_at = max(self._changed_at, organisation.updated_at)
