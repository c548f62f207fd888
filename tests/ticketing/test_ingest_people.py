"""Whose a message is: verified addresses, organisations of mail domains, who is not listened to."""

from datetime import timedelta

from msgspec.structs import replace

from connectors.events import SenderId, SenderTrust
from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT
from ticketing.amendments import TicketChange
from ticketing.facts import is_unheard
from ticketing.model import Block
from ticketing.people.identity import new_contact, with_points

HOUR = timedelta(hours=1)
PROVEN = SenderTrust(verdict="pass", source="computed", domain="x.example", dmarc="pass")
ANA = SenderId(family="mailto", value="ana@x.example")


async def enter(house, *, verified, **changes):
    """A contact that somebody typed in."""
    made = new_contact("typed-in", (ANA,), "Typed In", "", NOW)
    made = replace(
        with_points(made, [replace(p, verified=verified) for p in made.points]), **changes
    )
    await house.collections.contacts.insert(made)
    return made


async def everybody(house):
    found = await house.collections.contacts.find({}, limit=100)
    return {one.name: one for one in found}


async def test_a_verified_address_brings_its_messages(house):
    await enter(house, verified=True)
    await house.mail_in(a_mail())
    assert [one.contact_id for one in await house.tickets()] == ["typed-in"]


async def test_an_address_that_nobody_verified_is_its_users(house):
    await enter(house, verified=False)
    await house.mail_in(a_mail())
    people = await everybody(house)
    (ticket,) = await house.tickets()
    assert ticket.contact_id == people["Ana"].id != "typed-in"
    assert people["Ana"].point_keys == ("mailto:ana@x.example",)
    assert people["Typed In"].points == ()
    (told,) = await house.events.for_ticket("typed-in")
    assert [(one.field, one.after) for one in told.changes] == [
        ("point:mailto:ana@x.example", None)
    ]


async def test_two_people_without_addresses_can_be_stored(house):
    await enter(house, verified=False)
    await house.mail_in(a_mail())
    other = with_points(new_contact("other", (), "Other", "", NOW), ())
    assert await house.collections.contacts.insert(other)


async def test_a_proven_mail_domain_brings_its_organisation(house):
    house.organisations = {"x.example": "org-1"}
    await house.mail_in(a_mail())
    house.senders["*"] = PROVEN
    await house.mail_in(a_mail(id="two@x.example", sender="Ben <ben@x.example>"), at=NOW + HOUR)
    people = await everybody(house)
    assert (people["Ana"].organisation_id, people["Ben"].organisation_id) == ("", "org-1")
    assert [one.organisation_id for one in await house.tickets()] == ["", "org-1"]


async def blocked(house, contact_id):
    await house.collections.contacts.update(
        {"_id": contact_id}, {"$set": {"block": {"at": NOW, "by": "agent-mira", "reason": "abuse"}}}
    )


async def test_who_is_blocked_is_kept_and_nobody_is_told(house):
    await enter(house, verified=True, block=Block(at=NOW, by="agent-mira", reason="abuse"))
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="two@x.example", refs=("root@x.example",)), at=NOW + HOUR)
    (ticket,) = await house.tickets()
    assert (ticket.status, ticket.open, ticket.blocked) == ("closed", False, True)
    assert (ticket.message_count, ticket.in_count, ticket.waiting_since) == (2, 0, None)
    assert [one.warnings for one in await house.messages()] == [("sender-blocked",)] * 2
    events = [one for one in house.offered if one.kind == "message.received"]
    assert [is_unheard(one) for one in events] == [True, True]


async def test_a_solved_ticket_of_somebody_blocked_stays_solved(house, mira):
    await house.events_in(CHAT, said())
    (ticket,) = await house.tickets()
    await house.commands.change_ticket(mira, ticket.id, TicketChange(status="solved"), NOW + HOUR)
    await blocked(house, ticket.contact_id)
    await house.events_in(CHAT, said("again", id="m2", at=NOW + 2 * HOUR))
    (after,) = await house.tickets()
    assert (after.status, after.message_count, after.in_count) == ("solved", 2, 1)


async def test_a_blocked_address_silences_itself_alone(house):
    made = await enter(house, verified=True)
    points = [replace(point, blocked=True) for point in made.points]
    await house.collections.contacts.replace_many([with_points(made, points)])
    await house.mail_in(a_mail())
    assert (await house.ticket(1)).blocked
    await house.events_in(CHAT, said())
    assert not (await house.ticket(2)).blocked


async def test_who_is_listened_to_again_begins_anew(house):
    made = await enter(house, verified=True, block=Block(at=NOW, by="agent-mira"))
    await house.mail_in(a_mail())
    await house.collections.contacts.replace_many([replace(made, block=None)])
    await house.mail_in(a_mail(id="two@x.example", refs=("root@x.example",)), at=NOW + HOUR)
    first, second = await house.tickets()
    assert (first.status, second.status, second.follow_up_of) == ("closed", "new", first.id)
