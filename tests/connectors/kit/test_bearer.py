"""Calls behind a token: what they carry, and what a refused one leads to."""

import pytest

from connectors.http import HttpReply, LineBroken, NotSent
from connectors.kit.bearer import BearerApi
from connectors.tokens import LocalTokens, lasting
from storage.ids import utc_now


class Provider:
    """Takes only the tokens named; ``seen`` are those that came."""

    def __init__(self, *takes):
        self.takes = takes
        self.seen = []

    async def request(self, method, url, *, headers, body):
        self.seen.append(headers["authorization"])
        taken = headers["authorization"].removeprefix("Bearer ") in self.takes
        return HttpReply(status=200 if taken else 401, headers={}, body=body)


def api(provider, *values):
    given = iter(values)

    async def renew(_last):
        return lasting(next(given), 3600, utc_now())

    return BearerApi(http=provider, tokens=LocalTokens(), token="t", renew=renew)


@pytest.mark.parametrize(
    ("takes", "status", "seen"),
    [
        ("one", 200, ["Bearer one"]),
        ("two", 200, ["Bearer one", "Bearer two"]),
        ("three", 401, ["Bearer one", "Bearer two"]),
    ],
)
async def test_a_refused_token_is_renewed_once(takes, status, seen):
    provider = Provider(takes)
    reply = await api(provider, "one", "two", "three").post_json("https://x.example", b"{}")
    assert (reply.status, provider.seen) == (status, seen)


async def test_a_line_that_breaks_while_renewing_has_sent_nothing():
    async def renew(_last):
        raise LineBroken("reset")

    provider = Provider()
    calls = BearerApi(http=provider, tokens=LocalTokens(), token="t", renew=renew)
    with pytest.raises(NotSent, match="reset"):
        await calls.post_json("https://x.example", b"{}")
    assert provider.seen == []
