"""The way out: private networks are refused, caps hold, and "not sent" means not sent."""

import asyncio
import socket

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.errors import FetchFailed
from connectors.http import AddressRefused, LineBroken, NotSent
from connectors.kit.addresses import Allowed
from connectors.kit.egress import EgressClient


async def line(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for frame in socket:
        if frame.data == "end":
            break
        await socket.send_str(frame.data.upper())
    return socket


@pytest.fixture
async def server():
    async def echo(request):
        body = await request.read()
        return web.json_response({"body": body.decode(), "agent": request.headers["user-agent"]})

    async def hop(request):
        raise web.HTTPFound(request.query["to"])

    async def secret(request):
        return web.Response(text=request.headers.get("authorization", "none"))

    async def big(request):
        return web.Response(body=b"x" * 300_000)

    async def gone(request):
        return web.Response(status=int(request.query["status"]))

    async def slow(request):
        await asyncio.sleep(5)
        return web.Response()

    async def loop(request):
        raise web.HTTPFound("/loop")

    app = web.Application()
    app.router.add_get("/line", line)
    for path, handler in (("echo", echo), ("hop", hop), ("secret", secret), ("big", big)):
        app.router.add_route("*", f"/{path}", handler)
    app.router.add_route("*", "/gone", gone)
    app.router.add_route("*", "/slow", slow)
    app.router.add_route("*", "/loop", loop)
    async with TestServer(app, host="127.0.0.1") as running:
        yield running


@pytest.fixture
async def http():
    async with EgressClient(["127.0.0.1"]) as client:
        yield client


async def test_a_request_comes_back_with_its_answer(server, http):
    reply = await http.request("POST", str(server.make_url("/echo")), body=b"hello")
    assert reply.status == 200
    assert reply.read(dict[str, str]) == {"body": "hello", "agent": "Parley"}
    assert reply.headers["content-type"].startswith("application/json")


async def test_a_body_may_be_streamed(server, http):
    async def pieces():
        yield b"one "
        yield b"two"

    reply = await http.request("POST", str(server.make_url("/echo")), body=pieces())
    assert reply.read(dict[str, str])["body"] == "one two"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.5.5",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::",
    ],
)
def test_private_addresses_are_not_permitted(address):
    assert not Allowed().permits("somewhere.example", address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_permitted(address):
    assert Allowed().permits("somewhere.example", address)


def test_the_operator_may_allow_names_and_networks():
    allowed = Allowed(["Gateway.internal", "10.2.0.0/16"])
    assert allowed.permits("gateway.internal", "10.9.9.9")
    assert allowed.permits("other.internal", "10.2.3.4")
    assert not allowed.permits("other.internal", "10.3.3.4")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0"]
)
async def test_loopback_in_every_spelling_is_refused(server, host):
    async with EgressClient() as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", f"http://{host}:{server.port}/echo")
        with pytest.raises(FetchFailed) as failed:
            await anext(client.stream(f"http://{host}:{server.port}/echo"))
    assert failed.value.retry is False


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "http://me:pw@example.com/", "http://", ""]
)
async def test_only_plain_http_addresses(http, url):
    with pytest.raises(AddressRefused):
        await http.request("GET", url)


async def test_a_redirect_into_a_private_network_is_refused(server):
    async with EgressClient(["127.0.0.1"]) as client:
        url = str(server.make_url("/hop").with_query(to=f"http://[::1]:{server.port}/echo"))
        with pytest.raises(FetchFailed, match="not a public address"):
            await anext(client.stream(url))


async def test_credentials_stay_with_the_first_host(server):
    async with EgressClient(["127.0.0.1", "localhost"]) as client:
        other = f"http://localhost:{server.port}/secret"
        for target, seen in ((other, b"none"), ("/secret", b"Bearer x")):
            url = str(server.make_url("/hop").with_query(to=target))
            headers = {"Authorization": "Bearer x"}
            assert b"".join([p async for p in client.stream(url, headers=headers)]) == seen


async def test_redirects_end(server, http):
    with pytest.raises(FetchFailed, match="more than 5 redirects"):
        await anext(http.stream(str(server.make_url("/loop"))))


async def test_requests_do_not_follow_redirects(server, http):
    reply = await http.request("GET", str(server.make_url("/hop").with_query(to="/echo")))
    assert reply.status == 302


async def test_files_are_capped(server, http):
    with pytest.raises(FetchFailed, match="more than 100000 bytes") as failed:
        async for _ in http.stream(str(server.make_url("/big")), max_bytes=100_000):
            pass
    assert failed.value.retry is False


@pytest.mark.parametrize(
    ("status", "retry"), [(404, False), (410, False), (403, False), (429, True), (503, True)]
)
async def test_a_missing_file_says_whether_to_come_back(server, http, status, retry):
    with pytest.raises(FetchFailed) as failed:
        await anext(http.stream(str(server.make_url("/gone").with_query(status=status))))
    assert (failed.value.retry, failed.value.status) == (retry, status)


async def test_a_refused_connection_was_not_sent(http):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent):
            await http.request("POST", f"http://127.0.0.1:{closed.getsockname()[1]}/", body=b"x")


async def test_an_unknown_name_was_not_sent(http):
    with pytest.raises(NotSent):
        await http.request("POST", "http://no-such-host.invalid/", body=b"x")


async def test_a_line_that_breaks_afterwards_may_have_been_sent(http):
    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    peer = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with peer:
        port = peer.sockets[0].getsockname()[1]
        with pytest.raises(LineBroken):
            await http.request("POST", f"http://127.0.0.1:{port}/", body=b"x")


async def test_a_time_out_after_sending_may_have_been_sent(server, http):
    with pytest.raises(LineBroken, match="timed out"):
        await http.request("POST", str(server.make_url("/slow")), body=b"x", timeout_s=0.2)


async def test_tls_to_a_plain_port_was_not_sent(server, http):
    with pytest.raises(NotSent) as failed:
        await http.request("POST", f"https://127.0.0.1:{server.port}/echo?token=abc", body=b"x")
    assert "abc" not in str(failed.value)


async def test_a_socket_speaks_is_silent_and_ends(server, http):
    async with http.socket(str(server.make_url("/line")).replace("http", "ws")) as socket:
        await socket.send("hello")
        assert await socket.receive(5) == b"HELLO"
        assert await socket.receive(0.01) is None
        await socket.send("end")
        with pytest.raises(LineBroken):
            await socket.receive(5)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.2/line", "http://127.0.0.1/line", "ws://u:p@127.0.0.1/"]
)
async def test_a_socket_goes_nowhere_private(http, url):
    with pytest.raises(AddressRefused):
        async with http.socket(url):
            pass


async def test_a_socket_that_nobody_answers_was_not_opened(http, server):
    port = server.port
    await server.close()
    with pytest.raises(NotSent):
        async with http.socket(f"ws://127.0.0.1:{port}/line"):
            pass
