"""A type's rules at work: on what customers write and on time, in the real database."""

from datetime import timedelta

import pytest

from storage.mongo import Mongo
from tests.ticketing.builders import NOW, a_ticket, said
from tests.ticketing.catalogue.builders import a_field, a_type, moves, rule
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.catalogue.elapsing import Elapsing, StateTimers
from ticketing.catalogue.handlers import CatalogueCommands
from ticketing.catalogue.model import Form, FormField
from ticketing.catalogue.store import CatalogueStore, TimerStore
from ticketing.errors import Forbidden, Invalid, NotFound, Refused, Stale
from ticketing.links.handlers import Family, Links
from ticketing.links.store import LinkStore
from ticketing.permissions import Viewer
from ticketing.roles.model import Role
from ticketing.roles.store import RoleStore
from ticketing.transactions import Transactions
from ticketing.views.model import OneOf, SavedView
from ticketing.views.named import Named

HOUR = timedelta(hours=1)
LENA = Viewer(agent_id="agent-lena", name="Lena Brandt", role="admin", inbox_ids=None)


class Site:
    """The catalogue of a house, and its clocks."""

    def __init__(self, house, mongo: Mongo):
        transactions = Transactions(house.collections, house.events, house.offered.extend)
        self.store = TimerStore(mongo)
        self.told = 0
        self.commands = CatalogueCommands(
            CatalogueStore(mongo),
            house.catalogues,
            transactions,
            Named(RoleStore(mongo), mongo.collection("saved_views", SavedView)),
            self.tell,
        )
        self.timers = StateTimers(mongo, self.store, house.catalogues.current)
        self.links = Links(LinkStore(house.collections), transactions)
        self.elapsing = Elapsing(
            self.store, LinkStore(house.collections), transactions, house.catalogues.current
        )

    async def tell(self):
        self.told += 1

    async def put(self, *contents):
        for one in contents:
            await self.commands.put(LENA, one, None, NOW)


@pytest.fixture
def site(house, mongo):
    return Site(house, mongo)


async def change(house, mira, now=NOW, **wanted):
    ticket = await house.ticket()
    return await house.commands.change_ticket(mira, ticket.id, TicketChange(**wanted), now)


async def test_a_new_ticket_is_of_the_default_type_with_its_defaults(house, site):
    form = Form(id="f", names={"en": "F"}, fields=(FormField(field="source"),))
    await site.put(a_field("source", default="customer"), form, a_type(form_id="f", default=True))
    await house.events_in(CHAT, said())
    ticket = await house.ticket()
    assert (ticket.type_id, ticket.status, ticket.fields) == (
        "incident",
        "new",
        {"source": "customer"},
    )


async def test_a_customers_words_move_a_ticket_by_its_type(house, site, mira):
    kind = a_type(automatic=(rule("customer_message", "vendor", "testing"),))
    await site.put(kind)
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, type_id="incident", state="vendor")
    house.offered.clear()
    await house.events_in(CHAT, said("And now?", id="m2", at=NOW + 2 * HOUR))
    ticket = await house.ticket()
    assert (ticket.state, ticket.status) == ("testing", "open")
    changed = next(event for event in house.offered if event.kind == "ticket.changed")
    assert {c.field: c.after for c in changed.changes} == {"status": "open", "state": "testing"}


async def test_words_from_before_move_nothing(house, site, mira):
    await site.put(a_type(automatic=(rule("customer_message", "vendor", "testing"),)))
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + 2 * HOUR, type_id="incident", state="vendor")
    await house.events_in(CHAT, said("Late", id="m2", at=NOW + HOUR))
    assert (await house.ticket()).state == "vendor"


async def test_a_held_ticket_stays_held_when_its_customer_writes(house, mira):
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, status="held")
    await house.events_in(CHAT, said("And?", id="m2", at=NOW + 2 * HOUR))
    ticket = await house.ticket()
    assert (ticket.status, ticket.in_count) == ("held", 2)


async def test_time_ends_a_state_once(house, site, mira):
    await site.put(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, type_id="incident", status="solved")
    await site.timers.handle(house.offered)
    house.offered.clear()
    assert await site.elapsing.sweep(NOW + 24 * HOUR) == 0
    assert await site.elapsing.sweep(NOW + 25 * HOUR) == 1
    assert await site.elapsing.sweep(NOW + 26 * HOUR) == 0
    ticket = await house.ticket()
    assert (ticket.state, ticket.status, ticket.open) == ("over", "closed", False)
    (told,) = house.offered
    assert (told.kind, told.actor.kind, told.actor.id) == ("ticket.changed", "rule", "incident")


async def test_who_left_the_state_meanwhile_is_left_alone(house, site, mira):
    await site.put(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, type_id="incident", status="solved")
    await site.timers.handle(house.offered)
    await change(house, mira, NOW + 2 * HOUR, status="open")  # and nobody told the timers
    assert await site.elapsing.sweep(NOW + 30 * HOUR) == 0
    assert (await house.ticket()).status == "open"
    assert await site.store.due(NOW + 99 * HOUR, 9) == []


async def test_a_new_rule_finds_the_tickets_that_were_there(house, site, mira):
    await site.put(a_type())
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, type_id="incident", status="solved")
    await site.timers.handle(house.offered)
    await site.put(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    assert await site.timers.catch_up(NOW + 2 * HOUR) == 1
    assert await site.timers.catch_up(NOW + 3 * HOUR) == 0
    assert await site.elapsing.sweep(NOW + 25 * HOUR) == 1


async def test_a_walk_that_is_cut_off_goes_on_where_it_was(house, site, monkeypatch):
    monkeypatch.setattr("ticketing.catalogue.elapsing.PAGE", 2)
    made = [a_ticket(id=f"t{n}", number=n, created_at=NOW - n * HOUR) for n in range(6)]
    await house.collections.tickets.insert_many(made)
    await site.put(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    looked = []
    look_again = site.timers._look_again

    async def cut_off_once(ids, catalogue):
        if len(looked) == 2:
            looked.append("cut off")
            raise OSError("cut off")
        looked.append(ids)
        await look_again(ids, catalogue)

    monkeypatch.setattr(site.timers, "_look_again", cut_off_once)
    with pytest.raises(OSError, match="cut off"):
        await site.timers.catch_up(NOW + HOUR)
    first = looked[0]
    looked[2:] = ["cut off", "gone on"]
    await site.timers.catch_up(NOW + 2 * HOUR)
    assert first == ["t0", "t1"]
    assert "t0" not in {id for ids in looked[4:] for id in ids}
    assert "t5" in {id for ids in looked[4:] for id in ids}
    assert await site.timers.catch_up(NOW + 3 * HOUR) == 0


async def test_a_change_is_told_and_guarded(house, site, mira):
    await site.put(a_type())
    event = house.offered[-1]
    assert (event.kind, event.ticket_id, event.actor.name) == (
        "type.created",
        "type/incident",
        "Lena Brandt",
    )
    assert site.told == 1
    with pytest.raises(Stale):
        await site.commands.put(LENA, a_type(), 7, NOW)
    with pytest.raises(Forbidden):
        await site.commands.put(mira, a_type(), None, NOW)
    with pytest.raises(NotFound):
        await site.commands.delete(LENA, "type", "nothing", "", NOW)


async def test_a_type_that_tickets_have_is_replaced_by_another(house, site, mira):
    await site.put(a_type(), a_type(id="other", default=True))
    await house.events_in(CHAT, said())
    await change(house, mira, type_id="incident", state="vendor")
    with pytest.raises(Refused, match="tickets"):
        await site.commands.delete(LENA, "type", "incident", "", NOW)
    await site.commands.delete(LENA, "type", "incident", "other", NOW)
    catalogue = await house.catalogues.current()
    assert catalogue.type_of("incident").id == "other"
    assert (await change(house, mira, NOW + HOUR, status="solved")).state == "fixed"
    with pytest.raises(Invalid):
        await site.commands.put(LENA, a_type(), None, NOW)


async def test_what_moves_ask_for_follows_the_field_that_replaces_it(house, site):
    kind = a_type(moves=moves(("looking", "fixed", "serial")))
    await site.put(a_field("serial"), a_field("number"), kind)
    with pytest.raises(Refused, match="type/incident"):
        await site.commands.delete(LENA, "field", "serial", "", NOW)
    await site.commands.delete(LENA, "field", "serial", "number", NOW)
    catalogue = await house.catalogues.current()
    assert catalogue.type_of("incident").moves[0].require == ("number",)
    assert catalogue.field("serial") is None


async def test_a_used_state_goes_only_with_a_successor(house, site, mira):
    await site.put(a_type())
    await house.events_in(CHAT, said())
    await change(house, mira, type_id="incident", state="looking")
    fewer = tuple(one for one in a_type().states if one.id != "looking")
    with pytest.raises(Invalid) as error:
        await site.put(a_type(states=fewer))
    assert error.value.field == "former"
    await site.put(a_type(states=fewer, former={"looking": "testing"}))
    after = await change(house, mira, NOW + HOUR, state="vendor")
    assert after.state == "vendor"


async def test_a_first_use_is_written_down_once(house, site, mira):
    await site.put(a_type(), a_field("serial"))
    await house.events_in(CHAT, said())
    await change(house, mira, type_id="incident", fields={"serial": "A"})
    revision = (await house.catalogues.current()).revision
    house.catalogues.forget()
    await change(house, mira, NOW + HOUR, fields={"serial": "B"})
    house.catalogues.forget()
    assert (await house.catalogues.current()).revision == revision
    with pytest.raises(Refused, match="retire"):
        await site.commands.delete(LENA, "field", "serial", "", NOW)


async def test_a_state_that_began_anew_has_its_whole_time(house, site, mira):
    await site.put(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    await house.events_in(CHAT, said())
    await change(house, mira, NOW + HOUR, type_id="incident", status="solved")
    await site.timers.handle(house.offered)
    for hour, status in ((2, "open"), (10, "solved")):  # and nobody told the timers
        await change(house, mira, NOW + hour * HOUR, status=status)
    assert await site.elapsing.sweep(NOW + 26 * HOUR) == 0
    assert await site.elapsing.sweep(NOW + 34 * HOUR) == 1


async def looking(house, site, mira, count):
    """So many tickets that a rule solves an hour after ``NOW``."""
    await site.put(a_type(automatic=(rule("elapsed", "looking", "fixed", 1),)))
    for n in range(count):
        await house.events_in(CHAT, said(id=str(n), thread=f"t{n}", sender=str(n)))
    wanted = TicketChange(type_id="incident", state="looking")
    for ticket in await house.tickets():
        await house.commands.change_ticket(mira, ticket.id, wanted, NOW)
    await site.timers.handle(house.offered)
    return await house.tickets()


async def test_a_rule_solves_no_parent_before_its_children(house, site, mira):
    parent, child = await looking(house, site, mira, 2)
    await site.links.add(mira, child.id, "parent", parent.id, NOW)
    held = TicketChange(state="vendor")
    await house.commands.change_ticket(mira, child.id, held, NOW)
    await site.timers.handle(house.offered)
    assert await site.elapsing.sweep(NOW + 2 * HOUR) == 0
    assert (await house.ticket(1)).open
    assert await site.store.due(NOW + 2 * HOUR, 10) == []
    house.offered.clear()
    solved = TicketChange(status="solved", force=True)
    await house.commands.change_ticket(mira, child.id, solved, NOW + 3 * HOUR)
    assert await site.elapsing.sweep(NOW + 3 * HOUR) == 1
    assert (await house.ticket(1)).state == "fixed"


async def test_a_parent_that_waited_moves_when_its_children_are_done(house, site, mira):
    parent, child = await looking(house, site, mira, 2)
    await site.links.add(mira, child.id, "parent", parent.id, NOW)
    await house.commands.change_ticket(mira, child.id, TicketChange(state="vendor"), NOW)
    await site.timers.handle(house.offered)
    await site.elapsing.sweep(NOW + 2 * HOUR)
    house.offered.clear()
    solved, late = TicketChange(status="solved"), NOW + 2 * HOUR
    await house.commands.change_ticket(mira, child.id, solved, late)
    await Family(house.collections, house.events).handle(house.offered)
    await site.timers.handle(await house.events.for_ticket(parent.id, limit=1))
    assert await site.elapsing.sweep(late) == 1


async def test_one_that_fails_holds_up_nobody(house, site, mira, monkeypatch):
    first, *_ = await looking(house, site, mira, 3)
    save, tried = TimerStore.save, []

    async def broken(self, session, ticket):
        if ticket.id == first.id:
            tried.append(ticket.id)
            raise RuntimeError("it cannot be written")
        await save(self, session, ticket)

    monkeypatch.setattr(TimerStore, "save", broken)
    assert await site.elapsing.sweep(NOW + 2 * HOUR) == 2
    assert await site.elapsing.sweep(NOW + 2 * HOUR) == 0
    assert len(tried) == 1


def a_view(*all_of, **more):
    values = {"id": "v", "version": 1, "name": "Mine", "reach": "personal", "owner_id": "a"}
    return SavedView(**(values | more), all_of=all_of, created_at=NOW, updated_at=NOW)


async def test_what_roles_and_views_name_goes_only_by_a_successor(house, mongo, site):
    roles, views = mongo.collection("roles", Role), mongo.collection("saved_views", SavedView)
    await site.put(a_type(id="old"), a_type(id="new"), a_field("serial"), a_field("number"))
    rules = {"fields.serial": "masked", "fields.number": "hidden"}
    await roles.insert(Role(id="r", name="Repairers", type_ids=("old", "new"), fields=rules))
    asked = (OneOf(field="type", values=("old",)), OneOf(field="fields.serial", values=("1",)))
    await views.insert(a_view(*asked, columns=("fields.serial", "subject")))
    for kind, id in (("type", "old"), ("field", "serial")):
        with pytest.raises(Refused, match="the role Repairers, somebody's own view: say what"):
            await site.commands.delete(LENA, kind, id, "", NOW)
    await site.commands.delete(LENA, "type", "old", "new", NOW)
    await site.commands.delete(LENA, "field", "serial", "number", NOW)
    role, view = await roles.get("r"), await views.get("v")
    assert (role.type_ids, role.fields) == (("new",), {"fields.number": "hidden"})
    assert (role.version, view.version) == (2, 3)
    assert [one.field for one in view.all_of] == ["type", "fields.number"]
    assert view.all_of[0].values == ("new",)
    assert view.columns == ("fields.number", "subject")
