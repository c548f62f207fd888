"""The built web app under /app/: hashed assets for ever, every other path the one page."""

import asyncio
from pathlib import Path

from aiohttp import web

ROOT = Path(__file__).parent / "static" / "app"
FOREVER = "public, max-age=31536000, immutable"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self' ws: wss:; "
    "frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>Parley</title>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>The web app is not built</h1>
<p>Run <code>scripts/run</code>, or in <code>web/</code>: <code>npm ci --ignore-scripts</code> and
<code>npm run build</code>. The interface at <a href="/api/v1/openapi.json">/api/v1</a> works.</p>
"""


def routes() -> list[web.RouteDef]:
    """Everything below /app/, and the way there."""
    return [
        web.get("/", _to_app),
        web.get("/app", _to_app),
        web.get("/app/{path:.*}", serve),
    ]


async def _to_app(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/app/")


async def serve(request: web.Request) -> web.StreamResponse:
    """A file that exists, else the page: the app routes by itself (but not for lost assets)."""
    path = request.match_info["path"]
    found = await asyncio.to_thread(_file, path)
    if found is not None and found.name != "index.html":
        hashed = path.startswith("assets/")
        headers = {"Cache-Control": FOREVER if hashed else "no-cache"}
        return web.FileResponse(found, headers=headers)
    if path.startswith("assets/"):
        raise web.HTTPNotFound
    page = await asyncio.to_thread(_file, "index.html")
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    if page is None:
        return web.Response(text=NOT_BUILT, content_type="text/html", status=503, headers=headers)
    return web.FileResponse(page, headers=headers)


def _file(path: str) -> Path | None:
    """The file below ROOT, never beside it."""
    wanted = (ROOT / path).resolve()
    return wanted if wanted.is_relative_to(ROOT.resolve()) and wanted.is_file() else None
