"""``parley channel list``, ``new``, ``check`` and ``replay``."""

import argparse
import asyncio
import sys
from pathlib import Path

from config.settings import load
from connectors.errors import ConnectorError
from connectors.registry import BUILT_IN, Registry


def list_channels(arguments: argparse.Namespace) -> int:
    """One line each."""
    for manifest in Registry.load().manifests():
        transports = ",".join(manifest.transports)
        print(f"{manifest.id:16} {manifest.tier:7} {transports:20} {manifest.name}")
    return 0


def new(arguments: argparse.Namespace) -> int:
    """Write the files of a channel to be, beside the built-in ones or where ``--into`` says."""
    from connectors.scaffold import scaffold_code

    parent = Path(arguments.into) if arguments.into else BUILT_IN
    try:
        paths = scaffold_code(arguments.name, parent)
    except (ConnectorError, FileExistsError) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1
    for path in paths:
        print(path)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """1 when a case fails or a tier is not earned."""
    registry = Registry.load()
    names = arguments.names or [one.id for one in registry.manifests()]
    return 0 if all([_passes(registry, name) for name in names]) else 1


def _passes(registry: Registry, name: str) -> bool:
    from connectors.check import check_channel
    from normalizer.mail.seen import as_read

    try:
        report = asyncio.run(check_channel(registry, name, as_read))
    except ConnectorError as error:
        print(f"BAD  {name}: {error}")
        return False
    for result in report.results:
        if result.why:
            print(f"BAD  {name}: {result.name}: {result.why}")
    lacks = f", lacks {', '.join(report.missing)}" if report.missing else ""
    mark = "ok  " if report.ok else "BAD "
    print(
        f"{mark} {name}: {len(report.results)} cases, claims {report.claimed}, "
        f"earns {report.earned}{lacks}"
    )
    return report.ok


def replay(arguments: argparse.Namespace) -> int:
    """Quarantined requests by id, or all of an inbox."""
    if not arguments.ids and not arguments.inbox:
        print("parley: name ids, or --inbox", file=sys.stderr)
        return 2
    return asyncio.run(_replay(arguments))


async def _replay(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap import foundation
    from gateway.endpoints import reachable
    from storage.journal import JournalId

    async with reachable(load()) as settings, foundation(settings) as base:
        ids = [JournalId(one) for one in arguments.ids]
        if arguments.inbox:
            ids += [one.id for one in await base.journal.quarantined(arguments.inbox, 10_000)]
        print(f"{await base.journal.replay(ids)} requests are pending again")
    return 0
