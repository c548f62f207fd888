"""``parley inbox dkim``: a signing key for a mail inbox, and the DNS record that proves it."""

import argparse
import asyncio
import sys

import msgspec

from config.settings import load
from connectors.channels.email.settings import Settings as MailSettings
from connectors.channels.email.signing import dns_record, new_key, zone_line
from connectors.errors import ConnectorError
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.directory import bare_address
from gateway.endpoints import reachable
from gateway.errors import Refused
from storage.ids import utc_now
from ticketing.model import Inbox

CHANNEL = "email"


def dkim(arguments: argparse.Namespace) -> int:
    """1 when there is no such mail inbox, or its settings are refused."""
    try:
        return asyncio.run(_dkim(arguments))
    except (ConnectorError, Refused) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1


async def _dkim(arguments: argparse.Namespace) -> int:
    async with reachable(load()) as found, foundation(found) as base:
        inbox = await inbox_of(base, arguments.inbox)
        if inbox is None or inbox.channel != CHANNEL:
            print(f"parley: there is no mail inbox {arguments.inbox!r}", file=sys.stderr)
            return 1
        settings = _settings(base, inbox)
        changes = _changes(arguments, settings)
        if changes:
            inbox = await base.inboxes.change(inbox.id, {"settings": changes}, utc_now())
            settings = _settings(base, inbox)
        name, value = dns_record(settings, inbox.address)
        print(zone_line(name, value))
        print(
            f"{inbox.address} signs its mail. Publish this record; until it is there, receivers"
            " ignore the signature.",
            file=sys.stderr,
        )
    return 0


def _changes(arguments: argparse.Namespace, settings: MailSettings) -> dict[str, str]:
    """A key where there is none, or where a new one is asked for; a new one needs a new name."""
    changes: dict[str, str] = {}
    if arguments.selector:
        changes["dkim_selector"] = arguments.selector
    if arguments.new or not settings.dkim_key:
        changes["dkim_key"] = new_key(small=arguments.ed25519)
    return changes


def _settings(base: Foundation, inbox: Inbox) -> MailSettings:
    return msgspec.convert(base.directory.account(inbox).settings, MailSettings)


async def inbox_of(base: Foundation, wanted: str) -> Inbox | None:
    """By id or address."""
    for inbox in await base.edge_store.all_inboxes():
        if inbox.id == wanted or (inbox.address and _same(inbox.address, wanted)):
            return inbox
    return None


def _same(address: str, wanted: str) -> bool:
    return bare_address(address) == bare_address(wanted)
