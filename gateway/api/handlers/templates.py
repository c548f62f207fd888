"""Templates of providers: asked there, remembered for a minute."""

import asyncio
import time
from collections.abc import Callable, Mapping

from connectors.contract import Connector, InboxId, TemplateInfo, TemplateLister
from connectors.errors import ConnectorError
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import templates as t
from gateway.directory import InboxDirectory
from gateway.errors import Refused
from ticketing.permissions import sees_inbox

KEPT_S = 60.0
ASK_WITHIN_S = 10.0
RETRY_AFTER_S = 10
Known = tuple[float, tuple[TemplateInfo, ...]]


class TemplateApi:
    """A channel without templates of its provider's has an empty list."""

    def __init__(
        self, directory: InboxDirectory, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._directory = directory
        self._clock = clock
        self._known: dict[InboxId, Known] = {}

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"listTemplates": self.list}

    async def list(self, call: Call[None, None]) -> Result:
        """Of an inbox that the viewer sees."""
        inbox_id = InboxId(call.params["id"])
        if inbox_id not in await self._directory.lines() or not sees_inbox(call.viewer, inbox_id):
            raise Refused(404, "not-found", "there is no such inbox")
        try:
            connector = await self._directory.connector(inbox_id)
            found = await self._of(inbox_id, connector)
        except (ConnectorError, TimeoutError) as error:
            detail = f"the provider did not say which templates there are: {error or 'no answer'}"
            raise Refused(503, "provider", detail, retry_after=RETRY_AFTER_S) from error
        return t.ProviderTemplateList(items=[_shown(one) for one in found])

    async def _of(self, inbox_id: InboxId, connector: Connector) -> tuple[TemplateInfo, ...]:
        if not isinstance(connector, TemplateLister):
            return ()
        asked_at, known = self._known.get(inbox_id, (float("-inf"), ()))
        if self._clock() - asked_at < KEPT_S:
            return known
        async with asyncio.timeout(ASK_WITHIN_S):
            found = await connector.templates()
        self._known[inbox_id] = (self._clock(), found)
        return found


def _shown(one: TemplateInfo) -> t.ProviderTemplate:
    return t.ProviderTemplate(
        name=one.name,
        language=one.language,
        category=one.category,
        body=one.body,
        params=one.params,
    )
