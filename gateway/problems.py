"""Every failure as an RFC 9457 problem document, from one table."""

import logging
from collections.abc import Mapping

import msgspec
from aiohttp import web

from config.logging import REQUEST_ID
from connectors.errors import ManifestInvalid, SettingsInvalid, UnknownChannel
from gateway.api.schemas import Problem
from gateway.errors import DirectoryUnavailable, Refused
from outbound import errors as outbound
from storage.errors import BlobMissing, JournalFull, JournalUnavailable, StorageError
from ticketing import errors as ticketing

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"
TYPE = "/problems/"
RETRY_AFTER_S = 2

TITLES: dict[int, str] = {
    400: "Bad request",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timed out",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    416: "No such range",
    422: "Wrong value",
    426: "Upgrade required",
    429: "Too many requests",
    500: "Our mistake",
    503: "Not available now",
}
# What lower packages raise: first fit wins.
STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (web.RequestPayloadError, 400, "malformed"),
    (SettingsInvalid, 422, "settings"),
    (UnknownChannel, 422, "unknown-channel"),
    (ManifestInvalid, 422, "manifest"),
    (BlobMissing, 404, "not-found"),
    (JournalFull, 503, "busy"),
    (JournalUnavailable, 503, "store-down"),
    (StorageError, 503, "store-down"),
    (DirectoryUnavailable, 503, "store-down"),
    (outbound.NewerMessage, 409, "new-message"),
    (outbound.KeyReused, 409, "key-reused"),
    (outbound.TooLate, 409, "too-late"),
    (outbound.CannotReply, 422, "cannot-reply"),
    (ticketing.NotFound, 404, "not-found"),
    (ticketing.Forbidden, 403, "not-allowed"),
    (ticketing.Stale, 409, "stale"),
    (ticketing.Refused, 409, "refused"),
    (ticketing.ViewBroken, 409, "view-broken"),
    (ticketing.Invalid, 422, "invalid"),
)
# Driver errors carry documents in their text, and this package must not import the driver.
STORE_MODULES = ("pymongo", "redis", "valkey")


def response(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    """The problem as an answer."""
    return web.Response(
        status=problem.status,
        body=msgspec.json.encode(problem),
        content_type=MEDIA,
        headers=headers,
    )


def request_id() -> str:
    """The id of the request that is being answered; "" outside of one."""
    return REQUEST_ID.get()


def build(
    status: int,
    kind: str,
    detail: str,
    *,
    field: str | None = None,
    message_id: str | None = None,
) -> Problem:
    """A problem of this request."""
    return Problem(
        type=TYPE + kind,
        title=TITLES.get(status, "Failed"),
        status=status,
        detail=detail,
        field=field,
        message_id=message_id,
        request_id=REQUEST_ID.get(),
    )


def from_error(error: Exception) -> web.Response:
    """The answer to any exception; what nobody foresaw is a 500 whose cause only the log has."""
    if isinstance(error, Refused):
        return refused(error)
    if isinstance(error, web.HTTPException):
        return _from_http(error)
    for kind, status, name in STATUSES:
        if isinstance(error, kind):
            return _known(error, status, name)
    if type(error).__module__.split(".")[0] in STORE_MODULES:
        log.warning("a store failed", extra={"cause": type(error).__name__})
        return _retry(build(503, "store-down", "a store does not answer; try again"))
    log.error("unexpected failure", exc_info=error)
    return response(build(500, "internal", "the log has the cause under this request id"))


def refused(error: Refused) -> web.Response:
    """A refusal as it stands."""
    problem = build(
        error.status, error.kind, error.detail, field=error.field, message_id=error.message_id
    )
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return response(problem, headers)


def _known(error: Exception, status: int, name: str) -> web.Response:
    problem = build(
        status,
        name,
        str(error) or TITLES[status],
        field=getattr(error, "field", None),
        message_id=getattr(error, "message_id", None),
    )
    return (
        _retry(problem) if status == web.HTTPServiceUnavailable.status_code else response(problem)
    )


def _retry(problem: Problem) -> web.Response:
    return response(problem, {"Retry-After": str(RETRY_AFTER_S)})


def _from_http(error: web.HTTPException) -> web.Response:
    """aiohttp's own: no route, wrong method, body too large."""
    kept = {name: error.headers[name] for name in ("Allow", "Location") if name in error.headers}
    if error.status < web.HTTPBadRequest.status_code:
        return web.Response(status=error.status, headers=kept)
    kind = TITLES.get(error.status, "failed").lower().replace(" ", "-")
    return response(build(error.status, kind, error.reason), kept)
