"""The OpenAPI 3.1 document, made from the table of operations and the Structs behind it."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from gateway.api import fields, frames
from gateway.api import schemas as s
from gateway.api.operation import PREFIX, Operation
from gateway.api.operations import OPERATIONS

REF = "#/components/schemas/{name}"
PATH_PARAM = re.compile(r"\{(\w+)\}")
PROBLEMS: dict[int, str] = {
    400: "The request cannot be read",
    401: "Nobody is logged in, or the credentials are wrong",
    403: "Not allowed: scope, role or CSRF token",
    404: "There is none, or it is not yours to see",
    409: "It changed meanwhile, or what is asked does not fit its state",
    413: "Too large",
    415: "Not the media type that is read here",
    416: "The range begins behind the end of the file",
    422: "A field is wrong; `field` names it",
    426: "This address speaks WebSocket",
    429: "Too many requests; see Retry-After",
    503: "A store is not available; see Retry-After",
}
SUCCESS: dict[int, str] = {
    200: "Done",
    201: "Made",
    204: "Done",
    206: "The range that was asked for",
    202: "Taken on",
    101: "Switching to WebSocket",
}
DESCRIPTION = """\
Everything the agent app does, it does through this interface. Log in for a session cookie (and send
`X-CSRF-Token` with every write), or send `Authorization: Bearer <token>`. Lists page by `cursor`.
Errors are problem documents (RFC 9457). Every answer has `X-Request-Id`."""


def document(version: str) -> dict[str, Any]:
    """The whole document as builtins; the same for the same version."""
    schemas = _components()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Parley", "version": version, "description": DESCRIPTION},
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-parley"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def error_statuses(operation: Operation) -> tuple[int, ...]:
    """Every problem status that an operation may answer with, its own and the edge's."""
    found = {503, *operation.errors}
    if operation.permission != "public":
        found |= {401, 403}
    if operation.request or operation.raw:
        found |= {400, 403, 413, 415, 422}
    if operation.query or operation.idempotency != "no" or PATH_PARAM.search(operation.path):
        found.add(422)
    if operation.idempotency != "no":
        found |= {400, 409}
    if operation.rate:
        found.add(429)
    return tuple(sorted(found))


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
        "security": [] if operation.permission == "public" else [{"session": []}, {"token": []}],
    }
    if operation.request:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.request)}},
        }
    if operation.raw:
        described["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"format": "binary"}}},
        }
    return described


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in PATH_PARAM.findall(operation.path):
        kind = fields.DraftMode if name == "mode" else fields.Id
        yield _parameter(name, "path", required=True, schema=msgspec.json.schema(kind))
    if operation.query:
        for field in msgspec.structs.fields(operation.query):
            kind = _without_unset(field.type)
            schema = msgspec.json.schema(kind)
            if field.default not in (msgspec.NODEFAULT, msgspec.UNSET):
                schema["default"] = field.default
            yield _parameter(field.name, "query", required=field.required, schema=schema)
    if operation.idempotency != "no":
        yield _parameter(
            "Idempotency-Key",
            "header",
            required=operation.idempotency == "required",
            schema={"type": "string", "pattern": "^[A-Za-z0-9_-]{8,128}$"},
        )


def _parameter(name: str, where: str, *, required: bool, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _without_unset(kind: Any) -> Any:  # noqa: ANN401  a type expression
    kept = [one for one in get_args(kind) if one is not msgspec.UnsetType]
    return kept[0] if msgspec.UnsetType in get_args(kind) else kind


def _responses(operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {
        "description": SUCCESS[operation.status],
        "headers": {"X-Request-Id": {"schema": {"type": "string"}}},
    }
    if operation.answer:
        success["content"] = {operation.media: {"schema": _ref(operation.answer)}}
    elif operation.status == 200:  # noqa: PLR2004  an answer of bytes or free JSON
        success["content"] = _free_content(operation.media)
    responses: dict[str, Any] = {str(operation.status): success}
    if operation.partial:
        responses["206"] = {**success, "description": SUCCESS[206]}
    for status in error_statuses(operation):
        responses[str(status)] = {
            "description": PROBLEMS[status],
            "content": {"application/problem+json": {"schema": _ref(s.Problem)}},
        }
    return responses


def _free_content(media: str) -> dict[str, Any]:
    if media == "application/json":
        return {media: {"schema": {"type": "object"}}}
    if media == "application/octet-stream":
        return {"*/*": {"schema": {"format": "binary"}}}
    return {media: {"schema": {"type": "string"}}}


def _ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}


def _components() -> dict[str, Any]:
    used: list[Any] = [s.Problem, frames.LiveFrame, frames.ClientFrame]
    for operation in OPERATIONS:
        used += [kind for kind in (operation.request, operation.answer) if kind]
    _, components = msgspec.json.schema_components(used, ref_template=REF)
    # the frames of /live have no operation of their own: named so that clients can generate them
    components["LiveFrame"] = {
        "oneOf": [_ref(kind) for kind in get_args(frames.LiveFrame)],
        "discriminator": {"propertyName": "type"},
    }
    components["ClientFrame"] = {
        "oneOf": [_ref(kind) for kind in get_args(frames.ClientFrame)],
        "discriminator": {"propertyName": "type"},
    }
    return dict(sorted(components.items()))
