"""Foreign data becomes a type: paths, queries, bodies and keys of a call, or a Refused."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from gateway.api.operation import Operation
from gateway.errors import Refused

JSON_MAX_BYTES = 1_048_576
KEY = re.compile(r"^[A-Za-z0-9_-]{8,128}$")
ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
MODES = frozenset({"reply", "note"})
_PLACE = re.compile(r" - at (?:`key` in )?`\$\.?(?P<place>[^`]*)`$")
_NAMED = re.compile(r"field `(?P<name>\w+)`")


def path_params(request: web.Request) -> Mapping[str, str]:
    """Ids of the path; an id that cannot be one is 422, as the document says."""
    for name, value in request.match_info.items():
        fits = value in MODES if name == "mode" else ID.match(value)
        if not fits:
            raise Refused(422, "invalid", f"{name} is not well-formed", field=name)
    return dict(request.match_info)


def query(request: web.Request, operation: Operation) -> Any:  # noqa: ANN401  the table's type
    """The query as the operation's Struct; each name at most once."""
    if operation.query is None:
        return None
    values: dict[str, str] = {}
    for name, value in request.query.items():
        if name in values:
            raise Refused(422, "invalid", "is given more than once", field=name)
        values[name] = value
    try:
        return msgspec.convert(values, operation.query, strict=False)
    except msgspec.ValidationError as error:
        raise invalid(error) from error


async def body(request: web.Request, operation: Operation) -> Any:  # noqa: ANN401  as above
    """The JSON body as the operation's Struct."""
    if operation.request is None:
        return None
    if request.content_type != "application/json":
        raise Refused(415, "media-type", "send application/json")
    if (request.content_length or 0) > JSON_MAX_BYTES:
        raise Refused(413, "too-large", f"at most {JSON_MAX_BYTES} bytes")
    raw = await request.content.read(JSON_MAX_BYTES + 1)
    while len(raw) <= JSON_MAX_BYTES and (more := await request.content.read(JSON_MAX_BYTES)):
        raw += more
    if len(raw) > JSON_MAX_BYTES:
        raise Refused(413, "too-large", f"at most {JSON_MAX_BYTES} bytes")
    try:
        return msgspec.json.decode(raw, type=operation.request)
    except msgspec.ValidationError as error:
        raise invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(400, "malformed", "the body is not JSON") from error


def idempotency_key(request: web.Request, operation: Operation) -> str:
    """ "" where there is none and none is needed."""
    given = request.headers.get("Idempotency-Key", "")
    if operation.idempotency == "no" or (not given and operation.idempotency == "optional"):
        return ""
    if not KEY.match(given):
        detail = "8 to 128 letters, digits, - or _: the same for a repeated attempt"
        raise Refused(400, "idempotency-key", detail, field="Idempotency-Key")
    return given


def invalid(error: msgspec.ValidationError) -> Refused:
    """A 422 that names the field."""
    text = str(error)
    found = _PLACE.search(text)
    named = _NAMED.search(text)
    place = found["place"] if found else ""
    field = place or (named["name"] if named else None)
    return Refused(422, "invalid", _PLACE.sub("", text), field=field)
