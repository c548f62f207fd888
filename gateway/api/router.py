"""The table bound to its handlers: an operation without one, or the reverse, stops the start."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from gateway.api.call import Handler
from gateway.api.endpoint import Endpoints
from gateway.api.operation import PREFIX, Operation
from gateway.api.operations import OPERATIONS


def routes(
    endpoints: Endpoints,
    handlers: Iterable[Mapping[str, Handler]],
    operations: tuple[Operation, ...] = OPERATIONS,
) -> list[web.RouteDef]:
    """Routes for aiohttp, checked to be whole."""
    known = {name: handler for group in handlers for name, handler in group.items()}
    wanted = {operation.name for operation in operations}
    if known.keys() != wanted:
        raise LookupError(f"table and handlers differ: {sorted(known.keys() ^ wanted)}")
    return [
        web.route(
            operation.method,
            PREFIX + operation.path,
            endpoints.bind(operation, known[operation.name]),
        )
        for operation in operations
    ]
