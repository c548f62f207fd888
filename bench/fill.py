"""Fills a site's database, so that lists and searches have something to read.

Stored tickets and messages are multiplied as documents: what is measured afterwards is reading.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import msgspec

from bench import samples
from storage.ids import derived_id, new_id, utc_now

# A thousand messages in one insert pin so much of the embedded server's cache that it may hang.
BATCH = 100
RARE_EVERY = 5_000  # messages to one that holds the rare word


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """What is there now, and words to look for."""

    tickets: int
    messages: int
    rare: str
    two: str


async def fill(db: Any, tickets: int, messages: int) -> Filled:  # noqa: ANN401  the driver's
    """Multiply what is stored until there are so many open tickets and messages in all."""
    there = await db["tickets"].find({"open": True}).sort("activity_at", -1).to_list(200)
    said = await db["messages"].find({"direction": "in"}).limit(200).to_list(200)
    more_tickets = max(0, tickets - await db["tickets"].count_documents({"open": True}))
    made = list(_tickets(there, more_tickets))
    await _insert(db["tickets"], iter(made))
    more_messages = max(0, messages - await db["messages"].count_documents({}))
    for ids in await _insert(db["messages"], _messages(said, made or there, more_messages)):
        now = utc_now()
        await db["search_feed"].insert_one({"_id": new_id(now), "at": now, "message_ids": ids})
    return Filled(
        tickets=await db["tickets"].count_documents({"open": True}),
        messages=await db["messages"].count_documents({}),
        rare="zirconium",
        two="canister bolzano",
    )


def _tickets(patterns: list[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    for index, pattern in enumerate(islice(cycle(patterns), count)):
        moment = pattern["activity_at"] - timedelta(seconds=30 * index)
        yield pattern | {
            "_id": derived_id("bench ticket", str(index)),
            "number": 1_000_000 + index,
            "created_at": moment,
            "updated_at": moment,
            "activity_at": moment,
        }


def _messages(
    patterns: list[dict[str, Any]], tickets: list[dict[str, Any]], count: int
) -> Iterator[dict[str, Any]]:
    for index, (pattern, ticket) in enumerate(islice(zip(cycle(patterns), cycle(tickets)), count)):
        text = samples.words(index, 40) + (" zirconium" if index % RARE_EVERY == 0 else "")
        yield pattern | {
            "_id": derived_id("bench message", str(index)),
            "native_id": f"filled-{index}",
            "journal_id": f"filled-{index}",
            "ticket_id": ticket["_id"],
            "occurred_at": ticket["activity_at"],
            "received_at": ticket["activity_at"],
            "text": text,
            "reply_text": text,
            "files": [],
        }


async def _insert(
    collection: Any,  # noqa: ANN401  the driver's
    documents: Iterator[dict[str, Any]],
) -> list[list[str]]:
    """The ids, batch by batch."""
    ids = []
    while batch := list(islice(documents, BATCH)):
        await collection.insert_many(batch, ordered=False)
        ids.append([one["_id"] for one in batch])
    return ids
