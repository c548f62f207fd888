"""Waiting until what is stored can be found by its words."""

import asyncio
import time
from pathlib import Path
from typing import Any

from storage.ids import moment_of
from ticketing.search.shelf import Shelf

WITHIN_S = 30.0


async def indexed(db: Any, data_dir: Path, within_s: float = WITHIN_S) -> None:
    """Every change that is committed by now has reached the index of words of a site."""
    shelf = Shelf(data_dir / "search" / db.name)
    end = time.monotonic() + within_s
    while await db["untold_events"].find_one({}) is not None:
        await _patiently(end, "events are still untold")
    fed = [one["_id"] async for one in db["search_feed"].find({}, {"_id": 1})]
    while not _holds(shelf, max(fed, default="")):
        await _patiently(end, f"the index is not up to date: {shelf.state()}")


async def _patiently(end: float, why: str) -> None:
    """Without asyncio.timeout, whose cancellation the database driver may swallow."""
    assert time.monotonic() < end, why
    await asyncio.sleep(0.02)


def _holds(shelf: Shelf, newest: str) -> bool:
    state = shelf.state()
    if state is None or state.cursor.built is not None:
        return False
    return not newest or state.cursor.fed >= moment_of(newest)
