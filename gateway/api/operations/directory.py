"""Agents, inboxes, channels, and what could not be read."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import mail as m

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
