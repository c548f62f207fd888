"""Runs a channel's ``fixtures/cases.toml`` outside of any test runner: ``parley channel check``.

A case says only what it is about: expectations are compared as far as they go.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.contract import Account, Connector, InboxId
from connectors.errors import ConnectorError, ManifestInvalid
from connectors.explain import (
    MailReader,
    SendSeen,
    WebhookSeen,
    explain_send,
    explain_webhook,
    unread,
)
from connectors.explain_acts import explain_act
from connectors.manifest import Manifest, Tier
from connectors.matching import ExpectedRequest, difference, requests_differ
from connectors.placeholders import fill
from connectors.registry import Installed, Registry
from connectors.standin import StandInHttp
from connectors.tiers import (
    Requirement,
    Shown,
    missing_for,
    requirements_of,
    requirements_of_connector,
    tier_earned,
)


class ReceiveCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``request`` as ``explain webhook`` reads it; ``expect`` a part of what it answers."""

    name: str
    request: dict[str, Any]
    expect: dict[str, Any]
    settings: dict[str, Any] = {}


class ReplyCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``send`` as ``explain send`` reads it."""

    name: str
    send: dict[str, Any]
    outcome: dict[str, Any]
    requests: tuple[ExpectedRequest, ...] | None = None
    settings: dict[str, Any] = {}


class ActedCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``perform`` as ``explain_act`` reads it."""

    name: str
    perform: dict[str, Any]
    outcome: dict[str, Any]
    requests: tuple[ExpectedRequest, ...] | None = None
    settings: dict[str, Any] = {}

    @property
    def kind(self) -> str:
        """edit, delete, react or typing."""
        return str(self.perform.get("act", {}).get("kind", ""))


class Cases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file. ``settings`` hold for every case."""

    settings: dict[str, Any] = {}
    receive: tuple[ReceiveCase, ...] = ()
    reply: tuple[ReplyCase, ...] = ()
    act: tuple[ActedCase, ...] = ()


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """``why`` is empty when the case passed."""

    name: str
    why: str
    proved: frozenset[Requirement] = frozenset()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All results of a channel, and what its claimed tier still lacks."""

    channel: str
    claimed: Tier
    earned: Tier | None
    missing: tuple[Requirement, ...]
    results: tuple[CaseResult, ...]

    @property
    def ok(self) -> bool:
        """Every case passed and the tier is earned exactly."""
        return self.earned == self.claimed and not any(result.why for result in self.results)


def load_cases(installed: Installed) -> Cases:
    """The channel's cases; ManifestInvalid names file and field."""
    path = installed.cases
    try:
        return msgspec.convert(tomllib.loads(path.read_text()), Cases)
    except FileNotFoundError:
        raise ManifestInvalid(
            f"there are no cases yet: {path} (`parley channel new` writes some to begin with)"
        ) from None
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ManifestInvalid(f"{path}: {error}") from error


async def check_channel(registry: Registry, channel: str, read_mail: MailReader = unread) -> Report:
    """Run all cases and weigh the tier. ``read_mail`` as in ``explain_webhook``."""
    installed = registry.installed(channel)
    cases = load_cases(installed)
    results = [
        *(check_receive(registry, channel, cases, case, read_mail) for case in cases.receive),
        *[await check_reply(registry, channel, cases, case) for case in cases.reply],
        *[await check_act(registry, channel, cases, case) for case in cases.act],
    ]
    proved = {name for result in results if not result.why for name in result.proved}
    proved |= requirements_of_connector(
        _connector(registry, channel, cases.settings), _readme(installed)
    )
    return _report(installed.manifest, frozenset(proved), tuple(results))


def check_receive(
    registry: Registry,
    channel: str,
    cases: Cases,
    case: ReceiveCase,
    read_mail: MailReader = unread,
) -> CaseResult:
    """One request in."""
    settings = {**cases.settings, **case.settings}
    try:
        seen = explain_webhook(registry, channel, settings, case.request, read_mail)
    except ConnectorError as error:
        return CaseResult(name=case.name, why=str(error))
    why = difference(case.expect, msgspec.to_builtins(seen))
    return CaseResult(name=case.name, why=why, proved=requirements_of(_shown_in(seen)))


async def check_reply(
    registry: Registry, channel: str, cases: Cases, case: ReplyCase
) -> CaseResult:
    """One reply out."""
    settings = {**cases.settings, **case.settings}
    try:
        seen = await explain_send(registry, channel, settings, case.send)
    except ConnectorError as error:
        return CaseResult(name=case.name, why=str(error))
    why = difference(case.outcome, msgspec.to_builtins(seen.outcome), "outcome")
    why = why or requests_differ(case.requests, seen.requests)
    sent_media = bool(case.send["message"].get("attachments"))
    return CaseResult(
        name=case.name, why=why, proved=requirements_of(_shown_out(seen, sent_media=sent_media))
    )


async def check_act(registry: Registry, channel: str, cases: Cases, case: ActedCase) -> CaseResult:
    """One act out."""
    settings = {**cases.settings, **case.settings}
    try:
        seen = await explain_act(registry, channel, settings, case.perform)
    except ConnectorError as error:
        return CaseResult(name=case.name, why=str(error))
    why = difference(case.outcome, msgspec.to_builtins(seen.outcome), "outcome")
    return CaseResult(name=case.name, why=why or requests_differ(case.requests, seen.requests))


def _shown_in(seen: WebhookSeen) -> Shown:
    return Shown(
        kinds=frozenset(event.kind for event in seen.events),
        text=any(event.text for event in seen.events),
        media=any(event.attachments for event in seen.events),
        reply_to=any(event.reply_to for event in seen.events),
        refused=seen.verified is False,
        quarantined=bool(seen.quarantined),
    )


def _shown_out(seen: SendSeen, *, sent_media: bool) -> Shown:
    return Shown(
        outcome=seen.outcome.state,
        sent_media=sent_media and not seen.outcome.failed,
        retry_after=seen.outcome.retry_after is not None,
    )


def _connector(registry: Registry, channel: str, settings: Mapping[str, Any]) -> Connector:
    account = Account(
        inbox_id=InboxId("inbox"),
        channel=channel,
        name="",
        address="",
        hook_url="",
        settings=fill(registry.settings_type(channel), settings).values,
    )
    return registry.connect(account, StandInHttp())


def _readme(installed: Installed) -> str:
    return installed.readme.read_text() if installed.readme.is_file() else ""


def _report(
    manifest: Manifest, proved: frozenset[Requirement], results: tuple[CaseResult, ...]
) -> Report:
    return Report(
        channel=manifest.id,
        claimed=manifest.tier,
        earned=tier_earned(manifest, proved),
        missing=missing_for(manifest.tier, manifest, proved),
        results=results,
    )
