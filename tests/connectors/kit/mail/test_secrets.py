"""A secret that providers were told: wherever they show it, and nowhere else."""

import base64
from datetime import UTC, datetime

import pytest

from connectors.contract import WebhookRequest
from connectors.errors import Unauthentic
from connectors.kit.mail.secrets import check_secret

SECRET = "a long: secret"


def request(query: dict | None = None, **headers: str) -> WebhookRequest:
    return WebhookRequest(
        method="POST",
        url="https://parley.example/hooks/x/i",
        headers=headers,
        query=query or {},
        body=b"",
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "shown",
    [
        request({"token": SECRET}),
        request({"secret": SECRET}),
        request({"key": SECRET, "other": "x"}),
        request(authorization=basic(f"parley:{SECRET}")),
        request(authorization=basic(SECRET)),
        request(authorization=f"Bearer {SECRET}"),
        request(authorization=f"bearer {SECRET}"),
        request({"token": "wrong"}, **{"x-token": SECRET}),
    ],
)
def test_where_it_is_shown(shown):
    check_secret(SECRET, shown, ("x-token",))


@pytest.mark.parametrize(
    "shown",
    [
        request(),
        request({"token": SECRET + " "}),
        request({"token": SECRET[:-1]}),
        request({"token": ""}),
        request({"else": SECRET}),
        request(authorization=basic(f"{SECRET}:x")),
        request(authorization="Basic !!!"),
        request(authorization=SECRET),
        request(authorization="Bearer \udcff"),
        request(**{"x-other": SECRET}),
    ],
)
def test_what_does_not_show_it(shown):
    with pytest.raises(Unauthentic):
        check_secret(SECRET, shown, ("x-token",))


def test_no_secret_opens_nothing():
    with pytest.raises(Unauthentic):
        check_secret("", request({"token": ""}))
    with pytest.raises(Unauthentic):
        check_secret("", request(authorization=basic(":")))
