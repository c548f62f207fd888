"""Facebook Messenger: people who write to a page.

https://developers.facebook.com/docs/messenger-platform
"""

from connectors.contract import Account
from connectors.http import Http
from connectors.kit.messenger.inbound import Source
from connectors.kit.messenger.outbound import Limit
from connectors.kit.messenger.page import Page, PageSettings

SOURCE = Source(object="page", family="facebook")
LIMIT = Limit(length=2000, unit="utf16", takes_bytes=True)


class Settings(PageSettings, frozen=True, kw_only=True):
    """From developers.facebook.com. The inbox's address is the page's name."""


def connect(account: Account, http: Http) -> Page:
    """The connector of one inbox."""
    return Page(account, http, SOURCE, LIMIT)
