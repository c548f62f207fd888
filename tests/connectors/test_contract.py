"""Every case of every installed channel, and the tier that its manifest claims."""

import asyncio
import re
from pathlib import Path

import pytest

from connectors.acts import ActSender, TypingSender
from connectors.check import check_act, check_channel, check_receive, check_reply, load_cases
from connectors.contract import (
    Account,
    InboxId,
    MediaPort,
    Puller,
    Sender,
    Streamer,
    WebhookReceiver,
)
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp
from normalizer.mail.seen import as_read

REGISTRY = Registry.load()
INSTALLED = [manifest.id for manifest in REGISTRY.manifests()]
CHANNELS = [id for id in INSTALLED if (REGISTRY.installed(id).folder / "fixtures").is_dir()]
CASES = {channel: load_cases(REGISTRY.installed(channel)) for channel in CHANNELS}
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("channel", INSTALLED)
def test_every_channel_has_cases(channel):
    assert channel in CHANNELS


@pytest.mark.parametrize(
    ("channel", "case"),
    [
        pytest.param(channel, case, id=f"{channel}: {case.name}")
        for channel in CHANNELS
        for case in CASES[channel].receive
    ],
)
def test_receive(channel, case):
    assert check_receive(REGISTRY, channel, CASES[channel], case, as_read).why == ""


@pytest.mark.parametrize(
    ("channel", "case"),
    [
        pytest.param(channel, case, id=f"{channel}: {case.name}")
        for channel in CHANNELS
        for case in CASES[channel].reply
    ],
)
async def test_reply(channel, case):
    assert (await check_reply(REGISTRY, channel, CASES[channel], case)).why == ""


@pytest.mark.parametrize(
    ("channel", "case"),
    [
        pytest.param(channel, case, id=f"{channel}: {case.name}")
        for channel in CHANNELS
        for case in CASES[channel].act
    ],
)
async def test_act(channel, case):
    assert (await check_act(REGISTRY, channel, CASES[channel], case)).why == ""


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_the_manifest_says_of_acts_is_shown_by_cases(channel):
    """Each kind is done, and refused, in a case; and nothing is done that is not said."""
    manifest, cases = REGISTRY.manifest(channel), CASES[channel].act
    done = {case.kind for case in cases if case.outcome.get("state") == "sent"}
    said = {*manifest.acts.kinds, *(("typing",) if manifest.can("typing_out") else ())}
    assert done == said
    connector = _connector(channel, {})
    assert isinstance(connector, ActSender) == bool(manifest.acts.kinds)
    assert isinstance(connector, TypingSender) == manifest.can("typing_out")
    if manifest.acts.kinds and manifest.family != "webchat":
        assert {"sent", "rejected"} <= {case.outcome.get("state") for case in cases}


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_tier_is_earned(channel):
    report = await check_channel(REGISTRY, channel, as_read)
    assert report.missing == ()
    assert report.earned == report.claimed


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_the_manifest_says_is_proved_elsewhere_is_there(channel):
    for requirement, test in REGISTRY.manifest(channel).proved_by.items():
        path, _, name = test.partition("::")
        assert re.search(rf"def {name}\b", (ROOT / path).read_text()), (requirement, test)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_connector_does_what_its_transports_say(channel):
    manifest = REGISTRY.manifest(channel)
    modes = {f.name: f.choices for f in REGISTRY.setting_fields(channel)}.get("mode", ("",))
    found = [_connector(channel, {"mode": mode} if mode else {}) for mode in modes]
    wanted = {"webhook": WebhookReceiver, "stream": Streamer, "poll": Puller}
    for transport in manifest.transports:
        if transport in wanted:
            assert any(isinstance(one, wanted[transport]) for one in found), transport
    if manifest.can("reply"):
        assert all(isinstance(one, Sender) for one in found)


@pytest.mark.parametrize("channel", CHANNELS)
def test_files_that_come_in_can_be_fetched(channel):
    """Mail brings its files along; everybody else refers to them."""
    manifest = REGISTRY.manifest(channel)
    if manifest.can("media_in") and manifest.family != "mailto":
        assert isinstance(_connector(channel, {}), MediaPort)


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_tells_how_to_get_its_credentials(channel):
    readme = (REGISTRY.installed(channel).folder / "README.md").read_text()
    for field in REGISTRY.setting_fields(channel):
        if field.required:
            assert field.title in readme or field.name in readme


@pytest.mark.parametrize("channel", CHANNELS)
def test_settings_that_sign_are_secret(channel):
    secret = {field.name for field in REGISTRY.setting_fields(channel) if field.secret}
    assert set(REGISTRY.signing_settings(channel)) <= secret


def _connector(channel, settings):
    account = Account(
        inbox_id=InboxId("inbox"),
        channel=channel,
        name="",
        address="",
        hook_url="",
        settings=fill(REGISTRY.settings_type(channel), settings).values,
    )
    return REGISTRY.connect(account, StandInHttp())


def test_a_case_that_expects_otherwise_fails():
    """The oracle itself: every expectation of the first case, changed, is noticed."""
    from connectors.matching import difference

    assert difference({"a": [{"b": "x*"}]}, {"a": [{"b": "xyz", "c": 1}]}) == ""
    for wrong in ({"a": []}, {"a": [{"b": "y*"}]}, {"a": [{"c": 2}]}, {"a": [{}, {}]}, {"d": 1}):
        assert difference(wrong, {"a": [{"b": "xyz", "c": 1}]}) != ""


def test_cases_are_run_and_not_only_listed():
    report = asyncio.run(check_channel(REGISTRY, "twilio_sms"))
    assert len(report.results) == len(CASES["twilio_sms"].receive) + len(CASES["twilio_sms"].reply)
