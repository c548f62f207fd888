"""SMS and MMS by Twilio."""

from connectors.contract import Account
from connectors.http import Http
from connectors.kit.twilio.messaging import Settings, TwilioMessaging

__all__ = ["Settings", "connect"]


def connect(account: Account, http: Http) -> TwilioMessaging:
    """The connector of one inbox."""
    return TwilioMessaging(account, http)
