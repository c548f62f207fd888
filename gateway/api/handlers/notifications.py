"""My notifications."""

from collections.abc import Mapping

from gateway.api import ticket_views, views
from gateway.api.call import Call, Handler, Result
from gateway.api.schemas import work as w
from ticketing.notifications.handlers import Notifications, Shown


class NotificationsApi:
    """Each agent's own."""

    def __init__(self, notifications: Notifications) -> None:
        self._notifications = notifications

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {"listNotifications": self.list, "readNotifications": self.read}

    async def list(self, call: Call[None, None]) -> Result:
        """Of tickets that I see."""
        return _shown(await self._notifications.shown(call.viewer))

    async def read(self, call: Call[w.ReadNotifications, None]) -> Result:
        """How many are left."""
        left = await self._notifications.read(call.agent.id, call.body.ids)
        return w.Unread(unread=left)


def _shown(found: Shown) -> w.NotificationList:
    return w.NotificationList(
        unread=found.unread,
        items=[
            w.Notification(
                id=item.id,
                kind=item.kind,
                at=views.time(item.at),
                read=item.read,
                count=item.count,
                actor_name=item.actor_name,
                ticket=ticket,
                message_id=item.message_id or None,
                reason=item.reason,
            )
            for item in found.items
            if (ticket := ticket_views.ticket_ref(found.tickets.get(item.ticket_id)))
        ],
    )
