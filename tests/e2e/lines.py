"""A WebSocket that can be cut under a page: emulated offline leaves open sockets alone."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, WebSocketRoute


async def cuttable(page: Page, address: str) -> Callable[[bool], Awaitable[None]]:
    """``await cut(True)`` breaks the page's sockets at an address and lets none open."""
    dead = False
    alive: list[WebSocketRoute] = []

    async def route(socket: WebSocketRoute) -> None:
        if dead:
            await socket.close()
            return
        socket.connect_to_server()
        alive.append(socket)

    async def cut(now: bool) -> None:
        nonlocal dead
        dead = now
        while dead and alive:
            await alive.pop().close()

    await page.route_web_socket(address, route)
    return cut
