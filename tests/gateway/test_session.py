"""Sessions, CSRF, tokens and roles."""

import asyncio
from datetime import timedelta

import pytest

from gateway.auth.passwords import hash_password, password_fits
from gateway.auth.sessions import PEOPLE, digest
from gateway.tasks import cancelled
from storage.ids import utc_now
from tests.gateway.house import PASSWORD, House, Person


async def test_cookie_opens_the_session_and_logout_ends_it(house: House, admin: Person) -> None:
    assert (await admin.get("/session"))["agent"]["email"] == "mira@halden.example"
    (cookie,) = admin.http.cookie_jar
    assert cookie.key == "parley"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert await house.base.auth.sessions.get(digest(cookie.value)) is not None
    assert (await admin.call("DELETE", "/session"))[0] == 204
    stolen = {"Cookie": f"parley={cookie.value}"}
    async with house.browser().get("/api/v1/session", headers=stolen) as answer:
        assert answer.status == 401


async def test_the_database_does_not_hold_the_cookie(house: House, admin: Person) -> None:
    (cookie,) = admin.http.cookie_jar
    assert await house.base.auth.sessions.get(cookie.value) is None


@pytest.mark.parametrize(
    "body",
    [
        {"email": "mira@halden.example", "password": "wrong"},
        {"email": "nobody@halden.example", "password": PASSWORD},
    ],
)
async def test_wrong_login_says_the_same_for_address_and_password(
    house: House, admin: Person, body: dict
) -> None:
    async with house.browser().post("/api/v1/session", json=body) as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert (await answer.json())["detail"] == "address or password is wrong"


async def test_logins_are_limited(house: House) -> None:
    body = {"email": "nobody@halden.example", "password": "x"}
    answers = [(await house.browser().post("/api/v1/session", json=body)).status for _ in range(12)]
    assert answers[:10] == [401] * 10
    assert 429 in answers[10:]


async def test_a_write_needs_the_csrf_token(admin: Person) -> None:
    async with admin.http.post("/api/v1/tokens", json={"name": "x", "scopes": ["admin"]}) as answer:
        assert answer.status == 403
        assert (await answer.json())["type"].endswith("/csrf")


async def test_another_sites_page_may_not_write(admin: Person) -> None:
    body = {"name": "x", "scopes": ["admin"]}
    status, problem = await admin.call("POST", "/tokens", body, Origin="https://evil.example")
    assert (status, problem["type"]) == (403, "/problems/origin")


async def test_another_sites_page_may_not_log_in_or_listen(house: House, admin: Person) -> None:
    evil = {"Origin": "https://evil.example"}
    body = {"email": "mira@halden.example", "password": PASSWORD}
    async with house.browser().post("/api/v1/session", json=body, headers=evil) as answer:
        assert answer.status == 403
    async with admin.http.get("/api/v1/live", headers=evil) as answer:
        assert answer.status == 403


async def test_a_token_reaches_no_further_than_its_scopes(house: House, admin: Person) -> None:
    _, made = await admin.call("POST", "/tokens", {"name": "r", "scopes": ["tickets:read"]})
    bearer = {"Authorization": f"Bearer {made['token']}"}
    async with house.browser().get("/api/v1/tickets", headers=bearer) as answer:
        assert answer.status == 200
    async with house.browser().get("/api/v1/quarantine", headers=bearer) as answer:
        assert answer.status == 403
    assert (await admin.call("DELETE", f"/tokens/{made['id']}"))[0] == 204
    async with house.browser().get("/api/v1/tickets", headers=bearer) as answer:
        assert answer.status == 401


async def test_a_token_ends_with_its_day(house: House, admin: Person) -> None:
    soon = (utc_now() + timedelta(seconds=1)).isoformat()
    body = {"name": "r", "scopes": ["tickets:read"], "expires_at": soon}
    _, made = await admin.call("POST", "/tokens", body)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    async with house.browser().get("/api/v1/tickets", headers=bearer) as answer:
        assert answer.status == 200
    await asyncio.sleep(1.1)
    async with house.browser().get("/api/v1/tickets", headers=bearer) as answer:
        assert answer.status == 401


async def test_an_agent_makes_no_admin_token(house: House) -> None:
    agent = await house.person("jun@halden.example")
    status, _ = await agent.call("POST", "/tokens", {"name": "x", "scopes": ["admin"]})
    assert status == 403


async def test_an_agent_may_not_administer(house: House) -> None:
    agent = await house.person("jun@halden.example")
    body = {"channel": "webchat", "name": "x"}
    assert (await agent.call("POST", "/inboxes", body))[0] == 403
    assert (await agent.call("GET", "/quarantine"))[0] == 403


async def test_deactivation_ends_every_session(house: House, admin: Person) -> None:
    agent = await house.person("jun@halden.example")
    assert (await admin.call("PATCH", f"/agents/{agent.id}", {"active": False}))[0] == 200
    assert (await agent.call("GET", "/session"))[0] == 401


async def test_a_change_of_an_agent_is_seen_at_the_next_request(
    house: House, admin: Person
) -> None:
    agent = await house.person("jun@halden.example")
    assert (await agent.get("/session"))["agent"]["role"] == "agent"
    await admin.call("PATCH", f"/agents/{agent.id}", {"role": "compliance"})
    assert (await agent.get("/session"))["agent"]["role"] == "compliance"


async def test_another_process_hears_that_a_session_has_ended(house: House, admin: Person) -> None:
    assert (await admin.call("GET", "/session"))[0] == 200  # remembered here from now on
    await house.base.auth.sessions.delete({})
    sessions = house.parts.sessions
    following = asyncio.create_task(sessions.follow(house.base.pubsub))
    async with asyncio.timeout(3):
        while not await house.base.pubsub._redis.publish(PEOPLE, b""):  # noqa: ASYNC110  Redis tells nobody
            await asyncio.sleep(0.01)
        while (await admin.call("GET", "/session"))[0] == 200:  # noqa: ASYNC110  as above
            await asyncio.sleep(0.01)
    await cancelled([following])


async def test_nobody_locks_themself_out(admin: Person) -> None:
    status, _ = await admin.call("PATCH", f"/agents/{admin.id}", {"role": "agent"})
    assert status == 409


async def test_an_empty_hash_fits_nothing() -> None:
    assert not await password_fits("", "")
    assert not await password_fits(PASSWORD, "")
    assert await password_fits(PASSWORD, await hash_password(PASSWORD))
