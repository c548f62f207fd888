from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.ticketing.builders import NOW, said
from tests.ticketing.conftest import CHAT, SMS
from ticketing.links.handlers import Links
from ticketing.links.store import LinkStore
from ticketing.transactions import Transactions

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True, params=["joined", "apart"])
def reading(request, house):
    """What stands around a ticket, by one command where the database takes it, or by several."""
    house.mongo.joins_reads = request.param == "joined"


@pytest.fixture
async def around(house, mira):
    """#1, a word by chat that waits for #3 and is related to #2; #2 is of another inbox."""
    await house.events_in(CHAT, said("Tent", id="1", thread="t1", sender="1", at=NOW))
    await house.events_in(SMS, said("Pole", id="2", thread="t2", sender="2", at=NOW + HOUR))
    await house.events_in(CHAT, said("Peg", id="3", thread="t3", sender="3", at=NOW + HOUR))
    tickets = await house.tickets()
    transactions = Transactions(house.collections, house.events, house.offered.extend)
    links = Links(LinkStore(house.collections), transactions)
    await links.add(mira, tickets[0].id, "related", tickets[1].id, NOW)
    await links.add(mira, tickets[0].id, "child", tickets[2].id, NOW + HOUR)
    return await house.tickets()


async def test_a_whole_ticket_has_all_that_stands_around_it(house, mira, around):
    one, two, three = around
    await house.collections.tickets.replace_many(
        [replace(one, suggested_ticket_id=two.id), replace(three, follow_up_of=one.id)]
    )
    whole = await house.reading.whole(mira, one.id)
    assert whole.unread
    assert whole.contact.id == one.contact_id
    assert [item.ticket_id for item in whole.conversations] == [one.id]
    assert [(item.link.kind, item.other.number) for item in whole.links] == [
        ("related", 2),
        ("child", 3),
    ]
    assert whole.suggested.number == 2
    assert [item.number for item in whole.follow_ups] == [3]
    assert (whole.merged_into, whole.follow_up_of) == (None, None)
    await house.reading.mark_read(mira, one.id, NOW)
    assert not (await house.reading.whole(mira, one.id)).unread


async def test_nothing_of_a_hidden_inbox_stands_around_it(house, chat_only, around):
    one, two, _ = around
    await house.collections.tickets.replace_many([replace(one, suggested_ticket_id=two.id)])
    whole = await house.reading.whole(chat_only, one.id)
    assert [item.other.number for item in whole.links] == [3]
    assert whole.suggested is None


async def test_a_solved_one_that_was_merged_away_tells_where_it_went(house, mira, around):
    one, two, _ = around
    await house.join(mira, one.id, two.id, NOW + 2 * HOUR)
    whole = await house.reading.whole(mira, one.id)
    assert whole.merged_into.number == 2
    assert whole.conversations == []
    assert len((await house.reading.whole(mira, two.id)).conversations) == 2
