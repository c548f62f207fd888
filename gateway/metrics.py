"""What the edge and the workers count. No label holds an address or an id from outside."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "parley_http_seconds",
    "Time to answer a request, by route and status",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
WEBHOOKS = Counter(
    "parley_webhooks_total", "Webhook requests by channel and outcome", ["channel", "outcome"]
)
SMTP_MAILS = Counter("parley_smtp_in_total", "Mails and recipients by outcome", ["outcome"])
SMTP_CONNECTIONS = Counter("parley_smtp_in_sessions_total", "SMTP sessions by outcome", ["outcome"])
LOGINS = Counter("parley_logins_total", "Logins by outcome", ["outcome"])
RATE_LIMITED = Counter("parley_rate_limited_total", "Requests refused with 429", ["operation"])
LIVE_CLIENTS = Gauge(
    "parley_live_clients", "Connected WebSockets", ["kind"], multiprocess_mode="livesum"
)
LIVE_DROPPED = Counter("parley_live_resyncs_total", "Clients told to fetch again")
CHAT_MESSAGES = Counter("parley_chat_messages_total", "Webchat messages by outcome", ["outcome"])
WORKER_RUNS = Counter(
    "parley_worker_runs_total", "Rounds of a worker's loop by outcome", ["loop", "outcome"]
)
WORKER_SECONDS = Histogram("parley_worker_seconds", "Time of one job or chore", ["loop"])
PULL_FAILING = Gauge(
    "parley_pull_failing",
    "1 while an inbox's provider cannot be asked",
    ["inbox"],
    multiprocess_mode="livemax",
)
PULL_HEARD_AT = Gauge(
    "parley_pull_heard_timestamp_seconds",
    "When an inbox's provider was last asked with success",
    ["inbox"],
    multiprocess_mode="max",
)
PULL_LAST_IN_AT = Gauge(
    "parley_pull_last_in_timestamp_seconds",
    "When a pull last brought something",
    ["inbox"],
    multiprocess_mode="max",
)
TYPING = Counter(
    "parley_typing_total",
    "Words of customers who type: told, stale, dropped ...",
    ["outcome"],
)
ANSWERING = Counter(
    "parley_answering_total",
    "Words to channels that an agent types, by what became of them",
    ["outcome"],
)
SILENT_INBOXES = Gauge(
    "parley_silent_inboxes",
    "Inboxes that hear nothing for longer than they ever did in two weeks",
    multiprocess_mode="max",
)
CHILD_RESTARTS = Counter("parley_child_restarts_total", "Child processes started anew", ["child"])
