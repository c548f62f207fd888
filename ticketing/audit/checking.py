"""Proves that nothing that was sealed is missing or altered, in the store or in an export."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from ticketing.audit.chain import ChainBroken, check, is_late, moment_of, sum_of
from ticketing.audit.model import START, Block, Source, Verdict
from ticketing.audit.store import SOURCES, AuditStore

COUNTED = timedelta(days=366)  # older facts that wait for their block are not counted


class Documents(Protocol):
    """Where a block's facts are looked up."""

    async def documents(self, source: Source, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Stored documents by id."""


class Tally:
    """What a walk over the blocks has found so far; of the ``whole`` chain, or of a part."""

    def __init__(self, *, whole: bool, since: datetime | None = None) -> None:
        self._whole = whole
        self._since = since
        self.last: Block | None = None
        self.facts = 0
        self.late = 0
        self.since = 0  # of these facts, how many happened since the moment that is asked about

    def verdict(self, problem: str = "", unsealed: int = 0) -> Verdict:
        """As far as it came."""
        return Verdict(
            blocks=self.last.seq if self.last else 0,
            facts=self.facts,
            head=self.last.sum if self.last else START,
            unsealed=unsealed,
            late=self.late,
            problem=problem,
        )

    async def take(self, block: Block, documents: Documents) -> None:
        """Raises ChainBroken when the block or one of its facts is not what was sealed."""
        if self._whole and self.last is None and block.seq > 1:
            raise ChainBroken("block 1 is missing")
        check(self.last, block)
        for source in SOURCES:
            sums = {one.id: one.sum for one in block.entries if one.source == source}
            found = await documents.documents(source, list(sums)) if sums else {}
            for id, wanted in sums.items():
                self._compare(block, source, id, wanted, found.get(id))
        self.last = block
        self.facts += len(block.entries)

    def _compare(
        self, block: Block, source: Source, id: str, wanted: str, found: Mapping[str, Any] | None
    ) -> None:
        place = f"{source}/{id}, sealed in block {block.seq}"
        if found is None:
            raise ChainBroken(f"{place}, is missing")
        if sum_of(found) != wanted:
            raise ChainBroken(f"{place}, was changed")
        at = moment_of(found)
        self.late += is_late(at, block.sealed_at)
        self.since += self._since is not None and at >= self._since


async def verify(store: AuditStore, now: datetime, head: str = "") -> Verdict:
    """The whole chain of a site. ``head`` is one that was noted down earlier: it must still be in
    the chain, or somebody cut it off behind it.
    """
    since = now - COUNTED
    tally, seen = Tally(whole=True, since=since), not head
    try:
        async for block in store.blocks():
            await tally.take(block, store)
            seen = seen or block.sum == head
    except ChainBroken as error:
        return tally.verdict(str(error))
    if not seen:
        return tally.verdict(f"the chain does not hold the block {head}")
    return tally.verdict(unsealed=max(0, await store.count(since, now) - tally.since))


class Exported:
    """The facts of one block of an export."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Mapping[str, Any]] = {}

    def add(self, source: str, document: Mapping[str, Any]) -> None:
        """As the file gives them."""
        self._found[source, str(document["_id"])] = document

    async def documents(self, source: Source, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Of this block."""
        return {id: self._found[source, id] for id in ids if (source, id) in self._found}


async def verify_lines(lines: Iterator[Mapping[str, Any]]) -> Verdict:
    """An export, line by line: each block stands before its facts. msgspec.ValidationError."""
    tally, block, facts = Tally(whole=False), None, Exported()
    try:
        for line in lines:
            if "block" in line:
                if block is not None:
                    await tally.take(block, facts)
                block, facts = msgspec.convert(line["block"], Block), Exported()
            else:
                facts.add(line["source"], line["document"])
        if block is not None:
            await tally.take(block, facts)
    except ChainBroken as error:
        return tally.verdict(str(error))
    return tally.verdict()


async def exported(
    store: AuditStore, since: datetime, until: datetime
) -> AsyncIterator[dict[str, Any]]:
    """Lines of an export: the blocks that hold facts of [since, until), those between them, and
    the facts of all these.
    """
    wanted = [
        block.seq async for block in store.blocks() if block.until >= since and block.since < until
    ]
    if not wanted:
        return
    async for block in store.blocks(wanted[0]):
        if block.seq > wanted[-1]:
            return
        yield {"block": block}
        for source in SOURCES:
            ids = [one.id for one in block.entries if one.source == source]
            for document in (await store.documents(source, ids)).values():
                yield {"source": source, "document": document}
