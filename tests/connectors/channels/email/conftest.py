"""Real peers of the mail channel: dovecot, a certificate, and inboxes that use them."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from connectors.channels.email.connector import EmailConnector
from connectors.channels.email.settings import Settings
from connectors.contract import Account, InboxId
from tests.peers.certificates import write_certificate
from tests.peers.imapd import BINARY, PASSWORD, Imapd, running_imapd

ConnectorMaker = Callable[..., EmailConnector]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def imapd(certificate: tuple[Path, Path]) -> Iterator[Imapd]:
    if BINARY is None:
        pytest.skip("SKIPPED LOUDLY: no dovecot here, so IMAP is NOT tested (apt: dovecot-imapd)")
    with running_imapd(*certificate) as server:
        yield server


@pytest.fixture
def user() -> str:
    """A mailbox that no other test uses."""
    return f"support-{uuid4().hex[:10]}"


@pytest.fixture
async def mail_inbox() -> AsyncIterator[ConnectorMaker]:
    """Makes connectors from settings; all of them are closed afterwards."""
    made: list[EmailConnector] = []

    def make(**settings: object) -> EmailConnector:
        account = Account(
            inbox_id=InboxId("inbox1"),
            channel="email",
            name="Halden Support",
            address="support@halden.example",
            hook_url="",
            settings=Settings(**settings),
        )
        made.append(EmailConnector(account, None))
        return made[-1]

    yield make
    for connector in made:
        await connector.close()


@pytest.fixture
def imap_inbox(imapd: Imapd, user: str, mail_inbox: ConnectorMaker) -> ConnectorMaker:
    """As ``mail_inbox``, pointed at the user's mailbox; settings may be overridden."""

    def make(**settings: object) -> EmailConnector:
        there = {
            "imap_host": "127.0.0.1",
            "imap_port": imapd.port,
            "imap_security": "none",
            "imap_username": user,
            "imap_password": PASSWORD,
            "imap_first_run": "all",
        }
        return mail_inbox(**{**there, **settings})

    return make
