"""``parley doctor``: everything that must be right, and what to do where it is not."""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from config.keys import load_keys
from config.settings import Settings, SettingsInvalid, load, reference
from connectors.registry import Registry
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.endpoints import reachable
from gateway.schema import MIGRATIONS
from gateway.static_app import ROOT
from storage import health
from storage.errors import StorageError
from storage.ids import moment_of, utc_now
from storage.migrations import Migrator
from ticketing.search.shelf import State

LAG = timedelta(minutes=1)
CHECK_WITHIN_S = 15.0
UNREADABLE = "see `channel file` above; `parley channel list` shows what there is"


class Finding(msgspec.Struct, frozen=True):
    """``ok`` None: worth knowing, nothing to do."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


def doctor(arguments: argparse.Namespace) -> int:
    """1 when something is wrong."""
    return asyncio.run(_examine())


async def _examine() -> int:
    settings = load()
    wrong = 0
    async for finding in _findings(settings):
        mark = {True: "ok  ", False: "BAD ", None: "note"}[finding.ok]
        print(f"{mark} {finding.name}: {finding.detail}")
        if finding.advice:
            print(f"     -> {finding.advice}")
        wrong += finding.ok is False
    print("all is well" if not wrong else f"{wrong} things are wrong")
    return 1 if wrong else 0


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    for finding in (*_settings(settings), _keys(settings), _app(), *_channels(settings)):
        yield finding
    try:
        async with reachable(settings) as found, foundation(found) as base:
            async for finding in _running(base):
                yield finding
    except (StorageError, OSError) as error:
        yield Finding("stores", False, str(error), "start Parley, or check the URLs")


async def _running(base: Foundation) -> AsyncIterator[Finding]:
    checks = await health.check(base.mongo, base.redis)
    for one in checks:
        yield Finding(one.name, one.ok, one.detail, one.advice)
    if not all(one.ok for one in checks if one.name != "redis"):
        return
    missing = await Migrator(base.mongo, MIGRATIONS).missing()
    names = ", ".join(one.name for one in missing)
    yield Finding(
        "indexes",
        not missing,
        names or "all there",
        "start Parley: it makes them" if missing else "",
    )
    yield await _backlog(base)
    yield words(
        await asyncio.to_thread(base.shelf.state), await base.searches.newest_fed(_recent())
    )
    async for finding in inbox_findings(base):
        yield finding


async def _backlog(base: Foundation) -> Finding:
    counts = await base.journal.counts()
    oldest = counts.oldest_pending_at
    late = oldest is not None and utc_now() - oldest > LAG
    detail = f"{counts.pending} pending, {counts.quarantined} quarantined"
    advice = "are workers running? `parley work`" if late else ""
    if counts.quarantined and not late:
        advice = "see /api/v1/quarantine; after a fix `parley channel replay`"
    return Finding("journal", not late, detail, advice)


def words(state: State | None, newest: str) -> Finding:
    """The index of words of this host; ``newest`` is the last entry of its feed."""
    if state is None:
        advice = "`parley serve` and `parley work` make it where they run"
        return Finding("search", None, "no index of words on this host", advice)
    detail = f"{state.documents} messages"
    if state.cursor.built is not None:
        missing = f"{detail} so far; those before {state.cursor.built:%Y-%m-%d %H:%M} are missing"
        return Finding("search", None, missing, "the index is being built; it goes on by itself")
    behind = moment_of(newest) - state.cursor.fed if newest else timedelta()
    if behind > LAG:
        advice = "does `parley serve` or `parley work` run on this host?"
        return Finding("search", False, f"{detail}, {behind} behind", advice)
    return Finding("search", True, detail)


def _recent() -> datetime:
    return utc_now() - timedelta(hours=1)


async def inbox_findings(base: Foundation) -> AsyncIterator[Finding]:
    """Credentials and webhooks, as each channel can tell."""
    inboxes = await base.directory.active()
    if not inboxes:
        yield Finding("inboxes", None, "there is none yet", "parley inbox add")
    for inbox in inboxes:
        name = f"inbox {inbox.name} ({inbox.channel})"
        if not base.registry.knows(inbox.channel):  # what runs may hold its old version: no health
            yield Finding(name, False, "its channel cannot be read here", UNREADABLE)
            continue
        try:
            async with asyncio.timeout(CHECK_WITHIN_S):
                found = await base.inboxes.check(inbox, utc_now())
        except TimeoutError:
            yield Finding(name, False, "no answer in time", "is the provider reachable?")
        else:
            yield Finding(name, found.ok, found.detail, found.advice)


def _channels(settings: Settings) -> list[Finding]:
    """The operator's own channel files."""
    faults = Registry.load(settings.channels).faults
    advice = "mend the file: it is read again by itself"
    return [
        Finding(
            "channel file",
            False,
            f"{fault.reason} ({'its old version is in force' if fault.kept else 'not in force'})",
            advice,
        )
        for fault in faults
    ]


def _settings(settings: Settings) -> list[Finding]:
    own = [name for name, _, _ in reference() if name in os.environ]
    findings = [Finding("settings", True, f"set: {', '.join(own)}" if own else "all defaults")]
    if not settings.mongo_url:
        findings.append(
            Finding(
                "mongodb",
                None,
                "embedded: for trying out and small sites",
                "PARLEY_MONGO_URL names a replica set for real use",
            )
        )
    if not settings.secure:
        findings.append(
            Finding(
                "public url",
                None,
                f"{settings.public_url} is not https",
                "providers call https only; set PARLEY_PUBLIC_URL behind a TLS proxy",
            )
        )
    return findings


def _keys(settings: Settings) -> Finding:
    try:
        count = len(load_keys(settings))
    except SettingsInvalid as error:
        return Finding("keys", False, str(error), "see the message")
    return Finding("keys", True, f"{count} in the ring")


def _app() -> Finding:
    if (ROOT / "index.html").is_file():
        return Finding("web app", True, "built")
    return Finding("web app", False, "not built", "scripts/run builds it")
