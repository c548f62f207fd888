"""Where an archive goes: a directory that appears whole or not at all, or a tar stream."""

import asyncio
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from archive.errors import OutputExists
from archive.model import StoredFile

CHUNK = 1024 * 1024


class Sink(Protocol):
    """Takes files one after the other."""

    async def put(self, path: str, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Write one file; its size and sum come out of what was written."""

    async def adopt(self, path: str, file: Path) -> None:
        """Take a finished file from the work folder."""

    async def finish(self) -> None:
        """All is written: let it be seen."""

    def abandon(self) -> None:
        """Let go, finished or not."""


class DirectorySink:
    """Writes ``<out>.partial`` and renames it at the end."""

    def __init__(self, out: Path) -> None:
        if out.exists():
            raise OutputExists(f"{out} exists; an archive is never written over something")
        self._out = out
        self._partial = out.with_name(out.name + ".partial")
        try:
            self._partial.mkdir(parents=True)
        except FileExistsError:
            raise OutputExists(
                f"{self._partial} is left from an export that did not end; remove it first"
            ) from None

    async def put(self, path: str, chunks: AsyncIterator[bytes]) -> StoredFile:
        """See ``Sink``."""
        target = self._partial / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            return await _spool(path, chunks, file)

    async def adopt(self, path: str, file: Path) -> None:
        """See ``Sink``."""
        await self.put(path, _read(file))

    async def finish(self) -> None:
        """See ``Sink``."""
        self._partial.rename(self._out)

    def abandon(self) -> None:
        """See ``Sink``. What is there stays, for whoever wants to know how far it came."""


class TarSink:
    """One pass, no seeking: the output may be a pipe. Members have no owner and one time."""

    @classmethod
    def at(cls, out: Path, created_at: datetime, stack: AsyncExitStack) -> "FileTarSink":
        """A new ``.tar`` file that gets its name at the end."""
        if out.exists():
            raise OutputExists(f"{out} exists; an archive is never written over something")
        partial = out.with_name(out.name + ".partial")
        try:
            file = stack.enter_context(partial.open("xb"))
        except FileExistsError:
            raise OutputExists(
                f"{partial} is left from an export that did not end; remove it first"
            ) from None
        return FileTarSink(file, created_at, partial, out)

    def __init__(self, out: IO[bytes], created_at: datetime) -> None:
        self._tar = tarfile.open(  # noqa: SIM115  closed by finish
            fileobj=out, mode="w|", format=tarfile.PAX_FORMAT
        )
        self._mtime = int(created_at.timestamp())

    async def put(self, path: str, chunks: AsyncIterator[bytes]) -> StoredFile:
        """See ``Sink``. A tar wants the size first, so the file waits on disk for its end."""
        with tempfile.SpooledTemporaryFile(max_size=CHUNK) as file:
            stored = await _spool(path, chunks, file)
            file.seek(0)
            await asyncio.to_thread(self._add, path, stored.size, file)
            return stored

    async def adopt(self, path: str, file: Path) -> None:
        """See ``Sink``."""
        await asyncio.to_thread(self._add_file, path, file)

    async def finish(self) -> None:
        """See ``Sink``."""
        await asyncio.to_thread(self._tar.close)

    def abandon(self) -> None:
        """See ``Sink``. Else the stream would write its end when it is collected."""
        if self._tar.fileobj is not None:
            self._tar.fileobj.close()

    def _add_file(self, path: str, file: Path) -> None:
        with file.open("rb") as opened:
            self._add(path, file.stat().st_size, opened)

    def _add(self, path: str, size: int, file: IO[bytes]) -> None:
        member = tarfile.TarInfo(path)
        member.size, member.mtime, member.mode = size, self._mtime, 0o600
        self._tar.addfile(member, file)


class FileTarSink(TarSink):
    """A tar on disk: written to the end and synced before it has its name."""

    def __init__(self, file: IO[bytes], created_at: datetime, partial: Path, out: Path) -> None:
        super().__init__(file, created_at)
        self._file, self._partial, self._out = file, partial, out

    async def finish(self) -> None:
        """See ``Sink``."""
        await super().finish()
        await asyncio.to_thread(self._publish)

    def _publish(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._partial.rename(self._out)


async def _spool(path: str, chunks: AsyncIterator[bytes], file: IO[bytes]) -> StoredFile:
    total, size = hashlib.sha256(), 0
    async for chunk in chunks:
        total.update(chunk)
        size += len(chunk)
        await asyncio.to_thread(file.write, chunk)
    return StoredFile(path=path, size=size, sha256=total.hexdigest())


async def _read(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while chunk := await asyncio.to_thread(opened.read, CHUNK):
            yield chunk


async def whole(content: bytes) -> AsyncIterator[bytes]:
    """Bytes that are in memory anyway, as a stream."""
    view = io.BytesIO(content)
    while chunk := view.read(CHUNK):
        yield chunk
