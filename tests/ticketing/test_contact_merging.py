"""Contacts that are one person: what goes over, and that it comes back exactly."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.events import SenderId
from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT, SMS
from ticketing.errors import Refused, Stale
from ticketing.model import Block, Consent
from ticketing.people.amendments import moved_on
from ticketing.people.duplicates import duplicates
from ticketing.people.identity import new_contact, point_of, with_points
from ticketing.people.merging.handlers import ContactMerging
from ticketing.people.merging.model import ContactMerge
from ticketing.people.merging.policy import facets, merged, unmerged
from ticketing.people.merging.store import MergeStore
from ticketing.people.store import PeopleStore
from ticketing.people.visibility import Visible
from ticketing.transactions import Transactions

HOUR = timedelta(hours=1)
LATER = NOW + 5 * HOUR
STAMPS = {"version": 0, "updated_at": NOW}


def like(contact):
    """What a contact is, but for when it was changed last."""
    return replace(contact, **STAMPS)


def a_contact(id, *values, **fields):
    senders = [SenderId(family="telegram", value=value) for value in values]
    return replace(new_contact(id, senders, fields.pop("name", id), "", NOW), **fields)


@pytest.fixture
def merging(house):
    return ContactMerging(
        MergeStore(house.collections),
        Visible(PeopleStore(house.collections)),
        Transactions(house.collections, house.events, house.offered.extend),
    )


async def two_people(house):
    """Ana on the chat line, Ben on the SMS line, a ticket each."""
    await house.events_in(CHAT, said(sender="1", thread="one"))
    await house.events_in(SMS, said(sender="2", thread="two", id="m2", sender_name="Ben"))
    people = {one.name: one for one in await house.collections.contacts.find({}, limit=10)}
    return people["Ana"], people["Ben"]


async def state(house):
    """Everything that a merge touches, without versions and dates of change."""
    kinds = house.collections
    people = await kinds.contacts.find({}, limit=100)
    tickets = await kinds.tickets.find({}, limit=100)
    told = await kinds.conversations.find({}, limit=100)
    return (
        {one.id: like(one) for one in people},
        {one.id: (one.contact_id, one.contact_name, one.number) for one in tickets},
        {one.id: (one.contact_id, one.ticket_id) for one in told},
    )


async def test_all_goes_over_and_comes_back(house, merging, mira):
    ana, ben = await two_people(house)
    before = await state(house)
    preview = await merging.preview(mira, ana.id, ben.id, LATER)
    assert (preview.tickets, preview.conversations) == (1, 1)
    assert [(one.field, one.kept, one.lost) for one in preview.conflicts] == [
        ("name", "Ana", "Ben")
    ]
    merge = await merging.merge(mira, ana.id, ben.id, LATER)
    again = await merging.merge(mira, ana.id, ben.id, LATER + HOUR)
    assert again == merge
    people, tickets, told = await state(house)
    assert people[ana.id].point_keys == ("telegram:1", "telegram:2")
    assert (people[ben.id].points, people[ben.id].merged_into) == ((), ana.id)
    assert {who for who, _, _ in tickets.values()} == {ana.id}
    assert {who for who, _ in told.values()} == {ana.id}
    apart = await merging.undo(mira, merge.id, LATER + HOUR)
    assert (apart.kept, await state(house)) == ((), before)
    with pytest.raises(Refused, match="already"):
        await merging.undo(mira, merge.id, LATER + HOUR)


async def test_open_tickets_follow_into_the_organisation_and_back(house, merging, mira):
    """It decides who sees them."""
    ana, ben = await two_people(house)
    kinds = house.collections
    await kinds.contacts.replace_many([replace(ben, organisation_id="ours")])
    merge = await merging.merge(mira, ana.id, ben.id, LATER)
    assert [one.organisation_id for one in await house.tickets()] == ["ours", "ours"]
    await merging.undo(mira, merge.id, LATER + HOUR)
    assert [one.organisation_id for one in await house.tickets()] == ["", "ours"]


async def test_what_came_since_is_the_source_s(house, merging, mira):
    ana, ben = await two_people(house)
    merge = await merging.merge(mira, ana.id, ben.id, LATER)
    await house.events_in(
        SMS, said("new", sender="2", thread="three", id="m3", at=LATER + HOUR), at=LATER + HOUR
    )
    new = await house.ticket(3)
    assert new.contact_id == ana.id
    await merging.undo(mira, merge.id, LATER + 2 * HOUR)
    assert [one.contact_id for one in await house.tickets()] == [ana.id, ben.id, ben.id]


async def test_what_was_changed_since_stays_and_is_named(house, merging, mira):
    ana, ben = await two_people(house)
    await house.collections.contacts.replace_many([replace(ben, language="de")])
    merge = await merging.merge(mira, ana.id, ben.id, LATER)
    now = await house.collections.contacts.get(ana.id)
    assert now.language == "de"
    changed = with_points(replace(now, language="fr"), now.points[:1])
    await house.collections.contacts.replace_many([changed])
    apart = await merging.undo(mira, merge.id, LATER + HOUR)
    assert apart.kept == ("language", "point:telegram:2")
    assert (apart.target.language, apart.source.language) == ("fr", "de")


async def test_a_chain_is_taken_back_from_its_end(house, merging, mira):
    ana, ben = await two_people(house)
    await house.events_in(CHAT, said(sender="3", thread="c", id="m9", sender_name="Cho"))
    people = {one.name: one for one in await house.collections.contacts.find({}, limit=10)}
    before = await state(house)
    first = await merging.merge(mira, ben.id, ana.id, LATER)
    second = await merging.merge(mira, people["Cho"].id, ben.id, LATER + HOUR)
    with pytest.raises(Refused, match="undo that first"):
        await merging.undo(mira, first.id, LATER + 2 * HOUR)
    await merging.undo(mira, second.id, LATER + 2 * HOUR)
    await merging.undo(mira, first.id, LATER + 3 * HOUR)
    assert await state(house) == before


async def test_a_stale_screen_merges_nobody(house, merging, mira):
    ana, ben = await two_people(house)
    with pytest.raises(Stale):
        await merging.merge(mira, ana.id, ben.id, LATER, versions=(ana.version, ben.version + 1))
    with pytest.raises(Refused, match="itself"):
        await merging.merge(mira, ana.id, ana.id, LATER)


async def test_nobody_merges_what_they_do_not_see_whole(house, merging, chat_only):
    ana, ben = await two_people(house)
    await house.collections.tickets.update_many(
        {"contact_id": ben.id}, {"$set": {"contact_id": ana.id}}
    )
    await house.collections.conversations.update_many(
        {"contact_id": ben.id}, {"$set": {"contact_id": ana.id}}
    )
    with pytest.raises(Refused, match="not yours"):
        await merging.merge(chat_only, ana.id, ben.id, LATER)


async def test_what_began_while_it_was_merged_is_brought_after(house, merging, mira):
    ana, ben = await two_people(house)
    merge = await merging.merge(mira, ana.id, ben.id, LATER)
    # a transaction that read the old contact before the merge and committed after it
    where = {"contact_id": ana.id, "channel": "sms"}
    await house.collections.conversations.update_many(where, {"$set": {"contact_id": ben.id}})
    await house.collections.tickets.update_many(where, {"$set": {"contact_id": ben.id}})
    assert await merging.bring_all_after(NOW) == 2
    assert {one.contact_id for one in await house.tickets()} == {ana.id}
    await merging.undo(mira, merge.id, LATER + HOUR)
    assert [one.contact_id for one in await house.tickets()] == [ana.id, ben.id]


async def test_ingest_and_merge_at_once_lose_nobody(house, merging, mira):
    ana, ben = await two_people(house)
    writing = (
        house.events_in(SMS, said("x", sender="2", thread=f"t{n}", id=f"r{n}", at=LATER))
        for n in range(4)
    )
    await asyncio.gather(merging.merge(mira, ana.id, ben.id, LATER), *writing)
    await merging.bring_all_after(NOW)
    assert {one.contact_id for one in await house.tickets()} == {ana.id}
    assert len(await house.messages()) == 6


VALUES = st.sampled_from(["", "de", "fr"])
PEOPLE = st.builds(
    lambda language, zone, vip, attributes, consents, block: {
        "language": language,
        "time_zone": zone,
        "vip": vip,
        "attributes": attributes,
        "consents": tuple(
            Consent(purpose=name, granted=granted, at=NOW + n * HOUR)
            for name, (granted, n) in consents.items()
        ),
        "block": Block(at=NOW, by="agent-mira") if block else None,
    },
    VALUES,
    st.sampled_from(["", "Europe/Zurich"]),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["x", 1, True]), max_size=3),
    st.dictionaries(
        st.sampled_from("pqr"), st.tuples(st.booleans(), st.integers(0, 3)), max_size=3
    ),
    st.booleans(),
)
STEP = st.tuples(st.sampled_from(["merge", "undo"]), st.integers(0, 4), st.integers(0, 4))
STEPS = st.lists(STEP, max_size=12)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=st.lists(PEOPLE, min_size=2, max_size=5), steps=STEPS)
def test_any_sequence_of_merges_is_taken_back_exactly(people, steps):
    """Merges and undos in any order that is allowed; all undone, everybody is who they were."""
    now = {f"c{n}": a_contact(f"c{n}", f"p{n}", **fields) for n, fields in enumerate(people)}
    were = {id: like(one) for id, one in now.items()}
    standing: list[ContactMerge] = []
    for what, one, other in steps:
        source, target = f"c{one % len(now)}", f"c{other % len(now)}"
        if what == "merge":
            _merge(now, standing, source, target)
        elif standing:
            _undo(now, standing, standing[one % len(standing)])
        points = sorted(key for contact in now.values() for key in contact.point_keys)
        assert len({key for key in points if not key.startswith("-|")}) == len(now)
    while standing:
        _undo(now, standing, standing[-1])
    assert {id: like(one) for id, one in now.items()} == were


def _merge(now, standing, source, target):
    try:
        emptied, grown = merged(now[source], now[target], LATER)
    except Refused:
        return
    merge = ContactMerge(
        id=f"m{len(standing)}", source_id=source, target_id=target, source=now[source],
        before=now[target], after=grown, by="agent-mira", by_name="Mira Okafor", at=LATER,
    )  # fmt: skip
    standing.append(merge)
    now[source], now[target] = emptied, grown


def _undo(now, standing, merge):
    """As the handler: refused while the target is merged away itself."""
    newest = [one for one in standing if one.target_id == merge.target_id][-1]
    if now[merge.target_id].merged_into is not None or newest is not merge:
        return
    apart = unmerged(merge, now[merge.source_id], now[merge.target_id], LATER)
    assert apart.kept == ()
    now[merge.source_id], now[merge.target_id] = apart.source, apart.target
    standing.remove(merge)


def reached(id, name, *addresses):
    points = [point_of(SenderId(family=family, value=value)) for family, value in addresses]
    return with_points(a_contact(id, name=name), points)


def test_what_speaks_for_the_same_person():
    ana = reached("a", "Ana Berg", ("tel", "+41790001122"), ("mailto", "ana@x.example"))
    same = reached("b", "Berg, Ana", ("whatsapp", "41790001122"))
    tagged = reached("c", "?", ("mailto", "ana+shop@x.example"))
    gone = replace(same, id="d", merged_into="a")
    other = a_contact("e", name="Ana")
    found = duplicates(ana, [other, tagged, gone, same, ana])
    assert [(one.contact.id, one.reasons) for one in found] == [
        ("b", ("number", "name")),
        ("c", ("address",)),
    ]


def test_facets_leave_out_what_is_not_set():
    assert facets(moved_on(a_contact("a", "1", name="Ana"), LATER)) == {"name": "Ana"}


def test_a_block_and_a_withdrawal_noted_since_hold_for_both():
    agreed = Consent(purpose="marketing", granted=True, at=NOW)
    ana = a_contact("ana", "1", consents=(agreed,))
    ben = a_contact("ben", "2", consents=(agreed,))
    emptied, united = merged(ben, ana, NOW)
    merge = ContactMerge(
        id="m", source_id=ben.id, target_id=ana.id, source=ben, before=ana, after=united,
        by="mira", by_name="Mira Okafor", at=NOW,
    )  # fmt: skip
    withdrawn = Consent(purpose="marketing", granted=False, at=LATER)
    block = Block(at=LATER, by="mira", reason="abuse")
    since = replace(united, consents=(withdrawn,), block=block)
    apart = unmerged(merge, emptied, since, LATER)
    for one in (apart.source, apart.target):
        assert (one.consents, one.block) == ((withdrawn,), block)
    unchanged = unmerged(merge, emptied, united, LATER)
    assert (unchanged.source.consents, unchanged.source.block) == ((agreed,), None)


def test_what_was_learnt_since_stays_and_is_named():
    source, target = a_contact("s", "1"), a_contact("t", "2")
    emptied, grown = merged(source, target, NOW)
    merge = ContactMerge(
        id="m", source_id="s", target_id="t", source=source, before=target, after=grown,
        by="mira", by_name="Mira", at=NOW,
    )  # fmt: skip
    gained = point_of(SenderId(family="tel", value="+41790001122"))
    granted = Consent(purpose="marketing", granted=True, at=LATER)
    withdrawn = Consent(purpose="calls", granted=False, at=LATER)
    now = replace(with_points(grown, (*grown.points, gained)), consents=(granted, withdrawn))
    apart = unmerged(merge, emptied, now, LATER)
    assert apart.kept == ("consents.marketing", "consents.calls", f"point:{gained.key}")
    assert gained in apart.target.points
    assert apart.target.consents == (granted, withdrawn)
    assert apart.source.consents == (
        withdrawn,
    )  # no word against it is lost, no word for it doubled
