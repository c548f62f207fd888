"""``parley channel``: list, new, check, schema, table, picture, replay."""

import argparse
import asyncio
import sys
from pathlib import Path

from config.settings import Settings, load
from connectors.errors import ConnectorError
from connectors.registry import BUILT_IN, Registry
from gateway.channel_files import registry_for


def list_channels(arguments: argparse.Namespace) -> int:
    """One line each; 1 when a file of the operator's is refused."""
    registry, _ = registry_for(load())
    for manifest in registry.manifests():
        transports = ",".join(manifest.transports)
        print(f"{manifest.id:16} {manifest.tier:7} {transports:20} {manifest.name}")
    for fault in registry.faults:
        print(f"refused: {fault.reason}", file=sys.stderr)
    return 1 if registry.faults else 0


def new(arguments: argparse.Namespace) -> int:
    """Write the files of a channel to be: a channel.toml among the operator's own, or a connector
    beside the built-in ones, or either where ``--into`` says.
    """
    from connectors.scaffold import scaffold_code, scaffold_declarative

    scaffold = scaffold_code if arguments.code else scaffold_declarative
    usual = BUILT_IN if arguments.code else load().channels
    try:
        paths = scaffold(arguments.name, Path(arguments.into) if arguments.into else usual)
    except (ConnectorError, FileExistsError) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1
    for path in paths:
        print(path)
    return 0


def schema(arguments: argparse.Namespace) -> int:
    """The JSON Schema of channel.toml, for editors."""
    from connectors.declarative.schema import channel_schema

    sys.stdout.write(channel_schema())
    return 0


def picture(arguments: argparse.Namespace) -> int:
    """Draw into each channel's folder how its inbox is set up (setup.svg)."""
    from connectors.setup_picture import setup_picture

    registry = Registry.load()
    for channel in arguments.names:
        try:
            manifest, fields = registry.manifest(channel), registry.setting_fields(channel)
        except ConnectorError as error:
            print(f"parley: {error}", file=sys.stderr)
            return 1
        path = registry.installed(channel).folder / "setup.svg"
        path.write_text(setup_picture(manifest, fields))
        print(path)
    return 0


def table(arguments: argparse.Namespace) -> int:
    """All built-in channels as a Markdown table; 1 when the one in ``--check`` is another."""
    from connectors.overview import channel_table, with_table

    registry = Registry.load()
    made = channel_table(registry.installed(one.id) for one in registry.manifests())
    if not arguments.check and not arguments.into:
        sys.stdout.write(made)
        return 0
    path = Path(arguments.check or arguments.into)
    text = path.read_text()
    if arguments.into:
        path.write_text(with_table(text, made))
    elif with_table(text, made) != text:
        print(f"{path} is old: parley channel table --into {path}", file=sys.stderr)
        return 1
    return 0


def check(arguments: argparse.Namespace) -> int:
    """1 when a case fails, a tier is not earned, or a file of the operator's is refused."""
    settings = load()
    registry, _ = registry_for(settings)
    if not arguments.names:
        for fault in registry.faults:
            print(f"BAD  {fault.reason}")
        passed = [_passes(registry, one.id) for one in registry.manifests()]
        return 0 if all(passed) and not registry.faults else 1
    return 0 if all([_named_passes(settings, name) for name in arguments.names]) else 1


def _named_passes(settings: Settings, name: str) -> bool:
    """``name`` may be the path of a channel.toml."""
    try:
        registry, channel = registry_for(settings, name)
        for fault in registry.faults:
            if Path(fault.path).parent.name == name or Path(fault.path).stem == name:
                print(f"BAD  {fault.reason}")
                return False
    except ConnectorError as error:
        print(f"BAD  {error}")
        return False
    return _passes(registry, channel)


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
        f"earns {report.earned or 'nothing yet'}{lacks}"
    )
    return report.ok


def replay(arguments: argparse.Namespace) -> int:
    """Quarantined requests by id, or all of an inbox."""
    if not arguments.ids and not arguments.inbox:
        print("parley: name ids, or --inbox", file=sys.stderr)
        return 2
    return asyncio.run(_replay(arguments))


async def _replay(arguments: argparse.Namespace) -> int:
    from gateway.bootstrap.foundation import foundation
    from gateway.endpoints import reachable
    from storage.journal import JournalId

    async with reachable(load()) as settings, foundation(settings) as base:
        ids = [JournalId(one) for one in arguments.ids]
        if arguments.inbox:
            ids += [one.id for one in await base.journal.quarantined(arguments.inbox, 10_000)]
        print(f"{await base.journal.replay(ids)} requests are pending again")
    return 0
