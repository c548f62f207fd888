"""The floors: the least that anybody pays for the same edge, as small servers of their own.

``python -m bench.floors NAME --port N [--mongo URL]``; NAME is a key of FLOORS.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

SECRET = b"floor"
Answer = Callable[[web.Request], Awaitable[web.Response]]


async def _bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


def _checked(body: bytes, signature: str) -> dict[str, Any]:
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        raise web.HTTPUnauthorized
    parsed: dict[str, Any] = json.loads(body)
    return parsed


async def _hmac_json(request: web.Request) -> web.Response:
    _checked(await request.read(), request.headers.get("x-signature", ""))
    return web.Response(text="ok")


def _journaled(mongo_url: str) -> Answer:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_url)
    durable = WriteConcern(w="majority", j=True)
    inserts = client.get_database("floor", write_concern=durable).get_collection("raw")

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        _checked(body, request.headers.get("x-signature", ""))
        await inserts.insert_one({"body": body})
        return web.Response(text="ok")

    return answer


class _Discard:
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


FLOORS = ("bare", "hmac", "journaled", "smtp")


def _http(name: str, mongo_url: str) -> Answer:
    if name == "journaled":
        return _journaled(mongo_url)
    return {"bare": _bare, "hmac": _hmac_json}[name]


async def _serve_http(name: str, port: int, mongo_url: str) -> None:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/", _http(name, mongo_url))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def _serve_smtp(port: int) -> None:
    controller = Controller(_Discard(), hostname="127.0.0.1", port=port)
    controller.start()
    asyncio.run(_forever())


async def _forever() -> None:
    await asyncio.Event().wait()


def main() -> None:
    """Serve one floor until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=FLOORS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mongo", default="")
    chosen = parser.parse_args()
    if chosen.name == "smtp":
        _serve_smtp(chosen.port)
        return
    import uvloop

    uvloop.run(_serve_http(chosen.name, chosen.port, chosen.mongo))


if __name__ == "__main__":
    main()
