"""``parley inbox add``, ``set`` and ``list``."""

import argparse
import asyncio
import sys
from pathlib import Path

from config.settings import load
from connectors.errors import ConnectorError
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.commands.dkim import inbox_of
from gateway.endpoints import reachable
from gateway.errors import Refused
from gateway.schema import MIGRATIONS
from storage.ids import utc_now
from storage.migrations import Migrator
from ticketing.model import Inbox

# Settings that a provider hands back in the address it calls, as operators know them.
IN_THE_ADDRESS = {"webhook_secret": "webhook secret", "hook_token": "hook token"}


def add(arguments: argparse.Namespace) -> int:
    """1 when the channel refuses the settings or the address is taken."""
    try:
        settings = _given(arguments)
        return asyncio.run(_add(arguments, settings))
    except (ConnectorError, Refused, ValueError, OSError) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1


def change(arguments: argparse.Namespace) -> int:
    """1 when there is no such inbox, or its channel refuses the settings."""
    try:
        settings = _given(arguments)
        return asyncio.run(_change(arguments, settings))
    except (ConnectorError, Refused, ValueError, OSError) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1


def list_inboxes(_arguments: argparse.Namespace) -> int:
    """One line each: id, channel, address, name."""
    return asyncio.run(_list())


async def _add(arguments: argparse.Namespace, settings: dict[str, str]) -> int:
    async with reachable(load()) as found, foundation(found) as base:
        await Migrator(base.mongo, MIGRATIONS).run()
        _check_names(base, arguments.channel, settings)
        made = await base.inboxes.create(
            channel=arguments.channel,
            name=arguments.name,
            address=arguments.address,
            settings=settings,
            now=utc_now(),
        )
        await _tell(base, made, found.public_url)
    return 0


async def _change(arguments: argparse.Namespace, settings: dict[str, str]) -> int:
    """What is not given stays. Nothing given: only shown and checked."""
    async with reachable(load()) as found, foundation(found) as base:
        inbox = await inbox_of(base, arguments.inbox)
        if inbox is None:
            raise ValueError(
                f"there is no inbox {arguments.inbox!r}; `parley inbox list` shows all"
            )
        _check_names(base, inbox.channel, settings)
        if settings:
            inbox = await base.inboxes.change(inbox.id, {"settings": settings}, utc_now())
        await _tell(base, inbox, found.public_url)
    return 0


async def _tell(base: Foundation, inbox: Inbox, public_url: str) -> None:
    """The inbox, what a provider has to be told, and what the provider says of it now."""
    print(_line(inbox))
    for place in _places(base, inbox, public_url):
        print(f"  {place}")
    health = await base.inboxes.check(inbox, utc_now())
    print(f"  {health.detail}" + (f"\n  -> {health.advice}" if health.advice else ""))


async def _list() -> int:
    async with reachable(load()) as settings, foundation(settings) as base:
        for inbox in await base.edge_store.all_inboxes():
            print(_line(inbox))
    return 0


def _line(inbox: Inbox) -> str:
    off = "" if inbox.active else "  (inactive)"
    return f"{inbox.id:24} {inbox.channel:12} {inbox.address or '-':32} {inbox.name}{off}"


def _places(base: Foundation, inbox: Inbox, public_url: str) -> list[str]:
    """What has to be told to a provider, or to customers."""
    transports = base.registry.manifest(inbox.channel).transports
    names = {field.name for field in base.registry.setting_fields(inbox.channel)}
    tokens = [title for name, title in IN_THE_ADDRESS.items() if name in names]
    secret = f"?token=<{tokens[0]}>" if tokens else ""
    hook = f"webhook: {public_url}/hooks/{inbox.channel}/{inbox.id}{secret}"
    page = f"chat page: {public_url}/chat/{inbox.id}"
    return [hook] * ("webhook" in transports) + [page] * ("socket" in transports)


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    """``--setting KEY=VALUE``, and ``--secret KEY=FILE``: no secret in the shell's history."""
    found = dict(_pair(text) for text in arguments.setting)
    for text in arguments.secret:
        name, path = _pair(text)
        found[name] = Path(path).read_text(encoding="utf-8").strip()
    return found


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f"{text!r} is not KEY=VALUE")
    return name, value


def _check_names(base: Foundation, channel: str, settings: dict[str, str]) -> None:
    names = [field.name for field in base.registry.setting_fields(channel)]
    for name in settings:
        if name not in names:
            raise ValueError(f"{channel} has no setting {name!r}; it has {', '.join(names)}")
