"""How inboxes are set up."""

from typing import Literal

from msgspec import UNSET, UnsetType

from gateway.api.answer import Answer
from gateway.api.fields import Id
from gateway.api.requests import Request
from gateway.api.schemas.inboxes import Setting


class GuideQuery(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``inbox_id``: for this inbox of the channel, with its own hook address."""

    inbox_id: Id | UnsetType = UNSET


class ChannelGuide(Answer, frozen=True, kw_only=True):
    """``steps`` are Markdown, one each; ``needs`` and ``works`` Markdown as the channel's page has
    them; ``picture`` an SVG document. ``hook_url`` is what the provider is given; without an inbox
    it ends in ``{inbox}``; null: nothing calls us. ``page`` is the whole page, for channels that
    are set up in other ways than by steps; ``language`` is its own.
    """

    channel: str
    name: str
    settings: list[Setting]
    steps: list[str]
    needs: str
    works: str
    page: str
    picture: str
    hook_url: str | None
    language: Literal["en"]
