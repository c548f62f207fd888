"""Asks for automatic mails before the guard, within the transaction that would write them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from normalizer.model import AgentId, TicketId
from outbound.automatic.leaving import LeavingLinks
from outbound.automatic.policy import Question, held, remembered
from outbound.automatic.store import AutomaticStore, sent_id
from outbound.errors import CannotReply
from outbound.model import Heard, Outlets
from outbound.replying import Ask
from outbound.store import OutboundStore
from storage.mongo import Session
from ticketing.permissions import Viewer

ROBOT = Viewer(agent_id=AgentId("parley"), name="Parley", role="admin", inbox_ids=None)
ALL_TICKETS = TicketId("")
Recipient = Callable[[Ask], str]


class Automatic:
    """Reads what the guard needs; nothing where only people write."""

    def __init__(self, store: OutboundStore, outlets: Outlets, leaving: LeavingLinks) -> None:
        self._store = AutomaticStore(store.mongo)
        self._outlets = outlets
        self._leaving = leaving

    async def guard(self, asks: Sequence[Ask], recipient: Recipient, session: Session) -> "Guard":
        """For these asks, in this transaction."""
        robots = [ask for ask in asks if ask.reply.automatic]
        ids = [id for ask in robots for id in _counted(ask, recipient(ask))]
        sent = await self._store.moments(ids, session) if ids else {}
        own = await self._outlets.own() if robots else frozenset()
        return Guard(
            store=self._store,
            leaving=self._leaving,
            recipient=recipient,
            sent=sent,
            own=own,
            session=session,
        )


class Guard:
    """Decides for each, and counts what passed."""

    def __init__(
        self,
        *,
        store: AutomaticStore,
        leaving: LeavingLinks,
        recipient: Recipient,
        sent: dict[str, tuple[datetime, ...]],
        own: frozenset[str],
        session: Session,
    ) -> None:
        self._store = store
        self._leaving = leaving
        self._recipient = recipient
        self._sent = sent
        self._own = own
        self._session = session
        self._passed: dict[str, tuple[datetime, ...]] = {}

    def unsubscribe(self, ask: Ask) -> str | None:
        """The link that ends such mail; None for what a person wrote."""
        return self._leaving.link(self._recipient(ask)) if ask.reply.automatic else None

    def pass_(self, ask: Ask, recent: Sequence[Heard]) -> None:
        """Raises CannotReply when an automatic mail must stay here."""
        if not ask.reply.automatic:
            return
        recipient = self._recipient(ask)
        said = [one for one in recent if one.conversation_id == ask.reply.conversation_id]
        ids = _counted(ask, recipient)
        for id in ids:
            question = Question(
                recipient=recipient,
                said=said,
                sent=self._sent.get(id, ()),
                own=self._own,
                now=ask.now,
            )
            reason = held(question)
            if reason is not None:
                raise CannotReply("automatic", f"No automatic mail: {reason.words}.")
        for id in ids:
            self._sent[id] = self._passed[id] = remembered(self._sent.get(id, ()), ask.now)

    async def write(self) -> None:
        """What passed counts from now on."""
        if self._passed:
            await self._store.remember(list(self._passed.items()), self._session)


def _counted(ask: Ask, recipient: str) -> tuple[str, str]:
    """Each ticket's mails to a recipient, and those of all tickets: whoever begins many in the name
    of somebody else must not make us write to them as often.
    """
    return sent_id(ask.reply.ticket_id, recipient), sent_id(ALL_TICKETS, recipient)
