"""Followers, snooze and checklists: each answers with the ticket after it."""

from collections.abc import Mapping
from typing import Any

from gateway.api.call import Call, Handler, Result
from gateway.api.handlers.reading import ReadingApi
from gateway.api.schemas import work as w
from normalizer.model import AgentId
from storage.ids import truncate
from ticketing.work.checklist import ItemChange
from ticketing.work.handlers import Work


class WorkApi:
    """Thin; every command takes the viewer."""

    def __init__(self, work: Work, reading: ReadingApi) -> None:
        self._work = work
        self._reading = reading

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "follow": self.follow,
            "unfollow": self.unfollow,
            "snooze": self.snooze,
            "wake": self.wake,
            "addItem": self.add_item,
            "changeItem": self.change_item,
            "removeItem": self.remove_item,
        }

    async def follow(self, call: Call[None, None]) -> Result:
        """Oneself or another."""
        agent_id = AgentId(call.params["agent_id"])
        await self._work.follow(call.viewer, call.params["id"], agent_id, call.now)
        return await self._whole(call)

    async def unfollow(self, call: Call[None, None]) -> Result:
        """Oneself or another."""
        agent_id = AgentId(call.params["agent_id"])
        await self._work.unfollow(call.viewer, call.params["id"], agent_id, call.now)
        return await self._whole(call)

    async def snooze(self, call: Call[w.Snoozing, None]) -> Result:
        """Also when it sleeps already."""
        until = None if call.body.until is None else truncate(call.body.until)
        await self._work.snooze(call.viewer, call.params["id"], until, call.now)
        return await self._whole(call)

    async def wake(self, call: Call[None, None]) -> Result:
        """Also when it is awake."""
        await self._work.wake(call.viewer, call.params["id"], call.now)
        return await self._whole(call)

    async def add_item(self, call: Call[w.NewItem, None]) -> Result:
        """At its place."""
        body = call.body
        await self._work.add_item(
            call.viewer, call.params["id"], body.text, body.position, call.now, key=call.key
        )
        return await self._whole(call)

    async def change_item(self, call: Call[w.ItemChange, None]) -> Result:
        """What is given."""
        body = call.body
        change = ItemChange(text=body.text, done=body.done, position=body.position)
        await self._work.change_item(
            call.viewer, call.params["id"], call.params["item_id"], change, call.now
        )
        return await self._whole(call)

    async def remove_item(self, call: Call[None, None]) -> Result:
        """For everybody."""
        await self._work.remove_item(
            call.viewer, call.params["id"], call.params["item_id"], call.now
        )
        return await self._whole(call)

    async def _whole(self, call: Call[Any, None]) -> Result:
        return await self._reading.whole(call.viewer, call.params["id"], call.now)
