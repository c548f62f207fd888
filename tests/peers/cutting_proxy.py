"""A TCP proxy that breaks connections: when told, or when certain bytes pass by."""

import asyncio
import contextlib
from types import TracebackType


class CuttingProxy:
    """Forwards to ``port``. A server's chunk that holds ``poison`` ends the connection instead."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.poison = b""
        self.cuts = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens, once entered."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break everything that is open now."""
        self.cuts += 1
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            await asyncio.gather(
                self._pump(reader, far_writer, answers=False),
                self._pump(far_reader, writer, answers=True),
            )
        finally:
            self._writers -= pair
            for one in pair:
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        tail = b""
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                seen = tail + chunk
                tail = seen[-64:]
                if answers and self.poison and self.poison in seen:
                    self.cut()
                    return
                writer.write(chunk)
                await writer.drain()
            writer.transport.abort()

    async def __aenter__(self) -> "CuttingProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.sleep(0)
        await self._server.wait_closed()
