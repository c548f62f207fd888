"""A Matrix user of our own: people invite it or write to it, as to anybody."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated

import msgspec

from connectors.acts import Correspondent, OutboundAct
from connectors.channels.matrix.acting import perform, show_typing
from connectors.channels.matrix.inbound import UNREACTED, parse_page
from connectors.channels.matrix.outbound import MatrixApi
from connectors.channels.matrix.syncing import Accepting, Syncing
from connectors.contract import (
    Account,
    Health,
    OutboundMessage,
    Parsed,
    Pulled,
    SendOutcome,
)
from connectors.errors import FetchFailed
from connectors.http import Http
from connectors.kit.decoding import UNREADABLE
from connectors.kit.probing import probe

GONE = 404


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Of a user made for Parley. The inbox's address is its id: @support:example.org."""

    base_url: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Homeserver",
            description="Where clients connect: https://matrix.example.org",
        ),
    ]
    access_token: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            title="Access token",
            description="Element: Settings > Help & About > Access Token: syt_...",
            extra={"secret": True},
        ),
    ]
    accept_invites: Annotated[
        Accepting,
        msgspec.Meta(
            title="Whose invitations are accepted",
            description="own_server: only those of people on the same homeserver",
        ),
    ] = "everybody"


def connect(account: Account, http: Http) -> "MatrixUser":
    """The connector of one inbox."""
    return MatrixUser(account, http)


class MatrixUser:
    """Puller, sender, media and health of one user."""

    idempotent = True  # a transaction id is remembered with its device

    def __init__(self, account: Account, http: Http) -> None:
        settings: Settings = account.settings
        self._own_id = account.address
        self._http = http
        self._base_url = settings.base_url.rstrip("/")
        self._token = {"authorization": f"Bearer {settings.access_token}"}
        self._api = MatrixApi(http, settings.base_url, settings.access_token)
        self._syncing = Syncing(
            http, settings.base_url, settings.access_token, settings.accept_invites
        )

    def pull(self, cursor: str) -> AsyncIterator[Pulled]:
        """See ``Puller``."""
        return self._syncing.pull(cursor, self._own_id)

    async def wait(self, seconds: float) -> None:
        """See ``Puller``."""
        await self._syncing.wait(seconds)

    def parse_item(self, body: bytes, headers: Mapping[str, str], received_at: datetime) -> Parsed:
        """See ``Puller``."""
        return parse_page(body, self._own_id, _unreacted(headers), received_at)

    async def send(self, message: OutboundMessage) -> SendOutcome:
        """See ``Sender``."""
        return await self._api.send(message)

    async def act(self, act: OutboundAct) -> SendOutcome:
        """See ``ActSender``."""
        return await perform(self._api, act)

    async def show_typing(self, to: Correspondent) -> SendOutcome:
        """See ``TypingSender``."""
        return await show_typing(self._api, self._own_id, to)

    def rate_keys(self, message: OutboundMessage) -> tuple[str, ...]:
        """One bucket for the user, one for each room."""
        return ("inbox", f"recipient:{message.thread_key or message.recipient.canonical}")

    async def fetch(self, ref: str) -> AsyncIterator[bytes]:
        """See ``MediaPort``: ``mxc://server/id``."""
        server, _, id = ref.removeprefix("mxc://").partition("/")
        if not ref.startswith("mxc://") or not server or not id or "/" in id:
            raise FetchFailed("not a Matrix file", retry=False)
        return self._download(f"{server}/{id}")

    async def _download(self, name: str) -> AsyncIterator[bytes]:
        """Servers before Matrix 1.11 know only the old address."""
        try:
            async for piece in self._http.stream(
                f"{self._base_url}/_matrix/client/v1/media/download/{name}", headers=self._token
            ):
                yield piece
        except FetchFailed as error:
            if error.status != GONE:
                raise
        else:
            return
        async for piece in self._http.stream(
            f"{self._base_url}/_matrix/media/v3/download/{name}", headers=self._token
        ):
            yield piece

    async def check(self) -> Health:
        """See ``HealthChecker``."""
        return await probe(lambda: self._api.check(self._own_id))


def _unreacted(headers: Mapping[str, str]) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(headers.get(UNREACTED, "{}"), type=dict[str, str])
    except UNREADABLE:
        return {}
