"""How inboxes are set up, from the channels' own pages."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import msgspec

from connectors.errors import UnknownChannel
from connectors.manifest import Manifest
from connectors.registry import Registry
from connectors.setup_picture import setup_picture
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import guides as g
from gateway.api.schemas.inboxes import Setting
from gateway.errors import Refused
from gateway.guides import guide
from gateway.store import EdgeStore

PLACE = "{inbox}"


class GuideApi:
    """For administrators."""

    def __init__(self, registry: Registry, store: EdgeStore, public_url: str) -> None:
        self._registry = registry
        self._store = store
        self._public_url = public_url

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"getChannelGuide": self.get}

    async def get(self, call: Call[None, g.GuideQuery]) -> Result:
        """Drawn and read anew: an operator's channel may have changed."""
        channel = call.params["id"]
        try:
            installed = self._registry.installed(channel)
        except UnknownChannel as error:
            raise Refused(404, "not-found", "there is no such channel") from error
        place = await self._inbox(call.query, channel)
        readme = await asyncio.to_thread(_text, installed.readme)
        page = guide(readme)
        fields = self._registry.setting_fields(channel)
        return g.ChannelGuide(
            channel=channel,
            name=installed.manifest.name,
            settings=[
                Setting(**{name: getattr(one, name) for name in Setting.__struct_fields__})
                for one in fields
            ],
            steps=list(page.steps),
            needs=page.needs,
            works=page.works,
            page=readme,
            picture=setup_picture(installed.manifest, fields),
            hook_url=self._hook(installed.manifest, place),
            language="en",
        )

    async def _inbox(self, query: g.GuideQuery, channel: str) -> str:
        if query.inbox_id is msgspec.UNSET:
            return PLACE
        found = await self._store.inboxes.get(query.inbox_id)
        if found is None or found.channel != channel:
            raise Refused(404, "not-found", "the channel has no such inbox", field="inbox_id")
        return found.id

    def _hook(self, manifest: Manifest, place: str) -> str | None:
        if "webhook" not in manifest.transports:
            return None
        return f"{self._public_url}/hooks/{manifest.id}/{place}"


def _text(readme: Path) -> str:
    """Empty for a channel without a page."""
    return readme.read_text(encoding="utf-8") if readme.is_file() else ""
