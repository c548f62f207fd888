"""The index only proposes: what it remembers wrongly is neither found nor shown."""

from datetime import timedelta

import pytest

from tests.ticketing.builders import NOW, a_mail, said
from tests.ticketing.conftest import CHAT
from ticketing.bulk.model import Listed
from ticketing.bulk.selecting import ListSelection
from ticketing.errors import Refused
from ticketing.reading.store import ReadingStore
from ticketing.search.finding import Search
from ticketing.search.words import Candidate, Proposed

LATER = NOW + timedelta(days=2)


class Stubborn:
    """Proposes the same whatever is asked, as an index would that never hears of changes."""

    def __init__(self, messages, complete=True, **wrong):
        self.candidates = [
            Candidate(
                **{
                    "id": one.id,
                    "ticket_id": one.ticket_id,
                    "inbox_id": one.inbox_id,
                    "received_at": one.received_at,
                }
                | wrong
            )
            for one in messages
        ]
        self.complete = complete

    async def propose(self, request):
        return Proposed(candidates=self.candidates, complete=self.complete)


async def find(house, viewer, query, index):
    search = Search(ReadingStore(house.collections), index, house.reading)
    return await search.find(viewer, query, scope="all", cursor=None, limit=10, now=LATER)


@pytest.fixture
async def proposed(house):
    await house.mail_in(a_mail(text="A confidential zip"))
    return await house.messages()


async def test_what_says_it_no_longer(house, mira, proposed):
    index = Stubborn(proposed)
    assert len((await find(house, mira, "confidential", index)).items) == 1
    change = {"$set": {"text": "A stove", "reply_text": "A stove"}}
    await house.collections.messages.update({"_id": proposed[0].id}, change)
    assert (await find(house, mira, "confidential", index)).items == []


async def test_what_is_gone(house, mira, proposed):
    index = Stubborn(proposed)
    await house.collections.messages.delete({"_id": proposed[0].id})
    assert (await find(house, mira, "zip", index)).items == []
    assert (await find(house, mira, "zip", Stubborn(proposed, ticket_id="none"))).items == []


async def test_what_was_never_sent(house, mira, proposed):
    index = Stubborn(proposed)
    change = {"$set": {"delivery": {"state": "cancelled"}}}
    await house.collections.messages.update({"_id": proposed[0].id}, change)
    assert (await find(house, mira, "zip", index)).items == []


async def test_a_job_takes_no_part_for_the_whole(house, mira, proposed):
    """A search that may miss tickets ends it with words."""
    index = Stubborn(proposed, complete=False)
    search = Search(ReadingStore(house.collections), index, house.reading)
    with pytest.raises(Refused, match="still being built"):
        await ListSelection(None, search).page(mira, Listed(q="zip"), None, LATER)


async def test_what_is_in_another_ticket_by_now(house, chat_only, mira, proposed):
    """It was in a ticket that the viewer sees, and is in one that they do not."""
    await house.events_in(CHAT, said("hello", id="1", thread="a", sender="1", at=NOW))
    visible = await house.ticket(2)
    index = Stubborn(proposed, ticket_id=visible.id, inbox_id=CHAT)
    assert (await find(house, chat_only, "zip", index)).items == []
    (hit,) = (await find(house, mira, "zip", index)).items
    assert (hit.row.ticket.number, hit.message_id) == (1, proposed[0].id)


async def test_that_some_may_be_missing_is_told(house, mira, proposed):
    assert (await find(house, mira, "zip", Stubborn(proposed))).complete
    assert not (await find(house, mira, "zip", Stubborn(proposed, complete=False))).complete
    assert not (await find(house, mira, "zip", Stubborn([], complete=False))).complete


async def test_many_of_one_millisecond(house, mira):
    """More than a batch holds: pages leave none out."""
    for n in range(70):
        await house.events_in(CHAT, said("lamp", id=str(n), thread=f"t{n}", sender=str(n), at=NOW))
    seen, cursor = [], None
    for _ in range(3):
        page = await house.search.find(
            mira, "lamp", scope="all", cursor=cursor, limit=30, now=LATER
        )
        seen += [hit.row.ticket.number for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == list(range(1, 71))
