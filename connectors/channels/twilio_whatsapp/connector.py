"""WhatsApp by Twilio: as its SMS, with a window, templates and read receipts."""

from connectors.contract import Account
from connectors.http import Http
from connectors.kit.twilio.messaging import Settings, TwilioMessaging

__all__ = ["Settings", "connect"]


def connect(account: Account, http: Http) -> TwilioMessaging:
    """The connector of one inbox; its address is the sender's number, ``+14155550100``."""
    return TwilioMessaging(account, http, most_files=1)
