"""``parley audit verify`` and ``parley audit export``."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from config.settings import load
from gateway.commands.exits import WRONG_ARGUMENTS
from gateway.commands.noting import note_export
from gateway.endpoints import reachable
from storage.ids import utc_now
from storage.mongo import Mongo
from ticketing.audit.checking import exported, verify, verify_lines
from ticketing.audit.model import Verdict
from ticketing.audit.store import AuditStore
from ticketing.reading.windows import FLOOR

ResultT = TypeVar("ResultT")


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Of which time."""

    since: datetime
    until: datetime


def check(arguments: argparse.Namespace) -> int:
    """0: whole; 1: something is missing or altered, and it is named."""
    try:
        verdict = _file(arguments.file) if arguments.file else asyncio.run(_site(arguments.head))
    except (OSError, msgspec.DecodeError, KeyError) as error:
        print(f"parley audit: {arguments.file} is no export: {error}", file=sys.stderr)
        return 1
    if verdict.problem:
        print(f"NOT WHOLE: {verdict.problem}")
        return 1
    print(_whole(verdict))
    return 0


def export(arguments: argparse.Namespace) -> int:
    """JSON lines: blocks, each followed by its facts."""
    try:
        since = _moment(arguments.since) or FLOOR
        until = _moment(arguments.until) or utc_now()
    except ValueError as error:
        print(f"parley audit: {error}", file=sys.stderr)
        return WRONG_ARGUMENTS
    if arguments.out == "-":
        return asyncio.run(_export(sys.stdout.buffer, since, until))
    with Path(arguments.out).open("xb") as file:
        return asyncio.run(_export(file, since, until))


async def _site(head: str) -> Verdict:
    async def work(store: AuditStore) -> Verdict:
        return await verify(store, utc_now(), head)

    return await _with_store(work)


def _file(path: str) -> Verdict:
    with Path(path).open("rb") as file:
        return asyncio.run(verify_lines(_lines(file)))


def _lines(file: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    decoder = msgspec.json.Decoder(dict[str, Any])
    yield from map(decoder.decode, file)


async def _export(file: IO[bytes], since: datetime, until: datetime) -> int:
    encoder = msgspec.json.Encoder()

    async def work(store: AuditStore) -> int:
        await note_export(store.mongo, "audit", _Asked(since=since, until=until))
        async for line in exported(store, since, until):
            file.write(encoder.encode(line) + b"\n")
        return 0

    return await _with_store(work)


async def _with_store(work: Callable[[AuditStore], Awaitable[ResultT]]) -> ResultT:
    async with reachable(load()) as settings:
        mongo = Mongo(settings.mongo_url, settings.mongo_database)
        try:
            return await work(AuditStore(mongo))
        finally:
            await mongo.close()


def _whole(verdict: Verdict) -> str:
    late = f"; {verdict.late} sealed over an hour after their date" if verdict.late else ""
    waiting = f"; {verdict.unsealed} wait for their block" if verdict.unsealed else ""
    there = f"{verdict.facts} facts in {verdict.blocks} blocks"
    return f"whole: {there}, head {verdict.head}{late}{waiting}"


def _moment(text: str) -> datetime | None:
    """ISO 8601; local midnight for a bare date."""
    return datetime.fromisoformat(text).astimezone() if text else None
