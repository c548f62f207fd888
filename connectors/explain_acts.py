"""What a channel makes of an act, without a network: as ``explain_send`` of a reply."""

from collections.abc import Mapping
from typing import Any

from connectors.acts import ActSender, Correspondent, OutboundAct, TypingSender
from connectors.cases import ActCase, PerformCase
from connectors.contract import Connector, SendOutcome
from connectors.errors import Malformed
from connectors.events import SenderId
from connectors.explain import Place, SendSeen, connected, outcome_seen, read_case
from connectors.registry import Registry
from connectors.standin import StandInHttp


async def explain_act(
    registry: Registry, channel: str, settings: Mapping[str, Any], case: Mapping[str, Any]
) -> SendSeen:
    """Perform an act at a stand-in that gives the case's answers. Raises ConnectorError."""
    read = read_case(case, PerformCase)
    http = StandInHttp(read.replies)
    connector = connected(registry, channel, settings, Place(http=http, address=read.address))
    outcome = await _performed(connector, read.act, channel)
    key = read.act.thread_key or _sender(read.act.recipient).value
    return SendSeen(requests=tuple(http.requests), outcome=outcome_seen(outcome, key))


async def _performed(connector: Connector, act: ActCase, channel: str) -> SendOutcome:
    recipient = _sender(act.recipient)
    if act.kind == "typing":
        if not isinstance(connector, TypingSender):
            raise Malformed(f"channel {channel!r} cannot show typing")
        return await connector.show_typing(
            Correspondent(recipient=recipient, thread_key=act.thread_key, heard=act.heard)
        )
    if not isinstance(connector, ActSender):
        raise Malformed(f"channel {channel!r} cannot act")
    return await connector.act(
        OutboundAct(
            id=act.id,
            kind=act.kind,
            recipient=recipient,
            thread_key=act.thread_key,
            native_ids=act.native_ids,
            author=_sender(act.author) if act.author else None,
            text=act.text,
            emoji=act.emoji,
            before=act.before,
            before_id=act.before_id,
        )
    )


def _sender(canonical: str) -> SenderId:
    family, _, value = canonical.partition(":")
    return SenderId(family=family, value=value)
