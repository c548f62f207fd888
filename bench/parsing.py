"""``python -m bench.parsing``: CPU from a recorded request to a typed event, by channel."""

import statistics
import time
from collections.abc import Callable, Iterator

from connectors.check import Cases, load_cases
from connectors.contract import (
    Account,
    InboxId,
    Parsed,
    Puller,
    Streamer,
    WebhookReceiver,
    WebhookRequest,
)
from connectors.errors import ConnectorError
from connectors.explain import recorded_request
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp

ROUNDS = 200
TARGET_US = 150

Parse = Callable[[WebhookRequest], Parsed]


def parser_of(registry: Registry, channel: str, cases: Cases) -> Parse | None:
    """How the channel reads what reaches it; None: it is read by another way (IMAP, SMTP)."""
    account = Account(
        inbox_id=InboxId("inbox"),
        channel=channel,
        name="",
        address="+15550100",
        hook_url=f"https://parley.example/hooks/{channel}/inbox",
        settings=fill(registry.settings_type(channel), cases.settings).values,
    )
    connector = registry.connect(account, StandInHttp())
    if isinstance(connector, WebhookReceiver):
        return connector.parse
    if isinstance(connector, Puller | Streamer):
        source = connector
        return lambda request: source.parse_item(request.body, request.headers, request.received_at)
    return None


def costs(registry: Registry, channel: str) -> Iterator[float]:
    """Microseconds of CPU an event, for each recorded request that makes any."""
    cases = load_cases(registry.installed(channel))
    parse = parser_of(registry, channel, cases)
    if parse is None:
        return
    for case in cases.receive:
        request = recorded_request(case.request)
        try:
            events = len(parse(request).events)
        except ConnectorError:
            continue
        if events:
            start = time.process_time_ns()
            for _ in range(ROUNDS):
                parse(request)
            yield (time.process_time_ns() - start) / 1000 / ROUNDS / events


def main() -> None:
    """The dearest channels first, and the median of all."""
    registry = Registry.load()
    measured = {
        manifest.id: list(costs(registry, manifest.id)) for manifest in registry.manifests()
    }
    medians = {name: statistics.median(found) for name, found in measured.items() if found}
    for name, cost in sorted(medians.items(), key=lambda one: -one[1]):
        print(f"{name:20} {cost:7.1f} us an event, median of {len(measured[name])} requests")
    middle, over = statistics.median(medians.values()), sum(x > TARGET_US for x in medians.values())
    print(f"median of {len(medians)} channels {middle:.1f} us; {over} above {TARGET_US}")


if __name__ == "__main__":
    main()
