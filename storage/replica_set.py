"""A lone mongod as a replica set: transactions need one."""

from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

_ALREADY_INITIATED = 23  # MongoDB error code


async def initiate(url: str, host: str) -> None:
    """A new mongod becomes a replica set of one; a known one learns its new address."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url)
    try:
        await _configure(client, [{"_id": 0, "host": host}])
    finally:
        await client.close()


async def _configure(
    client: AsyncMongoClient[dict[str, Any]], members: list[dict[str, Any]]
) -> None:
    try:
        await client.admin.command("replSetInitiate", {"_id": "parley", "members": members})
    except OperationFailure as error:
        if error.code != _ALREADY_INITIATED:
            raise
        known = (await client.admin.command("replSetGetConfig"))["config"]
        if known["members"][0]["host"] != members[0]["host"]:
            known["members"][0]["host"] = members[0]["host"]
            known["version"] += 1
            await client.admin.command("replSetReconfig", known, force=True)
