"""``parley explain mail --check-sender``: who a mail is really from, asked of the DNS."""

import argparse
import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from config.settings import Settings
from connectors.events import SenderTrust
from connectors.kit.dns import DnsClient
from normalizer.trust.check import SenderCheck
from normalizer.trust.hop import Hop

Check = Callable[[bytes], SenderTrust]


@contextmanager
def checking(settings: Settings, arguments: argparse.Namespace) -> Iterator[Check]:
    """Checks raw mails as ingest does; without ``--client`` only a signature can prove anything."""
    hop = None
    if arguments.client:
        hop = Hop(ip=arguments.client, helo=arguments.helo, mail_from=arguments.mail_from)
    with asyncio.Runner() as runner:
        checker = SenderCheck(DnsClient(settings.mail_dns), settings.mail_forwarders)
        yield lambda raw: runner.run(checker.check(raw, hop))
