"""What ticketing counts; labels are few and never hold an address or a text."""

from prometheus_client import Counter, Gauge, Histogram

SENDERS_UNCHECKED = Counter(
    "parley_mail_senders_unchecked_total", "Mails whose sender was not checked for want of room"
)
INGESTED = Counter(
    "parley_ingested_total", "What came of journal records' events", ["channel", "outcome"]
)
BATCHES = Counter("parley_ingest_batches_total", "Batches by outcome", ["outcome"])
BATCH_SECONDS = Histogram(
    "parley_ingest_batch_seconds",
    "Reading, planning and committing one batch",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
LAG_SECONDS = Histogram(
    "parley_ingest_lag_seconds",
    "From acceptance to the stored ticket",
    buckets=(0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600),
)
RELAYED = Counter("parley_events_relayed_total", "Events given to consumers", ["outcome"])
RECOUNTED = Counter("parley_view_counts_corrected_total", "Counters that a recount had to mend")

SEALED = Counter("parley_audit_sealed_total", "Facts and events that were sealed into blocks")
STATES_ELAPSED = Counter(
    "parley_states_elapsed_total", "Tickets that left a state because their time in it was over"
)
BULK_TICKETS = Counter("parley_bulk_tickets_changed_total", "Tickets that bulk jobs changed")
BULK_TROUBLED = Counter("parley_bulk_troubled_total", "Turns of bulk jobs that failed")
SWEEPS_TROUBLED = Counter(
    "parley_sweeps_troubled_total", "Tickets that a sweep could not change for now", ["sweep"]
)
SEARCH_DOCUMENTS = Gauge(
    "parley_search_documents",
    "Messages in this process's index of words",
    multiprocess_mode="livemax",
)
SEARCH_FED = Gauge(
    "parley_search_fed_timestamp_seconds",
    "Until when changes are in the index of words; 0 in a process that does not keep it",
    multiprocess_mode="livemax",
)
SEARCH_COMPLETE = Gauge(
    "parley_search_complete",
    "1 when the index of words holds all messages, 0 while it is built or nobody keeps it",
    multiprocess_mode="livemax",
)
SEARCH_BUILDS = Counter("parley_search_builds_total", "Times the index of words was begun anew")
SEARCH_BROKEN = Counter("parley_search_broken_total", "Times the index could not be read")
SEARCH_FAILED = Counter("parley_search_failed_total", "Times keeping the index failed")
