"""What agents keep for themselves and each other."""

from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import work as w

WORK = (
    Operation(
        name="listCanned", method="GET", path="/canned", summary="Canned replies that fit",
        tag="work", permission="tickets:read", query=w.CannedQuery, answer=w.CannedList,
    ),
    Operation(
        name="createCanned", method="POST", path="/canned", summary="Keep a canned reply",
        tag="work", permission="tickets:write", request=w.NewCanned, answer=w.CannedReply,
        status=201, errors=(409,), idempotency="optional", rate=WRITES,
    ),
    Operation(
        name="changeCanned", method="PUT", path="/canned/{id}", summary="Change a canned reply",
        tag="work", permission="tickets:write", request=w.CannedChange, answer=w.CannedReply,
        errors=(404, 409), rate=WRITES,
    ),
    Operation(
        name="deleteCanned", method="DELETE", path="/canned/{id}",
        summary="Delete a canned reply", tag="work", permission="tickets:write", status=204,
        errors=(404,), rate=WRITES,
    ),
    Operation(
        name="fillCanned", method="GET", path="/tickets/{id}/canned/{canned_id}",
        summary="A canned reply filled for a conversation", tag="work",
        permission="tickets:read", query=w.CannedPlace, answer=w.FilledCanned, errors=(404,),
    ),
    Operation(
        name="getPreferences", method="GET", path="/me/preferences", summary="My preferences",
        tag="work", permission="anyone", answer=w.MyPreferences,
    ),
    Operation(
        name="savePreferences", method="PUT", path="/me/preferences",
        summary="Save my preferences", tag="work", permission="anyone",
        request=w.PreferencesChange, answer=w.MyPreferences, rate=WRITES, audit="none",
    ),
    Operation(
        name="follow", method="PUT", path="/tickets/{id}/followers/{agent_id}",
        summary="Follow a ticket, or let an agent follow it", tag="work",
        permission="tickets:read", answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="unfollow", method="DELETE", path="/tickets/{id}/followers/{agent_id}",
        summary="Follow a ticket no more", tag="work", permission="tickets:read",
        answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="snooze", method="PUT", path="/tickets/{id}/snooze",
        summary="Put a ticket to sleep", tag="work", permission="tickets:write",
        request=w.Snoozing, answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="wake", method="DELETE", path="/tickets/{id}/snooze", summary="Wake a ticket",
        tag="work", permission="tickets:write", answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="addItem", method="POST", path="/tickets/{id}/checklist",
        summary="Add a thing to be done", tag="work", permission="tickets:write",
        request=w.NewItem, answer=s.Ticket, status=201, errors=(404, 409),
        idempotency="optional", keeps_keys=True, rate=WRITES, audit="events",
    ),
    Operation(
        name="changeItem", method="PATCH", path="/tickets/{id}/checklist/{item_id}",
        summary="Tick, reword or move a thing to be done", tag="work",
        permission="tickets:write", request=w.ItemChange, answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="removeItem", method="DELETE", path="/tickets/{id}/checklist/{item_id}",
        summary="Remove a thing to be done", tag="work", permission="tickets:write",
        answer=s.Ticket, errors=(404, 409),
        rate=WRITES, audit="events",
    ),
    Operation(
        name="changeSchedule", method="PATCH", path="/messages/{id}/schedule",
        summary="Change a reply that waits for its time", tag="work",
        permission="tickets:write", request=w.ScheduleChange, answer=s.Message,
        errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="cancelSchedule", method="DELETE", path="/messages/{id}/schedule",
        summary="Do not send a reply that waits for its time", tag="work",
        permission="tickets:write", answer=s.Message, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="listNotifications", method="GET", path="/notifications",
        summary="What I should know of", tag="work", permission="tickets:read",
        answer=w.NotificationList,
    ),
    Operation(
        name="readNotifications", method="POST", path="/notifications/read",
        summary="Mark notifications read", tag="work", permission="tickets:read",
        request=w.ReadNotifications, answer=w.Unread, audit="none",
    ),
)  # fmt: skip
