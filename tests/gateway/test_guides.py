"""Every channel's page says, step by step, how it is set up; the API serves it."""

import pytest

from connectors.registry import Registry
from gateway.guides import guide
from tests.gateway.house import House, Person

REGISTRY = Registry.load()
# Set up by a file of their own, by DNS, or by a line of HTML: their pages have no numbered steps.
BY_HAND = {"alertmanager", "api", "email", "rocketchat", "webchat"}
CHANNELS = [manifest.id for manifest in REGISTRY.manifests()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_tells_its_steps(channel: str) -> None:
    readme = REGISTRY.installed(channel).readme.read_text()
    page = guide(readme)
    assert ("## Setting it up" in readme) == bool(page.steps)
    if not page.steps:
        assert channel in BY_HAND
        return
    assert page.needs


def test_steps_are_split_and_unwrapped() -> None:
    steps = "1. Do\n   this.\n2. Do that.\n\nEnd."
    page = guide(f"# X\n\n## Setting it up\n\nFirst:\n\n{steps}\n\n## What works\n\ny")
    assert (page.steps, page.works, page.needs) == (("Do this.", "Do that. End."), "y", "")


async def test_the_api_gives_fields_steps_picture_and_address(house: House, admin: Person) -> None:
    inbox = await house.telegram()
    found = await admin.get(f"/channels/telegram/guide?inbox_id={inbox}")
    assert found["hook_url"].endswith(f"/hooks/telegram/{inbox}")
    assert {one["name"] for one in found["settings"] if one["secret"]}
    assert found["picture"].startswith("<svg")
    assert (await admin.get("/channels/telegram/guide"))["hook_url"].endswith("/{inbox}")
    assert (await admin.get("/channels/xmpp/guide"))["hook_url"] is None


async def test_what_is_not_there_is_404(house: House, admin: Person) -> None:
    inbox = await house.telegram()
    for path in ("/channels/none/guide", f"/channels/email/guide?inbox_id={inbox}"):
        assert (await admin.call("GET", path))[0] == 404, path
