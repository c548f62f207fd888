"""``parley inbox texts``: signatures, acknowledgements and templates of an inbox."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from config.settings import load
from gateway.bootstrap.foundation import Foundation, foundation
from gateway.commands.dkim import inbox_of
from gateway.endpoints import reachable
from gateway.errors import Refused
from storage.ids import utc_now
from ticketing.errors import Invalid
from ticketing.model import Inbox, InboxTemplate


def texts(arguments: argparse.Namespace) -> int:
    """Prints them as JSON, after changing what is given. 1 when something cannot be."""
    try:
        return asyncio.run(_texts(arguments))
    except (Refused, Invalid, ValueError, OSError) as error:
        print(f"parley: {error}", file=sys.stderr)
        return 1


async def _texts(arguments: argparse.Namespace) -> int:
    async with reachable(load()) as found, foundation(found) as base:
        inbox = await inbox_of(base, arguments.inbox)
        if inbox is None:
            print(f"parley: there is no inbox {arguments.inbox!r}", file=sys.stderr)
            return 1
        inbox = await _changed(base, inbox, arguments)
    shown = {
        "signatures": inbox.signatures,
        "acknowledgements": inbox.acknowledgements,
        "too_large": inbox.too_large,
        "templates": inbox.templates,
    }
    print(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
    return 0


async def _changed(base: Foundation, inbox: Inbox, arguments: argparse.Namespace) -> Inbox:
    changes: dict[str, Any] = {}
    for field, given in (
        ("signatures", arguments.signature),
        ("acknowledgements", arguments.acknowledgement),
        ("too_large", arguments.too_large),
    ):
        if given:
            changes[field] = _with(getattr(inbox, field), [_read(one) for one in given])
    if arguments.template:
        changes["templates"] = _with_templates(inbox, arguments.template)
    return await base.inboxes.change(inbox.id, changes, utc_now()) if changes else inbox


def _with_templates(inbox: Inbox, given: list[list[str]]) -> tuple[InboxTemplate, ...]:
    known = {one.name: one.texts for one in inbox.templates}
    for name, pair in given:
        known[name] = _with(known.get(name, {}), [_read(pair)])
    return tuple(InboxTemplate(name=name, texts=kept) for name, kept in known.items() if kept)


def _with(kept: dict[str, str], news: list[tuple[str, str]]) -> dict[str, str]:
    """An empty text takes its language away."""
    return {language: text for language, text in {**kept, **dict(news)}.items() if text}


def _read(pair: str) -> tuple[str, str]:
    """``en=FILE``."""
    language, separator, path = pair.partition("=")
    if not separator:
        raise ValueError(f"{pair!r} is not LANGUAGE=FILE")
    return language, Path(path).read_text(encoding="utf-8").strip()
