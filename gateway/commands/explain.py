"""``parley explain``: what ingest makes of an input, as JSON lines, without storing it."""

import argparse
import asyncio
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from config.settings import Settings, load
from connectors.errors import ConnectorError
from gateway.commands.exits import WRONG_ARGUMENTS

if TYPE_CHECKING:
    from connectors.events import SenderTrust
    from connectors.registry import Registry
    from gateway.commands.checking import Check
    from normalizer.mail.explain import ExplainedMail

Explain = Callable[[bytes, str], object]


class Failed(msgspec.Struct, frozen=True):
    """The line of an input that could not be explained."""

    file: str
    error: str


def mail(arguments: argparse.Namespace) -> int:
    """Each FILE is a raw mail; with ``--inbox`` its line says where it would be threaded, else
    which rule of threading it asks for first.
    """
    settings = load()
    with ExitStack() as stack:
        explain = _explain_mail(arguments.extract, settings, _check(stack, settings, arguments))
        thread = _threading(stack, settings, arguments)

        def explain_and_thread(raw: bytes, file: str) -> object:
            seen = explain(raw, file)
            return {**msgspec.to_builtins(seen), "threading": thread(raw, seen.sender_trust)}

        return _each(arguments, explain_and_thread)


def _threading(
    stack: ExitStack, settings: Settings, arguments: argparse.Namespace
) -> "Callable[[bytes, SenderTrust | None], object]":
    """With an inbox what its stores decide, else what the mail itself asks for."""
    if not arguments.inbox:
        from gateway.commands.foreseeing import foreseen

        return lambda raw, _trust: foreseen(raw)
    from gateway.commands.weighing import weighing

    return stack.enter_context(weighing(settings, arguments.inbox))


def _check(stack: ExitStack, settings: Settings, arguments: argparse.Namespace) -> "Check | None":
    """None: only the word of a relay that the settings name is looked at."""
    if not (arguments.check_sender or arguments.client):
        return None
    from gateway.commands.checking import checking

    return stack.enter_context(checking(settings, arguments))


def _explain_mail(
    folder: str | None, settings: Settings, check: "Check | None"
) -> Callable[[bytes, str], "ExplainedMail"]:
    from gateway.anchors import anchors
    from normalizer.mail.explain import explain_mail

    believed = anchors(settings)
    extract = Path(folder) if folder else None
    if extract is not None:
        extract.mkdir(parents=True, exist_ok=True)

    def explain(raw: bytes, file: str) -> "ExplainedMail":
        explained = explain_mail(raw, file, settings.public_url, believed)
        mail = explained.mail
        if check and mail.sender_trust is None:
            mail = msgspec.structs.replace(mail, sender_trust=check(raw))
        if extract is None:
            return mail
        paths = [_write(extract, one.content) for one in explained.files]
        attachments = tuple(
            msgspec.structs.replace(shown, path=path)
            for shown, path in zip(explained.mail.attachments, paths, strict=True)
        )
        return msgspec.structs.replace(mail, attachments=attachments)

    return explain


def webhook(arguments: argparse.Namespace) -> int:
    """Each FILE is a request, as EXPLAIN describes it."""
    from connectors.explain import explain_webhook
    from normalizer.mail.seen import as_read

    settings = _settings(arguments)
    registry, channel = _registry(arguments.channel, settings)

    def explain(raw: bytes, file: str) -> object:
        case = msgspec.json.decode(raw, type=dict[str, Any])
        seen = explain_webhook(registry, channel, settings, case, as_read)
        return _named(file, seen)

    return _each(arguments, explain)


def send(arguments: argparse.Namespace) -> int:
    """Each FILE is a message and a provider's replies."""
    from connectors.explain import explain_send

    settings = _settings(arguments)
    registry, channel = _registry(arguments.channel, settings)

    def explain(raw: bytes, file: str) -> object:
        case = msgspec.json.decode(raw, type=dict[str, Any])
        seen = explain_send(registry, channel, settings, case)
        return _named(file, asyncio.run(seen))

    return _each(arguments, explain)


def _each(arguments: argparse.Namespace, explain: Explain) -> int:
    """One line per input, in order, whatever happens to one of them."""
    encoder = msgspec.json.Encoder()
    out = sys.stdout.buffer
    for file in _names(arguments):
        try:
            line = encoder.encode(explain(Path(file).read_bytes(), file))
        except Exception as error:  # the next input must have its turn
            line = encoder.encode(Failed(file, f"{type(error).__name__}: {error}"))
        out.write(line + b"\n")
        out.flush()
    return 0


def _named(file: str, seen: msgspec.Struct) -> dict[str, Any]:
    return {"file": file, **msgspec.to_builtins(seen)}


def _names(arguments: argparse.Namespace) -> Iterator[str]:
    yield from arguments.files
    if arguments.stdin0:
        rest = b""
        while chunk := os.read(sys.stdin.fileno(), 65_536):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from (os.fsdecode(name) for name in whole if name)
        if rest:
            yield os.fsdecode(rest)


def _write(folder: Path, content: bytes) -> str:
    """Named by content: names from outside never decide where a file goes."""
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return str(path)


def _registry(name: str, settings: dict[str, str]) -> "tuple[Registry, str]":
    """Wrong arguments are said once, not in the line of every input."""
    from gateway.channel_files import registry_for

    try:
        registry, channel = registry_for(load(), name)
        names = {field.name for field in registry.setting_fields(channel)}
    except ConnectorError as error:
        print(f"parley explain: {error}", file=sys.stderr)
        raise SystemExit(WRONG_ARGUMENTS) from error
    unknown = sorted(settings.keys() - names)
    if unknown:
        there = ", ".join(sorted(names))
        print(f"parley explain: {channel} has no {unknown[0]!r}; it has {there}", file=sys.stderr)
        raise SystemExit(WRONG_ARGUMENTS)
    return registry, channel


def _settings(arguments: argparse.Namespace) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in arguments.setting:
        name, separator, value = pair.partition("=")
        if not separator:
            print(f"parley explain: --setting {pair!r} is not KEY=VALUE", file=sys.stderr)
            raise SystemExit(WRONG_ARGUMENTS)
        found[name] = value
    return found
