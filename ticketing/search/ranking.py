"""What fits best first: exact subject, the words as typed, all in the subject, anywhere. Pure."""

from ticketing.model import Ticket
from ticketing.search.asked import Asked, Said
from ticketing.tokens import fold, query_tokens


def rank(asked: Asked, ticket: Ticket, said: Said | None) -> int:
    """0 is best; what ranks alike keeps its order, newest first."""
    plain = _flat(asked.plain)
    subject = _flat(ticket.subject)
    if plain and subject.removeprefix("re: ") == plain:
        return 0
    texts = (subject, _flat(said.subject), _flat(said.text)) if said else (subject,)
    if plain and any(plain in text for text in texts):
        return 1
    return 2 if set(asked.words) <= set(query_tokens(subject)) else 3


def _flat(text: str) -> str:
    return fold(" ".join(text.split()))
