"""The chat page: static parts under a strict policy, and one template."""

import html
from pathlib import Path

from aiohttp import web

from ticketing.model import Inbox

PARTS = Path(__file__).parent / "parts"
KINDS = {"chat.js": "text/javascript", "chat.css": "text/css"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors *"
)


def routes() -> list[web.RouteDef]:
    """The page's script and style."""
    return [web.get("/chat-parts/{name}", part)]


async def part(request: web.Request) -> web.StreamResponse:
    """Only names that are known."""
    name = request.match_info["name"]
    if name not in KINDS:
        raise web.HTTPNotFound
    return web.FileResponse(
        PARTS / name,
        headers={"Content-Type": f"{KINDS[name]}; charset=utf-8", "Cache-Control": "no-cache"},
    )


def response(inbox: Inbox) -> web.Response:
    """The page of one inbox; its name is the only thing filled in."""
    text = (PARTS / "page.html").read_text(encoding="utf-8")
    return web.Response(
        text=text.replace("{{name}}", html.escape(inbox.name)),
        content_type="text/html",
        headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"},
    )
