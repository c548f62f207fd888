"""A real SMSC (the npm package ``smpp``) as a child process, told and heard by JSON lines."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "smsc"
WITHIN_S = 20.0


def available() -> bool:
    """Whether node is there."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


def install() -> None:
    """The package, once."""
    if not (FOLDER / "node_modules" / "smpp").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=FOLDER, check=True, timeout=120)


class Smsc:
    """One running SMSC."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.port = port
        self._process = process
        self._said: list[dict[str, Any]] = []

    async def tell(self, **asked: Any) -> None:
        """A command of ``smsc.js``, which has done it then."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        await self._process.stdin.drain()
        await self.heard("done")

    async def heard(self, what: str) -> Any:
        """The next thing of this kind that happened; others are kept for later."""
        while True:
            for index, one in enumerate(self._said):
                if what in one:
                    return self._said.pop(index)[what]
            self._said.append(await _line(self._process))


@asynccontextmanager
async def smsc() -> AsyncIterator[Smsc]:
    """On a free port of loopback."""
    process = await asyncio.create_subprocess_exec(
        "node", "smsc.js", cwd=FOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Smsc(process, (await _line(process))["port"])
    finally:
        process.terminate()
        await process.wait()


async def _line(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        line = await process.stdout.readline()
    found: dict[str, Any] = json.loads(line)
    return found
