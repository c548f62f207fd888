"""The catalogue from memory: asked for with every change of a ticket, the database rarely."""

import time
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from storage.mongo import Session
from storage.pubsub import Pubsub
from ticketing.catalogue.model import BUILT_IN, Catalogue, Field, TicketType, entry_id
from ticketing.catalogue.references import uses
from ticketing.catalogue.store import CatalogueStore
from ticketing.errors import Invalid
from ticketing.model import Ticket
from ticketing.remembered import Remembered
from ticketing.roles.model import Configured

FRESH_S = 5.0
CATALOGUE = "parley:catalogue"  # published when it changed


Present = Callable[[], Awaitable[Catalogue]]


async def built_in() -> Catalogue:
    """Of a site that decided nothing."""
    return BUILT_IN


class Catalogues:
    """The present catalogue, at most a few seconds old; at once after ``forget``."""

    def __init__(self, store: CatalogueStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._known = BUILT_IN
        self._present = Remembered(self._look, FRESH_S, clock)
        self._noted = False

    async def current(self) -> Catalogue:
        """Everything at one moment; read anew only when the revision grew."""
        return await self._present.now()

    def forget(self) -> None:
        """Look again at the next question: somebody changed it."""
        self._present.forget()

    async def follow(self, pubsub: Pubsub) -> None:
        """Look again whenever another process changed it. Ends by cancellation."""
        async for _ in pubsub.subscribe(CATALOGUE, ready=self.forget):
            self.forget()

    async def _look(self) -> Catalogue:
        revision = await self._store.revision()
        if revision != self._known.revision:
            self._known = await self._store.read(revision)
        return self._known

    async def note_use(self, session: Session, before: Ticket | None, after: Ticket) -> None:
        """Write down what a ticket has for the first time ever: it cannot just go any more.

        Raises Invalid when it went meanwhile. Nearly always there is nothing to write. Within a
        transaction: ``committed`` after it.
        """
        named = set(uses(after)) - (set(uses(before)) if before else set())
        first = [
            (kind, id)
            for kind, id in sorted(named)
            if not ((known := self._known.entries.get(entry_id(kind, id))) and known.used)
        ]
        if not first:
            return
        present = await self._store.read(await self._store.grow(session), session)
        entries = []
        for kind, id in first:
            entry = present.entries.get(entry_id(kind, id))
            if entry is None:
                raise Invalid(f"{kind}_id" if kind != "field" else f"fields.{id}", "it is gone")
            entries.append(replace(entry, used=True))
        await self._store.save(session, entries)
        self._noted = True

    def committed(self) -> None:
        """Look again when something was used for the first time. Of two such changes at once the
        first may take the other's look: then that one's is late by seconds, and is noted again.
        """
        if self._noted:
            self._noted = False
            self.forget()


def configured(catalogue: Catalogue) -> Configured:
    """What of it decides who reads what."""
    contents = [(one.content, one.replaced_by) for one in catalogue.entries.values()]
    return Configured(
        sensitive=frozenset(
            one.id for one, _ in contents if isinstance(one, Field) and one.sensitive
        ),
        types={
            one.id: catalogue.type_of(one.id).id
            for one, gone in contents
            if isinstance(one, TicketType) and gone
        },
    )
