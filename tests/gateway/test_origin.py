"""Where a call comes from, as it is written down."""

from aiohttp.test_utils import make_mocked_request

from config.logging import REQUEST_ID
from gateway.api.endpoint import Endpoints
from gateway.auth.model import Identity
from normalizer.model import AgentId
from storage.ids import utc_now
from ticketing.model import Agent
from ticketing.permissions import Viewer

AGENT = Agent(
    id=AgentId("a"), email="m@halden.example", name="Mira", role="agent", created_at=utc_now()
)


def endpoints(*trusted: str) -> Endpoints:
    return Endpoints(
        sessions=None,  # type: ignore[arg-type]  not asked
        idempotency=None,  # type: ignore[arg-type]  not asked
        limiter=None,  # type: ignore[arg-type]  not asked
        cookie="parley",
        public_url="http://localhost",
        trusted_proxies=trusted,
        record=None,  # type: ignore[arg-type]  not asked
    )


def identity(csrf: str | None) -> Identity:
    viewer = Viewer.of(AGENT)
    return Identity(agent=AGENT, viewer=viewer, scopes=frozenset(), csrf=csrf, key="login")


class Transport:
    """A peer that is a proxy."""

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("10.0.0.1", 4) if name == "peername" else default


def test_the_address_is_the_clients_and_never_what_a_stranger_claims() -> None:
    given = {"X-Forwarded-For": "203.0.113.9, 10.0.0.1"}
    request = make_mocked_request("GET", "/", headers=given, transport=Transport())
    assert endpoints("10.0.0.1").origin(request, identity("x")).ip == "203.0.113.9"
    assert endpoints().origin(request, identity("x")).ip == "10.0.0.1"


def test_it_names_the_login_and_the_request() -> None:
    request = make_mocked_request("GET", "/", transport=Transport())
    mark = REQUEST_ID.set("request-1")
    by_cookie = endpoints().origin(request, identity("x"))
    REQUEST_ID.reset(mark)
    assert (by_cookie.via, by_cookie.login_id) == ("session", "login")
    assert by_cookie.request_id == "request-1"
    assert endpoints().origin(request, identity(None)).via == "token"
