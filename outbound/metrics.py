"""What outbound counts for Prometheus; labels are bounded (channels and states)."""

from prometheus_client import Counter, Histogram

REPLIES = Counter("parley_replies_composed_total", "Replies queued by agents", ["channel"])
ACTS = Counter(
    "parley_acts_asked_total", "Edits, deletions and reactions of agents", ["channel", "kind"]
)
ATTEMPTS = Counter(
    "parley_delivery_attempts_total", "Ended attempts by what became of them", ["channel", "state"]
)
SEND_SECONDS = Histogram("parley_send_seconds", "Duration of one attempt", ["channel"])
LOST_LEASES = Counter(
    "parley_delivery_lost_leases_total", "Results that came after the message had moved on"
)
RECOVERED = Counter(
    "parley_delivery_recovered_total", "Messages whose claimant went away", ["state"]
)
UNSTORED = Counter(
    "parley_delivery_unstored_total", "Tries to store an outcome that the database did not take"
)
RECEIPTS = Counter(
    "parley_receipts_total",
    "Receipts by what became of them; a repeated batch counts again",
    ["result"],
)
SUPPRESSED = Counter("parley_suppressed_total", "Addresses put on the suppression list by reports")
AUTOMATIC_HELD = Counter(
    "parley_automatic_held_total", "Automatic mails that were not sent, by what kept them", ["why"]
)
RUNG = Counter("parley_delivery_swept_total", "Conversations rung again by the sweeper")
SCHEDULED = Counter(
    "parley_scheduled_replies_total", "Scheduled replies at their time, by outcome", ["outcome"]
)
