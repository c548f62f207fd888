"""What the interface says of itself."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from gateway.api.call import Call, Handler, Result
from gateway.api.openapi import document
from gateway.version import VERSION


class MetaApi:
    """The document is made once."""

    def __init__(self) -> None:
        self._document = msgspec.json.encode(document(VERSION))

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"openapi": self.openapi}

    async def openapi(self, call: Call[None, None]) -> Result:
        """OpenAPI 3.1."""
        return web.Response(
            body=self._document,
            content_type="application/json",
            headers={"Cache-Control": "no-cache"},
        )
