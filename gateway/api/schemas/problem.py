"""What went wrong."""

from gateway.api.answer import Answer


class Problem(Answer, frozen=True, kw_only=True):
    """RFC 9457. ``field`` names what is wrong; ``message_id`` what came meanwhile."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None
    message_id: str | None
    request_id: str
