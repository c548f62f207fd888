"""``parley config export`` and ``parley config import``."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import yaml

from config.settings import load
from gateway.bootstrap.commands import portables
from gateway.bootstrap.foundation import foundation
from gateway.endpoints import reachable
from gateway.schema import MIGRATIONS
from normalizer.model import AgentId
from storage.ids import utc_now
from storage.migrations import Migrator
from ticketing.errors import TicketingError
from ticketing.permissions import Origin, Viewer
from ticketing.portable.handlers import Portables
from ticketing.portable.model import Bundle, Step

LARGEST = 10_000_000
HOUSE = Viewer(
    agent_id=AgentId(""),
    name="parley config import",
    role="admin",
    inbox_ids=None,
    origin=Origin(via="cli"),
)
SIGNS = {"add": "+", "change": "~", "only_here": " "}


class NoBundle(Exception):
    """The file holds no configuration; the message says where and why."""


def export(arguments: argparse.Namespace) -> int:
    """YAML to a file that is not there yet, or to standard output."""

    async def read() -> Bundle:
        async with _portables() as moving:
            return await moving.bundle()

    text = written(asyncio.run(read()))
    if arguments.out == "-":
        sys.stdout.write(text)
        return 0
    try:
        with Path(arguments.out).open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        print(f"parley config: {error}", file=sys.stderr)
        return 1
    return 0


def take_in(arguments: argparse.Namespace) -> int:
    """Show what would change; change it with ``--apply``. 1 when it cannot be taken over."""
    try:
        wanted = read_bundle(_content(arguments.file))
        return asyncio.run(_import(wanted, apply=arguments.apply))
    except (OSError, NoBundle, TicketingError) as error:
        print(f"parley config: {error}", file=sys.stderr)
        return 1


def written(bundle: Bundle) -> str:
    """A bundle as YAML, in the order of its parts."""
    plain = msgspec.to_builtins(bundle)
    # yaml leaves defaults out only when they are not there: the format's number always is
    return yaml.safe_dump(
        {"parley_config": bundle.parley_config, **plain}, allow_unicode=True, sort_keys=False
    )


def read_bundle(text: str) -> Bundle:
    """Raises NoBundle. Anchors are refused: a few lines of them unfold to gigabytes."""
    try:
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, yaml.SafeLoader)):
            raise NoBundle("YAML anchors (*name) are not read: write it out")
        plain: Any = yaml.safe_load(text)
        return msgspec.convert(plain, Bundle)
    except yaml.YAMLError as error:
        raise NoBundle(f"not YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise NoBundle(str(error)) from error


def _content(name: str) -> str:
    if name == "-":
        return sys.stdin.read(LARGEST)
    path = Path(name)
    if path.stat().st_size > LARGEST:
        raise NoBundle(f"{name} is larger than {LARGEST} bytes")
    return path.read_text(encoding="utf-8")


async def _import(wanted: Bundle, *, apply: bool) -> int:
    async with _portables() as moving:
        found, strangers = await moving.plan(wanted)
        for step in found:
            _show(step)
        for stranger in strangers:
            print(f"! {stranger} is not on this site and is left out")
        changing = [step for step in found if step.deed != "only_here"]
        if not apply:
            print(f"{len(changing)} changes; --apply makes them" if changing else "no change")
            return 0
        done = await moving.apply(HOUSE, wanted, utc_now())
        print(f"{len(done)} changes made")
    return 0


def _show(step: Step) -> None:
    note = " (only here: stays)" if step.deed == "only_here" else ""
    print(f"{SIGNS[step.deed]} {step.part} {step.id}  {step.name}{note}".rstrip())
    for name, before, after in step.changes:
        print(f"    {name}: {before} -> {after}")


@asynccontextmanager
async def _portables() -> AsyncIterator[Portables]:
    async with reachable(load()) as settings, foundation(settings) as base:
        await Migrator(base.mongo, MIGRATIONS).run()
        yield portables(base)
