"""The table of /api/v1: router, checks at the edge and OpenAPI document come from it."""

from typing import Literal

import msgspec

from gateway.api import mail_schemas as m
from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.answer import Answer

PREFIX = "/api/v1"
Permission = Literal["public", "anyone", "tickets:read", "tickets:write", "admin"]
Idempotency = Literal["no", "optional", "required"]


class Rate(msgspec.Struct, frozen=True):
    """At most ``burst`` at once and ``per_s`` a second, per client."""

    per_s: float
    burst: int


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One route. ``answer`` None with ``media`` "" is an empty answer; ``raw`` takes any bytes.

    ``keeps_keys``: the handler itself knows a repeated key, so the edge need not write it down.
    ``public`` needs nobody, ``anyone`` a logged-in agent, the rest a scope of that name.
    """

    name: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    summary: str
    tag: str
    permission: Permission
    request: type[r.Request] | None = None
    query: type[r.Request] | None = None
    answer: type[Answer] | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    media: str = "application/json"
    raw: bool = False
    idempotency: Idempotency = "no"
    keeps_keys: bool = False
    rate: Rate | None = None
    socket: bool = False


WRITES = Rate(20, 60)
LOGINS = Rate(0.2, 10)
SEARCHES = Rate(5, 30)

SESSION = (
    Operation(
        name="login", method="POST", path="/session", summary="Log in", tag="session",
        permission="public", request=r.Login, answer=s.Session, errors=(401,), rate=LOGINS,
    ),
    Operation(
        name="getSession", method="GET", path="/session", summary="Who is logged in",
        tag="session", permission="anyone", answer=s.Session,
    ),
    Operation(
        name="logout", method="DELETE", path="/session", summary="Log out", tag="session",
        permission="anyone", status=204,
    ),
    Operation(
        name="listTokens", method="GET", path="/tokens", summary="My API tokens", tag="session",
        permission="anyone", answer=s.TokenList,
    ),
    Operation(
        name="createToken", method="POST", path="/tokens", summary="Make an API token",
        tag="session", permission="anyone", request=r.NewToken, answer=s.IssuedToken, status=201,
        errors=(403,), rate=WRITES,
    ),
    Operation(
        name="deleteToken", method="DELETE", path="/tokens/{id}", summary="Revoke an API token",
        tag="session", permission="anyone", status=204, errors=(404,),
    ),
)  # fmt: skip

DIRECTORY = (
    Operation(
        name="listAgents", method="GET", path="/agents", summary="Every agent", tag="people",
        permission="tickets:read", answer=s.AgentList,
    ),
    Operation(
        name="createAgent", method="POST", path="/agents", summary="Add an agent", tag="people",
        permission="admin", request=r.NewAgent, answer=s.Agent, status=201, errors=(409,),
        rate=WRITES,
    ),
    Operation(
        name="changeAgent", method="PATCH", path="/agents/{id}", summary="Change an agent",
        tag="people", permission="admin", request=r.AgentChange, answer=s.Agent,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="listInboxes", method="GET", path="/inboxes", summary="The inboxes I may see",
        tag="inboxes", permission="tickets:read", answer=s.InboxList,
    ),
    Operation(
        name="createInbox", method="POST", path="/inboxes", summary="Add an inbox", tag="inboxes",
        permission="admin", request=r.NewInbox, answer=s.Inbox, status=201, errors=(409,),
        rate=WRITES,
    ),
    Operation(
        name="changeInbox", method="PATCH", path="/inboxes/{id}", summary="Change an inbox",
        tag="inboxes", permission="admin", request=r.InboxChange, answer=s.Inbox,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="getInboxTexts", method="GET", path="/inboxes/{id}/texts",
        summary="An inbox's signatures, templates and acknowledgements", tag="inboxes",
        permission="admin", answer=m.InboxTexts, errors=(404,),
    ),
    Operation(
        name="checkInbox", method="POST", path="/inboxes/{id}/check",
        summary="Check an inbox's credentials now", tag="inboxes", permission="admin",
        answer=s.InboxHealth, errors=(404,), rate=WRITES,
    ),
    Operation(
        name="listChannels", method="GET", path="/channels", summary="Every installed channel",
        tag="inboxes", permission="tickets:read", answer=s.ChannelList,
    ),
    Operation(
        name="listQuarantine", method="GET", path="/quarantine",
        summary="Requests that could not be read", tag="operations", permission="admin",
        query=r.QuarantineQuery, answer=s.QuarantinePage,
    ),
    Operation(
        name="replayQuarantine", method="POST", path="/quarantine/replay",
        summary="Read quarantined requests again", tag="operations", permission="admin",
        request=r.Replay, answer=s.Replayed, rate=WRITES,
    ),
)  # fmt: skip

TICKETS = (
    Operation(
        name="listViews", method="GET", path="/views", summary="The views and their counts",
        tag="tickets", permission="tickets:read", answer=s.ViewList,
    ),
    Operation(
        name="listTickets", method="GET", path="/tickets", summary="Tickets of a view",
        tag="tickets", permission="tickets:read", query=r.TicketQuery, answer=s.TicketPage,
    ),
    Operation(
        name="search", method="GET", path="/search", summary="Search tickets and messages",
        tag="tickets", permission="tickets:read", query=r.SearchQuery, answer=s.SearchPage,
        rate=SEARCHES,
    ),
    Operation(
        name="createTicket", method="POST", path="/tickets", summary="Write to somebody first",
        tag="tickets", permission="tickets:write", request=r.NewTicket, answer=s.Ticket,
        status=201, errors=(404, 409), idempotency="optional", rate=WRITES,
    ),
    Operation(
        name="getTicket", method="GET", path="/tickets/{id}", summary="A whole ticket",
        tag="tickets", permission="tickets:read", answer=s.Ticket, errors=(404,),
    ),
    Operation(
        name="changeTicket", method="PATCH", path="/tickets/{id}", summary="Change a ticket",
        tag="tickets", permission="tickets:write", request=r.TicketChange, answer=s.Ticket,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="markRead", method="POST", path="/tickets/{id}/read",
        summary="Mark a ticket read for me up to now", tag="tickets", permission="tickets:read",
        status=204, errors=(404,),
    ),
    Operation(
        name="joinTicket", method="POST", path="/tickets/{id}/join",
        summary="Merge this ticket into another", tag="tickets", permission="tickets:write",
        request=r.Join, answer=s.Ticket, errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="listMessages", method="GET", path="/tickets/{id}/messages",
        summary="A ticket's messages, newest first", tag="messages", permission="tickets:read",
        query=r.PageQuery, answer=s.MessagePage, errors=(404,),
    ),
    Operation(
        name="listEvents", method="GET", path="/tickets/{id}/events",
        summary="A ticket's history, newest first", tag="tickets", permission="tickets:read",
        query=r.PageQuery, answer=s.EventPage, errors=(404,),
    ),
)  # fmt: skip

MESSAGES = (
    Operation(
        name="getMessageHtml", method="GET", path="/messages/{id}/html",
        summary="A message's sanitised HTML, for a sandboxed frame", tag="messages",
        permission="tickets:read", query=r.HtmlQuery, media="text/html", errors=(404,),
    ),
    Operation(
        name="getFile", method="GET", path="/messages/{id}/files/{file_id}",
        summary="An attachment", tag="messages", permission="tickets:read",
        media="application/octet-stream", errors=(404,),
    ),
    Operation(
        name="reply", method="POST", path="/tickets/{id}/replies", summary="Answer the customer",
        tag="messages", permission="tickets:write", request=r.NewReply, answer=s.Message,
        status=201, errors=(404, 409), idempotency="required", keeps_keys=True, rate=WRITES,
    ),
    Operation(
        name="getReplyTexts", method="GET", path="/tickets/{id}/texts",
        summary="The signature and the templates of a reply", tag="messages",
        permission="tickets:read", query=r.TextsQuery, answer=m.ReplyTexts, errors=(404,),
    ),
    Operation(
        name="addNote", method="POST", path="/tickets/{id}/notes", summary="Add an internal note",
        tag="messages", permission="tickets:write", request=r.NewNote, answer=s.Message,
        status=201, errors=(404, 409), idempotency="required", rate=WRITES,
    ),
    Operation(
        name="undo", method="POST", path="/messages/{id}/undo",
        summary="Take a reply back before it leaves", tag="messages",
        permission="tickets:write", answer=s.Message, errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="retry", method="POST", path="/messages/{id}/retry",
        summary="Send a failed reply again", tag="messages", permission="tickets:write",
        answer=s.Message, errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="resolve", method="POST", path="/messages/{id}/resolve",
        summary="Say what became of an uncertain reply", tag="messages",
        permission="tickets:write", request=r.Resolve, answer=s.Message, errors=(404, 409),
        rate=WRITES,
    ),
    Operation(
        name="getDraft", method="GET", path="/tickets/{id}/drafts/{mode}", summary="My draft",
        tag="messages", permission="tickets:read", answer=s.Draft, errors=(404,),
    ),
    Operation(
        name="saveDraft", method="PUT", path="/tickets/{id}/drafts/{mode}",
        summary="Save my draft", tag="messages", permission="tickets:write",
        request=r.DraftChange, answer=s.Draft, errors=(404, 409),
    ),
    Operation(
        name="deleteDraft", method="DELETE", path="/tickets/{id}/drafts/{mode}",
        summary="Drop my draft", tag="messages", permission="tickets:write", status=204,
        errors=(404,),
    ),
    Operation(
        name="upload", method="POST", path="/uploads",
        summary="A file for a reply to come; the body is the file", tag="messages",
        permission="tickets:write", query=r.UploadQuery, raw=True, answer=s.Upload, status=201,
        errors=(413,), rate=WRITES,
    ),
)  # fmt: skip

MAIL_OUT = (
    Operation(
        name="listSuppressions", method="GET", path="/suppressions",
        summary="Addresses that are not written to", tag="operations", permission="admin",
        query=r.PageQuery, answer=m.SuppressionPage,
    ),
    Operation(
        name="addSuppression", method="POST", path="/suppressions",
        summary="Write no more to an address", tag="operations", permission="admin",
        request=r.NewSuppression, answer=m.Suppression, status=201, rate=WRITES,
    ),
    Operation(
        name="liftSuppression", method="DELETE", path="/suppressions/{id}",
        summary="Write to an address again", tag="operations", permission="tickets:write",
        status=204, errors=(404,), rate=WRITES,
    ),
)  # fmt: skip

META = (
    Operation(
        name="openapi", method="GET", path="/openapi.json", summary="This document", tag="meta",
        permission="public",
    ),
    Operation(
        name="live", method="GET", path="/live", summary="Live updates by WebSocket", tag="meta",
        permission="tickets:read", status=101, media="", errors=(400, 426), socket=True,
    ),
)  # fmt: skip

OPERATIONS: tuple[Operation, ...] = SESSION + DIRECTORY + TICKETS + MESSAGES + MAIL_OUT + META
