"""The catalogue from memory is never older than the change that it was told of."""

import asyncio

from msgspec.structs import replace

from tests.ticketing.builders import NOW, a_ticket
from tests.ticketing.catalogue.builders import a_field
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.reading import Catalogues, configured
from ticketing.catalogue.store import CatalogueStore
from ticketing.permissions import Viewer
from ticketing.roles.store import RoleStore
from ticketing.transactions import Transactions
from ticketing.views.model import SavedView
from ticketing.views.named import Named

LENA = Viewer(agent_id="agent-lena", name="Lena Brandt", role="admin", inbox_ids=None)


class SlowStore(CatalogueStore):
    """Reads that come back when the test says so."""

    def __init__(self, mongo):
        super().__init__(mongo)
        self.gate, self.read_it = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def revision(self, session=None):
        found = await super().revision(session)
        self.read_it.set()
        await self.gate.wait()
        return found


async def nobody():
    pass


def commands_of(house, catalogues):
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    named = Named(RoleStore(house.mongo), house.mongo.collection("saved_views", SavedView))
    return CatalogueCommands(CatalogueStore(house.mongo), catalogues, transactions, named, nobody)


async def test_a_field_that_became_sensitive_during_a_read_is_sensitive_after_it(house, mongo):
    store = SlowStore(mongo)
    catalogues = Catalogues(store)
    commands = commands_of(house, catalogues)
    await commands.put(LENA, a_field("iban"), None, NOW)
    await catalogues.current()
    catalogues.forget()
    store.gate.clear()
    store.read_it.clear()
    reading = asyncio.create_task(catalogues.current())
    await store.read_it.wait()
    await commands.put(LENA, replace(a_field("iban"), sensitive=True), None, NOW)
    store.gate.set()
    await reading
    assert configured(await catalogues.current()).sensitive == {"iban"}


async def test_a_first_use_is_looked_at_after_its_commit(house, mongo):
    catalogues = Catalogues(CatalogueStore(mongo))
    await commands_of(house, catalogues).put(LENA, a_field("serial"), None, NOW)
    await catalogues.current()

    async def use(session):
        await catalogues.note_use(session, None, a_ticket(fields={"serial": "A"}))
        await catalogues.current()  # somebody asks before the commit

    await mongo.transaction(use)
    catalogues.committed()
    assert (await catalogues.current()).entries["field/serial"].used
