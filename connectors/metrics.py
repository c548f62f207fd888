"""What connectors count. No label holds a host or an id that comes from outside."""

from prometheus_client import Counter, Gauge, Histogram

EGRESS_REQUESTS = Counter(
    "parley_egress_requests_total",
    "Outgoing HTTP requests by what became of them",
    ["outcome"],
)
EGRESS_SECONDS = Histogram(
    "parley_egress_seconds",
    "Time of an outgoing HTTP request until its answer was read",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60),
)
DNS_LOOKUPS = Counter(
    "parley_dns_lookups_total",
    "Questions to the DNS by what became of them",
    ["outcome"],
)
DNS_SECONDS = Histogram(
    "parley_dns_seconds",
    "Time of a question to the DNS until its answer",
    buckets=(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4),
)
STREAM_POLLS = Counter(
    "parley_stream_polls_total",
    "Long polls of streaming connectors by what became of them",
    ["channel", "outcome"],
)
CHANNEL_FILES = Gauge(
    "parley_channel_files",
    "The operator's channel files by whether they are in force or refused",
    ["state"],
    multiprocess_mode="max",
)
