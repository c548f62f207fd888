"""The collections of ticketing, and the transaction that joins a winner instead of failing."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.errors import ConnectionFailure, DuplicateKeyError, PyMongoError

from normalizer.model import Message
from storage.collection import Collection
from storage.errors import TransactionGaveUp
from storage.mongo import Mongo, Session
from ticketing.model import Agent, Contact, Conversation, Inbox, ReadMark, Ticket
from ticketing.roles.model import Team

ResultT = TypeVar("ResultT")

RACES = 5


class Collections:
    """Typed access to what ticketing owns; made once per process."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo = mongo
        self.contacts: Collection[Contact] = mongo.collection("contacts", Contact)
        self.conversations: Collection[Conversation] = mongo.collection(
            "conversations", Conversation
        )
        self.tickets: Collection[Ticket] = mongo.collection("tickets", Ticket)
        self.messages: Collection[Message] = mongo.collection("messages", Message)
        self.inboxes: Collection[Inbox] = mongo.collection("inboxes", Inbox)
        self.agents: Collection[Agent] = mongo.collection("agents", Agent)
        self.teams: Collection[Team] = mongo.collection("teams", Team)
        self.reads: Collection[ReadMark] = mongo.collection("reads", ReadMark)


async def settle(mongo: Mongo, work: Callable[[Session], Awaitable[ResultT]]) -> ResultT:
    """A transaction that runs anew when a unique key was taken meanwhile.

    The rerun reads the winner and joins it. Raises the last DuplicateKeyError when it does not:
    then the key's owner is not visible to ``work`` and a rerun would not help.
    """
    for attempt in range(RACES):
        try:
            return await mongo.transaction(work)
        except DuplicateKeyError:
            if attempt == RACES - 1:
                raise
    raise TransactionGaveUp(RACES)


def is_outage(error: Exception) -> bool:
    """Whether the database is away or too busy, rather than refusing this very write."""
    if isinstance(error, TransactionGaveUp | ConnectionFailure):
        return True
    return isinstance(error, PyMongoError) and error.has_error_label("TransientTransactionError")
