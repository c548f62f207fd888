"""Search over messages, subjects, people, notes and the names of files."""

from gateway.api import requests as r
from gateway.api.operation import SEARCHES, Operation
from gateway.api.schemas import search as sr

SEARCH = (
    Operation(
        name="search", method="GET", path="/search", summary="Search tickets and messages",
        tag="tickets", permission="tickets:read", query=r.SearchQuery, answer=sr.SearchPage,
        rate=SEARCHES,
    ),
    Operation(
        name="suggestSearch", method="GET", path="/search/suggest",
        summary="What may follow in a search", tag="tickets", permission="tickets:read",
        query=sr.SuggestQuery, answer=sr.Suggestions, rate=SEARCHES,
    ),
)  # fmt: skip
