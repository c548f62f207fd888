"""Whether the stores are fit for work, and what to do when they are not."""

import asyncio
from collections.abc import Awaitable, Callable

from arq.connections import ArqRedis
from msgspec import Struct
from pymongo.errors import PyMongoError

from storage.ids import utc_now
from storage.mongo import Mongo
from storage.redis import REDIS_FAILURES, connect

WITHIN_S = 5.0
MAX_SKEW_S = 5.0


class Check(Struct, frozen=True, kw_only=True):
    """One finding; ``advice`` says what to do and is empty when all is well."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


async def check(mongo: Mongo, redis: str | ArqRedis) -> tuple[Check, ...]:
    """All checks at once, each within five seconds; none of them raises."""
    client = connect(redis)
    try:
        return tuple(
            await asyncio.gather(
                _guarded("mongodb", lambda: _mongodb(mongo), "start it, or check PARLEY_MONGO_URL"),
                _guarded(
                    "transactions",
                    lambda: _transactions(mongo),
                    "make the MongoDB server a replica set: rs.initiate()",
                ),
                _guarded("clock", lambda: _clock(mongo), "set this host's clock by NTP"),
                _guarded("redis", lambda: _redis(client), "start it, or check PARLEY_REDIS_URL"),
            )
        )
    finally:
        if isinstance(redis, str):
            await client.aclose()


async def _guarded(
    name: str, look: Callable[[], Awaitable[tuple[bool, str]]], advice: str
) -> Check:
    try:
        async with asyncio.timeout(WITHIN_S):
            ok, detail = await look()
    except (PyMongoError, *REDIS_FAILURES) as error:
        ok, detail = False, f"{type(error).__name__}: {error}"
    return Check(name=name, ok=ok, detail=detail, advice="" if ok else advice)


async def _mongodb(mongo: Mongo) -> tuple[bool, str]:
    info = await mongo.client.server_info()
    return True, f"version {info['version']}"


async def _transactions(mongo: Mongo) -> tuple[bool, str]:
    hello = await mongo.client.admin.command("hello")
    name = hello.get("setName") or ("mongos" if hello.get("msg") == "isdbgrid" else "")
    return bool(name), f"replica set {name}" if name else "a standalone server has none"


async def _clock(mongo: Mongo) -> tuple[bool, str]:
    skew = abs((await mongo.server_time() - utc_now()).total_seconds())
    return skew <= MAX_SKEW_S, f"{skew:.1f} s from the database's"


async def _redis(client: ArqRedis) -> tuple[bool, str]:
    info = await client.info("server")
    return True, f"version {info['redis_version']}"
