"""Bounces and delays: what could not be delivered, to whom, and why."""

from normalizer.mail.mime import Part
from normalizer.mail.model import Address, Bounce


def find_bounce(root: Part, sender: Address, subject: str, text: str) -> Bounce | None:
    return None
