"""Tickets: lists and changes."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation

TICKETS = (
    Operation(
        name="listTickets", method="GET", path="/tickets", summary="Tickets of a view",
        tag="tickets", permission="tickets:read", query=r.TicketQuery, answer=s.TicketPage,
        errors=(404, 409),
    ),
    Operation(
        name="createTicket", method="POST", path="/tickets", summary="Write to somebody first",
        tag="tickets", permission="tickets:write", needs="start",
        request=r.NewTicket, answer=s.Ticket,
        status=201, errors=(404, 409), idempotency="optional", rate=WRITES,
        audit="events",
    ),
    Operation(
        name="getTicket", method="GET", path="/tickets/{id}", summary="A whole ticket",
        tag="tickets", permission="tickets:read", answer=s.Ticket, errors=(404,),
    ),
    Operation(
        name="changeTicket", method="PATCH", path="/tickets/{id}", summary="Change a ticket",
        tag="tickets", permission="tickets:write", request=r.TicketChange, answer=s.Ticket,
        errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="markRead", method="POST", path="/tickets/{id}/read",
        summary="Mark a ticket read for me up to now", tag="tickets", permission="tickets:read",
        status=204, errors=(404,),
        audit="none",
    ),
    Operation(
        name="listMessages", method="GET", path="/tickets/{id}/messages",
        summary="A ticket's messages, newest first", tag="messages", permission="tickets:read",
        query=r.PageQuery, answer=s.MessagePage, errors=(404,),
    ),
    Operation(
        name="listEvents", method="GET", path="/tickets/{id}/events",
        summary="A ticket's history, newest first", tag="tickets", permission="tickets:read",
        query=r.EventQuery, answer=s.EventPage, errors=(404,),
    ),
)  # fmt: skip
