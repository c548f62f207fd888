"""``parley agent add`` and ``parley agent passwd``."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable

import msgspec

from config.settings import load
from gateway.api.handlers.people import new_agent
from gateway.api.requests import NewAgent
from gateway.auth.passwords import hash_password
from gateway.auth.store import AuthStore
from gateway.endpoints import reachable
from gateway.schema import MIGRATIONS
from storage.ids import utc_now
from storage.migrations import Migrator
from storage.mongo import Mongo

SHORTEST = 10
Command = Callable[[AuthStore, argparse.Namespace, str], Awaitable[int]]


def add(arguments: argparse.Namespace) -> int:
    """1 when the address is taken."""
    return asyncio.run(_with_store(arguments, _add))


def passwd(arguments: argparse.Namespace) -> int:
    """1 when there is no such agent. Ends every session of theirs."""
    return asyncio.run(_with_store(arguments, _passwd))


async def _with_store(arguments: argparse.Namespace, command: Command) -> int:
    password = _password(arguments)
    if len(password) < SHORTEST:
        print(f"parley: a password has at least {SHORTEST} characters", file=sys.stderr)
        return 2
    async with reachable(load()) as settings:
        mongo = Mongo(settings.mongo_url, settings.mongo_database)
        try:
            await Migrator(mongo, MIGRATIONS).run()
            return await command(AuthStore(mongo), arguments, password)
        finally:
            await mongo.close()


async def _add(store: AuthStore, arguments: argparse.Namespace, password: str) -> int:
    wanted = msgspec.convert(
        {
            "email": arguments.email,
            "name": arguments.name or arguments.email.partition("@")[0],
            "role": arguments.role,
            "password": password,
        },
        NewAgent,
    )
    made = await new_agent(wanted, utc_now())
    if not await store.agents.insert(made):
        print(f"parley: {made.email} exists; `parley agent passwd` sets a new password")
        return 1
    _show(arguments, made.email, password)
    return 0


async def _passwd(store: AuthStore, arguments: argparse.Namespace, password: str) -> int:
    found = await store.agent_by_email(arguments.email)
    if found is None:
        print(f"parley: there is no agent {arguments.email}", file=sys.stderr)
        return 1
    hashed = await hash_password(password)
    await store.agents.update({"_id": found.id}, {"$set": {"password_hash": hashed}})
    await store.end_sessions(found.id)
    _show(arguments, found.email, password)
    return 0


def _password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return secrets.token_urlsafe(12)


def _show(arguments: argparse.Namespace, email: str, password: str) -> None:
    shown = "" if arguments.password_stdin else f", password {password}"
    print(f"{email}{shown}")
