"""Messages, replies, notes, drafts and files."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import mail as m

MESSAGES = (
    Operation(
        name="getMessageHtml", method="GET", path="/messages/{id}/html",
        summary="A message's sanitised HTML, for a sandboxed frame", tag="messages",
        permission="tickets:read", query=r.HtmlQuery, media="text/html", errors=(404,),
    ),
    Operation(
        name="getFile", method="GET", path="/messages/{id}/files/{file_id}",
        summary="An attachment", tag="messages", permission="tickets:read",
        media="application/octet-stream", errors=(404, 416), partial=True,
    ),
    Operation(
        name="getFieldFile", method="GET", path="/tickets/{id}/fields/{field_id}/file",
        summary="The file that a ticket's field holds", tag="tickets", permission="tickets:read",
        media="application/octet-stream", errors=(404, 416), partial=True,
    ),
    Operation(
        name="getThumbnail", method="GET", path="/messages/{id}/files/{file_id}/thumbnail",
        summary="A small picture of an attached one", tag="messages", permission="tickets:read",
        media="image/webp", errors=(404,),
    ),
    Operation(
        name="reply", method="POST", path="/tickets/{id}/replies", summary="Answer the customer",
        tag="messages", permission="tickets:write", request=r.NewReply, answer=s.Message,
        status=201, errors=(404, 409), idempotency="required", keeps_keys=True, rate=WRITES,
        audit="events",
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
        audit="events",
    ),
    Operation(
        name="undo", method="POST", path="/messages/{id}/undo",
        summary="Take a reply back before it leaves", tag="messages",
        permission="tickets:write", answer=s.Message, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="retry", method="POST", path="/messages/{id}/retry",
        summary="Send a failed reply again", tag="messages", permission="tickets:write",
        answer=s.Message, errors=(404, 409), rate=WRITES,
        audit="events",
    ),
    Operation(
        name="resolve", method="POST", path="/messages/{id}/resolve",
        summary="Say what became of an uncertain reply", tag="messages",
        permission="tickets:write", request=r.Resolve, answer=s.Message, errors=(404, 409),
        rate=WRITES,
        audit="events",
    ),
    Operation(
        name="editMessage", method="POST", path="/messages/{id}/edits",
        summary="Change what we said, where the channel can", tag="messages",
        permission="tickets:write", request=r.Edit, answer=s.Message, status=201,
        errors=(404, 409), idempotency="required", keeps_keys=True, rate=WRITES, audit="events",
    ),
    Operation(
        name="deleteMessage", method="POST", path="/messages/{id}/deletion",
        summary="Take back what we said, where the channel can", tag="messages",
        permission="tickets:write", answer=s.Message, status=201,
        errors=(404, 409), idempotency="required", keeps_keys=True, rate=WRITES, audit="events",
    ),
    Operation(
        name="react", method="POST", path="/messages/{id}/reaction",
        summary="React to a customer's message, where the channel can", tag="messages",
        permission="tickets:write", request=r.React, answer=s.Message, status=201,
        errors=(404, 409), idempotency="required", keeps_keys=True, rate=WRITES, audit="events",
    ),
    Operation(
        name="getDraft", method="GET", path="/tickets/{id}/drafts/{mode}", summary="My draft",
        tag="messages", permission="tickets:read", answer=s.Draft, errors=(404,),
    ),
    Operation(
        name="saveDraft", method="PUT", path="/tickets/{id}/drafts/{mode}",
        summary="Save my draft", tag="messages", permission="tickets:write",
        request=r.DraftChange, answer=s.Draft, errors=(404, 409),
        audit="none",
    ),
    Operation(
        name="deleteDraft", method="DELETE", path="/tickets/{id}/drafts/{mode}",
        summary="Drop my draft", tag="messages", permission="tickets:write", status=204,
        errors=(404,),
        audit="none",
    ),
    Operation(
        name="upload", method="POST", path="/uploads",
        summary="A file for a reply to come; the body is the file", tag="messages",
        permission="tickets:write", query=r.UploadQuery, raw=True, answer=s.Upload, status=201,
        errors=(413,), rate=WRITES,
        audit="none",
    ),
    Operation(
        name="getUpload", method="GET", path="/uploads/{id}", summary="A file I put up",
        tag="messages", permission="tickets:read", media="application/octet-stream",
        errors=(404, 416), partial=True,
    ),
)  # fmt: skip
