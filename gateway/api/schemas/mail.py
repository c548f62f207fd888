"""What /api/v1 answers about outgoing mail: recipients, suppressed addresses, inbox texts."""

from typing import Literal

from gateway.api.answer import Answer
from gateway.api.fields import Time


class InboxTemplate(Answer, frozen=True, kw_only=True):
    """A text that agents insert, by language."""

    name: str
    texts: dict[str, str]


class InboxTexts(Answer, frozen=True, kw_only=True):
    """What an inbox says by itself, by language, with its blanks (``{{agent.name}}``)."""

    signatures: dict[str, str]
    acknowledgements: dict[str, str]
    too_large: dict[str, str]
    templates: list[InboxTemplate]


class FilledText(Answer, frozen=True, kw_only=True):
    """A template in the customer's language, its blanks filled."""

    name: str
    text: str


class ReplyTexts(Answer, frozen=True, kw_only=True):
    """What a reply to this conversation will be signed with ("" for nothing), and what it may begin
    with.
    """

    signature: str
    templates: list[FilledText]


class RecipientDelivery(Answer, frozen=True, kw_only=True):
    """What is known of one recipient of a mail; ``address`` "": a report that named nobody."""

    address: str
    state: Literal["delayed", "failed", "delivered", "complained"]
    reason: str
    at: Time


class Suppression(Answer, frozen=True, kw_only=True):
    """An address that nothing is sent to, until ``until`` (null: until it is lifted). ``reason`` is
    in the words of the server that refused it.
    """

    id: str
    address: str
    kind: Literal["bounced", "complained", "unsubscribed", "added"]
    reason: str
    at: Time
    until: Time | None


class SuppressionPage(Answer, frozen=True, kw_only=True):
    """Newest first."""

    items: list[Suppression]
    next_cursor: str | None
