"""What inboxes, agents and teams are called, from memory, for searches."""

from collections.abc import Awaitable, Callable

from gateway.directory import InboxDirectory
from gateway.people import People
from ticketing.roles.current import CurrentAccess
from ticketing.search.asked import LineName, NameBook


def name_book(
    directory: InboxDirectory, people: People, access: CurrentAccess
) -> Callable[[], Awaitable[NameBook]]:
    """Asked with every search; each of the three is at most seconds old."""

    async def book() -> NameBook:
        inboxes = await directory.active()
        return NameBook(
            inboxes=[
                LineName(
                    id=one.id,
                    channel=one.channel,
                    names=tuple(filter(None, (one.name, one.address, *one.aliases))),
                )
                for one in inboxes
            ],
            agents={id: (one.name, one.email) for id, one in (await people.all()).items()},
            teams={id: (one.name,) for id, one in (await access.now()).teams.items()},
        )

    return book
