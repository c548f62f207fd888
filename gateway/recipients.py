"""What an agent types as a recipient, as the canonical contact point of a channel's family."""

from connectors.contract import SenderId
from connectors.kit.phone import e164


def recipient(family: str, typed: str) -> SenderId:
    """Raises ValueError for what cannot be one."""
    if family == "tel":
        number = e164(typed)
        if number is None:
            raise ValueError("write the number with its country code: +41 44 668 18 00")
        return SenderId(family=family, value=number)
    if family == "mailto":
        address = typed.strip().lower()
        local, at, domain = address.rpartition("@")
        if not (at and local and "." in domain) or any(sign.isspace() for sign in address):
            raise ValueError("this is not a mail address")
        return SenderId(family=family, value=address)
    return SenderId(family=family, value=typed.strip())
