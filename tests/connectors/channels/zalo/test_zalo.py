"""Refresh tokens that serve once: each renewal is asked for with the newest."""

from urllib.parse import parse_qs

from connectors.contract import Account, InboxId
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp


def _grant(number):
    body = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}"}
    return CannedReply(url="*access_token", body={**body, "expires_in": "1"})


async def test_each_renewal_uses_the_refresh_token_of_the_last():
    http = StandInHttp([_grant(2), _grant(3)])
    registry = Registry.load()
    given = {"app_id": "a", "app_secret": "s", "oa_secret": "o", "refresh_token": "refresh-1"}
    account = Account(
        inbox_id=InboxId("inbox"),
        channel="zalo",
        name="",
        address="",
        hook_url="",
        settings=registry.parse_settings("zalo", given),
    )
    connector = registry.connect(account, http)
    assert (await connector.check()).ok
    assert (await connector.check()).ok
    used = [parse_qs(request.body)["refresh_token"] for request in http.requests]
    assert used == [["refresh-1"], ["refresh-2"]]
