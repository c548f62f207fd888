"""What storage counts."""

from prometheus_client import Counter, Gauge, Histogram

STORE_RESTARTS = Counter(
    "parley_store_restarts_total", "Embedded stores that died and were started again", ["store"]
)
JOURNAL_COMMITS = Counter(
    "parley_journal_commits_total", "Group commits of the journal", ["outcome"]
)
JOURNAL_RECORDS = Counter(
    "parley_journal_records_total", "Records handed to the journal", ["outcome"]
)
JOURNAL_GROUP = Histogram(
    "parley_journal_group_records",
    "Records committed together",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
JOURNAL_COMMIT_SECONDS = Histogram(
    "parley_journal_commit_seconds",
    "Time of one group commit",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 20),
)
JOURNAL_WAITING = Gauge("parley_journal_waiting", "Records that wait for the next group commit")
DOORBELL_FAILURES = Counter(
    "parley_doorbell_failures_total", "Jobs that could not be enqueued; a sweeper rings again"
)
PUBSUB_RECONNECTS = Counter(
    "parley_pubsub_reconnects_total", "Subscriptions that lost Redis and came back"
)
LEASES_LOST = Counter("parley_leases_lost_total", "Leases that ended under their holder", ["name"])
BUCKET_FALLBACKS = Counter(
    "parley_token_bucket_fallbacks_total", "Rate limits decided in this process, without Redis"
)
