"""The base of everything that /api/v1 answers with."""

from msgspec import Struct


class Answer(Struct, frozen=True, kw_only=True):
    """Anything we answer with."""
