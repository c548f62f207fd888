"""A draft on its way into the book, with what was decided about it: whose word it is."""

import msgspec

from normalizer.model import Draft, MessageId
from ticketing.facts import UNHEARD
from ticketing.model import Inbox
from ticketing.threading import Decision


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A draft on its way into the book, and what was decided about it. ``unheard``: it is by
    somebody who is not listened to.
    """

    draft: Draft
    inbox: Inbox
    message_id: MessageId
    decision: Decision
    automatic: bool
    on_note: bool
    unheard: bool = False

    @property
    def internal(self) -> bool:
        """A mail among ourselves that belongs to a ticket, or an answer to a note (MAIL.md rule 35)
        that went to no customer.
        """
        noted = self.on_note and not self.draft.echo
        return self.decision.ticket_id is not None and (self.draft.among_us or noted)

    @property
    def from_us(self) -> bool:
        """It says that one of us wrote it, not to ask but to answer or to note."""
        return self.draft.echo or (self.internal and self.draft.among_us)

    @property
    def is_mute(self) -> bool:
        """Whoever wrote it, it is no customer's word to a ticket."""
        return self.automatic or self.from_us or self.unheard

    @property
    def unproven(self) -> bool:
        """It says that we wrote it, and neither its domain proves it nor anything that only we and
        the customer know; which in turn proves nothing against the domain's word.
        """
        if not self.from_us or self.draft.mail is None or self.draft.vouched:
            return False
        return self.draft.doubted or self.decision.rule not in {"token", "reference"}

    @property
    def moves_no_clock(self) -> bool:
        """Robots, forgeries perhaps, who is not listened to, and notes of our own."""
        return (
            self.automatic
            or self.unproven
            or self.unheard
            or (self.internal and self.draft.among_us)
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """For the agent: the normaliser's, threading's, and who may not be who they say."""
        return (*self.draft.warnings, *self.doubts)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against its sender."""
        own = {
            "sender-unproven": self.unproven,
            "sender-failed": self.draft.doubted and not self.unproven,
            "sent-for-another": bool(self.draft.sent_by),
            UNHEARD: self.unheard,
        }
        return (*self.decision.warnings, *(doubt for doubt, there in own.items() if there))

    @property
    def reports(self) -> bool:
        """A bounce with a known original: the daemon that reports is nobody's customer."""
        return self.draft.bounce is not None and self.decision.ticket_id is not None

    @property
    def is_nobodys(self) -> bool:
        """Neither a daemon that reports nor an agent who notes becomes a contact by it."""
        return self.reports or (self.internal and self.draft.among_us)
