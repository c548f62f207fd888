"""Messages changed, taken back and reacted to: thin; outbound decides."""

from collections.abc import Mapping

from gateway.api import requests as r
from gateway.api import ticket_views
from gateway.api.call import Call, Handler, Result
from normalizer.model import MessageId
from outbound.acts.handlers import Acts
from outbound.acts.model import Wish


class ActsApi:
    """Each answers with the act, whose delivery tells what became of it."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"editMessage": self.edit, "deleteMessage": self.delete, "react": self.react}

    async def edit(self, call: Call[r.Edit, None]) -> Result:
        """Other words."""
        id = MessageId(call.params["id"])
        wish = Wish(kind="edit", message_id=id, key=call.key, text=call.body.text)
        return ticket_views.message(await self._acts.ask(call.viewer, wish, call.now))

    async def delete(self, call: Call[None, None]) -> Result:
        """No words any more."""
        wish = Wish(kind="delete", message_id=MessageId(call.params["id"]), key=call.key)
        return ticket_views.message(await self._acts.ask(call.viewer, wish, call.now))

    async def react(self, call: Call[r.React, None]) -> Result:
        """An emoji, or none."""
        id = MessageId(call.params["id"])
        wish = Wish(kind="react", message_id=id, key=call.key, emoji=call.body.emoji)
        return ticket_views.message(await self._acts.ask(call.viewer, wish, call.now))
