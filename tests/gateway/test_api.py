"""The interface keeps what its document says."""

import asyncio
import re

import hypothesis
import pytest
import schemathesis
from aiohttp import web
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.api.openapi import document, error_statuses
from gateway.api.operation import PREFIX
from gateway.api.operations import OPERATIONS
from gateway.version import VERSION
from tests.gateway.house import House, Person

PARAM = re.compile(r"\{(\w+)\}")
# a reply or note needs a real ticket; these are driven below and in the other tests
SOCKETS = {"live"}


def test_every_route_is_in_the_document(house_routes: set[tuple[str, str]]) -> None:
    described = {
        (method.upper(), PREFIX + path)
        for path, methods in document(VERSION)["paths"].items()
        for method in methods
    }
    assert house_routes == described


@pytest.fixture
def house_routes(house: House) -> set[tuple[str, str]]:
    found = set()
    for route in house.parts.app.router.routes():
        resource = route.resource
        assert resource is not None
        if resource.canonical.startswith(PREFIX) and route.method != "HEAD":
            found.add((route.method, resource.canonical))
    return found


def test_every_reference_in_the_document_exists() -> None:
    text = str(document(VERSION))
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named == named & document(VERSION)["components"]["schemas"].keys()


def test_every_operation_that_needs_somebody_says_401() -> None:
    for operation in OPERATIONS:
        if operation.permission != "public":
            assert 401 in error_statuses(operation)


async def test_nobody_gets_nothing(house: House) -> None:
    for operation in OPERATIONS:
        if operation.permission == "public":
            continue
        path = PREFIX + PARAM.sub("reply", operation.path)
        async with house.browser().request(operation.method, path, json={}) as answer:
            assert answer.status == 401, operation.name
            assert answer.content_type == "application/problem+json"
            assert (await answer.json())["request_id"] == answer.headers["X-Request-Id"]


CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


async def test_no_5xx_and_no_undocumented_answer(house: House, admin: Person) -> None:
    """Requests as the document allows and as it forbids, against the real stores."""
    await house.say(await house.telegram(), 7, "Guten Tag", 1)
    await house.drained()
    ticket = (await admin.get("/tickets"))["items"][0]
    _, made = await admin.call("POST", "/tokens", {"name": "fuzz", "scopes": ["tickets:read",
        "tickets:write", "admin"]})  # fmt: skip
    known = {"id": ticket["id"], "Authorization": f"Bearer {made['token']}"}
    failures = await asyncio.to_thread(_fuzz, house.url, known)
    assert failures == []


def _fuzz(url: str, known: dict[str, str]) -> list[str]:
    schema = schemathesis.openapi.from_dict(document(VERSION))
    schema.config.base_url = url + PREFIX
    failures: list[str] = []
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in SOCKETS | {"logout", "deleteToken"}:
            continue

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=12,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        def run(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            if "id" in (case.path_parameters or {}) and case.operation.path.startswith("/tickets"):
                case.path_parameters["id"] = known["id"]
            headers = {"Authorization": known["Authorization"]}
            answer = case.call(base_url=url + PREFIX, headers=headers)
            case.validate_response(answer, checks=list(CHECKS))

        try:
            run()
        except Exception as error:
            failures.append(f"{operation.label}: {error}"[:1500])
    assert asked > 10 * len(OPERATIONS) / 2
    return failures


async def test_bad_requests_name_the_field(admin: Person) -> None:
    for path, field in (
        ("/tickets?limit=0", "limit"),
        ("/tickets?view=a%20b", "view"),
        ("/tickets?limit=1&limit=2", "limit"),
        ("/tickets?nothing=1", "nothing"),
        ("/search", "q"),
        ("/tickets/a%20b", "id"),
    ):
        status, problem = await admin.call("GET", path)
        assert (status, problem["field"]) == (422, field), path


async def test_a_view_that_there_is_not_is_not_found(admin: Person) -> None:
    assert (await admin.call("GET", "/tickets?view=none"))[0] == 404


async def test_wrong_method_and_unknown_path_are_problems(admin: Person) -> None:
    status, problem = await admin.call("DELETE", "/tickets")
    assert (status, problem["status"]) == (405, 405)
    assert (await admin.call("GET", "/nothing"))[0] == 404


async def test_a_repeated_write_returns_the_first_answer(house: House, admin: Person) -> None:
    await house.say(await house.telegram(), 7, "Hello", 1)
    await house.drained()
    ticket = (await admin.get("/tickets"))["items"][0]["id"]
    path, key = f"/tickets/{ticket}/notes", {"Idempotency_Key": "key-12345"}
    first = await admin.call("POST", path, {"text": "once"}, **key)
    assert first[0] == 201
    assert await admin.call("POST", path, {"text": "once"}, **key) == first
    status, problem = await admin.call("POST", path, {"text": "other"}, **key)
    assert (status, problem["type"]) == (409, "/problems/key-reused")
    notes = [m for m in (await admin.get(f"/tickets/{ticket}/messages"))["items"]
             if m["direction"] == "note"]  # fmt: skip
    assert len(notes) == 1
    async with admin.http.post(
        f"/api/v1{path}", json={"text": "x"}, headers={"X-CSRF-Token": admin.csrf}
    ) as answer:
        assert answer.status == 400


async def test_a_stale_draft_is_refused(house: House, admin: Person) -> None:
    await house.say(await house.telegram(), 7, "Hello", 1)
    await house.drained()
    path = f"/tickets/{(await admin.get('/tickets'))['items'][0]['id']}/drafts/note"
    assert (await admin.call("PUT", path, {"text": "a", "rev": 0}))[1]["rev"] == 1
    assert (await admin.call("PUT", path, {"text": "b", "rev": 1}))[1]["rev"] == 2
    assert (await admin.call("PUT", path, {"text": "c", "rev": 1}))[0] == 409
    assert (await admin.get(path))["text"] == "b"
    rich = {"text": "d", "html": "<b>d</b>", "cc": ["jo@posta.example"], "bcc": [], "rev": 2}
    assert (await admin.call("PUT", path, rich))[0] == 200
    kept = await admin.get(path)
    assert {name: kept[name] for name in rich} == rich | {"rev": 3}
    assert (await admin.call("DELETE", path))[0] == 204
    assert (await admin.get(path))["rev"] == 0


async def test_an_upload_beyond_the_limit_is_413(admin: Person) -> None:
    headers = {"X-CSRF-Token": admin.csrf, "Content-Type": "application/octet-stream"}
    for size, status in ((200_000, 201), (200_001, 413)):
        path = "/api/v1/uploads?name=a.bin"
        async with admin.http.post(path, data=b"x" * size, headers=headers) as answer:
            assert answer.status == status


async def test_inboxes_refuse_what_their_channel_does_not_know(admin: Person) -> None:
    body = {"channel": "telegram", "name": "x", "settings": {"tokn": "1"}}
    status, problem = await admin.call("POST", "/inboxes", body)
    assert (status, problem["field"]) == (422, "tokn")
    status, _ = await admin.call("POST", "/inboxes", {"channel": "fax", "name": "x"})
    assert status == 422


async def test_an_inbox_says_how_it_reads_its_mails(admin: Person, house: House) -> None:
    body = {"channel": "email", "name": "Forms", "address": "forms@halden.example"}
    _, made = await admin.call("POST", "/inboxes", body)
    path = f"/inboxes/{made['id']}"
    status, _ = await admin.call("PATCH", path, {"mail_rules": {"reply_to_as_sender": "whole"}})
    assert status == 200
    kept = await house.base.collections.inboxes.get(made["id"])
    assert kept is not None
    assert kept.mail_rules.reply_to_as_sender == "whole"
    status, _ = await admin.call("PATCH", path, {"mail_rules": {"reply_to_as_sender": "perhaps"}})
    assert status == 422


async def test_one_address_belongs_to_one_inbox(admin: Person) -> None:
    body = {"channel": "email", "name": "a", "address": "Support@halden.example"}
    status, made = await admin.call("POST", "/inboxes", body)
    assert (status, made["address"]) == (201, "support@halden.example")
    status, problem = await admin.call("POST", "/inboxes", body)
    assert (status, problem["field"]) == (409, "address")


async def test_health_and_metrics_need_nobody(house: House) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        async with house.browser().get(path) as answer:
            assert answer.status == 200, path
    assert isinstance(house.parts.app, web.Application)
