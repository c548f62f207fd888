"""How facts are summed and blocks follow from one another; pure."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ticketing.audit.model import START, Block, Sealed

LATE = timedelta(hours=1)

_encoder = msgspec.json.Encoder(order="deterministic")


class ChainBroken(Exception):
    """A block does not follow from the one before, or is not what its sum says."""


def sum_of(document: Mapping[str, Any]) -> str:
    """Of a stored document, whatever fields a newer writer gave it."""
    return hashlib.sha256(_encoder.encode(document)).hexdigest()


def block_after(
    prev: Block | None, entries: Sequence[tuple[datetime, Sealed]], now: datetime
) -> Block:
    """The next block; ``entries`` in the order of their moments, at least one."""
    moments = [moment for moment, _ in entries]
    block = Block(
        seq=prev.seq + 1 if prev else 1,
        prev=prev.sum if prev else START,
        sum="",
        sealed_at=now,
        since=min(moments),
        until=max(moments),
        entries=tuple(entry for _, entry in entries),
    )
    return msgspec.structs.replace(block, sum=_sum(block))


def check(prev: Block | None, block: Block) -> None:
    """Raises ChainBroken. With ``prev`` None the block may be any, as in a part of the chain."""
    if block.sum != _sum(block):
        raise ChainBroken(f"block {block.seq} was changed")
    if prev is not None and block.seq != prev.seq + 1:
        raise ChainBroken(f"block {prev.seq + 1} is missing")
    if prev is not None and block.prev != prev.sum:
        raise ChainBroken(f"block {block.seq} does not follow from the one before it")
    if block.seq == 1 and block.prev != START:
        raise ChainBroken("the first block claims one before it")


def moment_of(document: Mapping[str, Any]) -> datetime:
    """When the fact happened, of a stored document or of an exported one."""
    at = document["at"]
    return at if isinstance(at, datetime) else datetime.fromisoformat(at)


def is_late(at: datetime, sealed_at: datetime) -> bool:
    """Whether a fact of this moment was sealed much later than it says it happened."""
    return sealed_at - at > LATE


def _sum(block: Block) -> str:
    content = msgspec.to_builtins(block, builtin_types=(datetime,))
    del content["sum"]
    return sum_of(content)
