"""Instagram: people who write to a professional account.

https://developers.facebook.com/docs/instagram-platform
"""

from connectors.contract import Account
from connectors.http import Http
from connectors.kit.messenger.inbound import Source
from connectors.kit.messenger.outbound import Limit
from connectors.kit.messenger.page import Page, PageSettings

SOURCE = Source(object="instagram", family="instagram")
LIMIT = Limit(length=1000, unit="bytes", takes_bytes=False)


class Settings(PageSettings, frozen=True, kw_only=True):
    """From developers.facebook.com. The inbox's address is the account's name."""


def connect(account: Account, http: Http) -> Page:
    """The connector of one inbox."""
    return Page(account, http, SOURCE, LIMIT)
