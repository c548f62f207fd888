"""A transaction that holds nothing but what is asked for."""

from collections.abc import Callable

from storage.mongo import Mongo, Session
from storage.writes import Writes


async def written(mongo: Mongo, fill: Callable[[Writes], None]) -> None:
    """``fill`` says what; it may be asked again, as any transaction's callback."""

    async def work(session: Session) -> None:
        writes = Writes(mongo, session)
        fill(writes)
        await writes.send()

    await mongo.transaction(work, reads=False)
