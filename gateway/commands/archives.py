"""``parley archive export`` and ``verify``."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from archive.errors import ArchiveError
from archive.export import export as export_archive
from archive.model import Progress, Scope
from archive.verify import verify as verify_archive
from config.settings import load
from gateway.auth.store import AuthStore
from gateway.commands.noting import note_export
from gateway.endpoints import reachable
from gateway.store import EdgeStore
from gateway.version import VERSION
from storage.ids import utc_now
from ticketing.errors import Forbidden
from ticketing.permissions import Origin, Viewer
from ticketing.roles.current import CurrentAccess

BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)


def export(arguments: argparse.Namespace) -> int:
    """The manifest's sum is printed last: kept elsewhere it proves the whole."""
    try:
        scope = Scope(
            since=_moment("--since", arguments.since) or BEGINNING,
            until=_moment("--until", arguments.until) or utc_now(),
            inboxes=tuple(arguments.inbox) or None,
        )
    except ValueError as error:
        print(f"parley archive: {error}", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_export(arguments, scope))
    except (ArchiveError, Forbidden) as error:
        print(f"parley archive: {error}", file=sys.stderr)
        return 1


def verify(arguments: argparse.Namespace) -> int:
    """1 when anything is wrong; the first such thing is named."""
    try:
        verdict = verify_archive(Path(arguments.path))
    except ArchiveError as error:
        print(f"parley archive: {error}", file=sys.stderr)
        return 1
    if verdict.problem is not None:
        wrong = verdict.problem
        print(f"NOT WHOLE: {wrong.kind}: {wrong.path}: {wrong.detail}")
        return 1
    counts = ", ".join(f"{count} {section}" for section, count in verdict.counts.items())
    print(f"whole: {counts}; manifest {verdict.manifest_sha256}")
    return 0


async def _export(arguments: argparse.Namespace, scope: Scope) -> int:
    from gateway.bootstrap.foundation import foundation

    to_stdout = arguments.out == "-"
    out = sys.stdout.buffer if to_stdout else Path(arguments.out)
    async with reachable(load()) as settings, foundation(settings) as base:
        unknown = await _unknown(base.edge_store, scope)
        if unknown:
            print(f"parley archive: {unknown}", file=sys.stderr)
            return 2
        viewer = await _viewer(base.auth, base.access, arguments.seen_by)
        if arguments.seen_by and viewer is None:
            print(f"parley archive: there is no agent {arguments.seen_by}", file=sys.stderr)
            return 2
        await note_export(base.mongo, "archive", scope, viewer)
        done = await export_archive(
            base.mongo,
            base.blobs,
            base.journal,
            out,
            scope,
            tool=f"parley {VERSION}",
            now=utc_now(),
            viewer=viewer,
            report=_report,
        )
    print(f"manifest {done.manifest_sha256}", file=sys.stderr if to_stdout else sys.stdout)
    return 0


async def _viewer(people: AuthStore, access: CurrentAccess, email: str) -> Viewer | None:
    """The agent with whose eyes the export looks; None: the house's own."""
    agent = await people.agent_by_email(email) if email else None
    return await access.viewer(agent, Origin(via="cli")) if agent else None


async def _unknown(store: EdgeStore, scope: Scope) -> str:
    """What is wrong with the inboxes asked for: a misspelt one would be an empty archive."""
    for id in scope.inboxes or ():
        if await store.inboxes.get(id) is None:
            known = ", ".join(f"{one.id} ({one.name})" for one in await store.all_inboxes())
            return f"there is no inbox {id!r}; there are: {known or 'none'}"
    return ""


def _report(progress: Progress) -> None:
    print(f"{progress.messages} messages, up to {progress.reached:%Y-%m-%d %H:%M}", file=sys.stderr)


def _moment(option: str, text: str) -> datetime | None:
    """ISO 8601; without a zone it is UTC."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        way = "write 2026-11-01 or 2026-11-01T09:00Z"
        raise ValueError(f"{option} {text!r} is no date: {way}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
