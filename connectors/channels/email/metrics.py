"""What the mail channel counts; none of it has an address or a subject in it."""

from prometheus_client import Counter, Gauge, Histogram

PULLED = Counter("parley_imap_mails_total", "Mails taken from IMAP", ["inbox", "result"])
PULL_FAILURES = Counter("parley_imap_failures_total", "Pulls that broke off", ["inbox", "kind"])
UIDVALIDITY_CHANGES = Counter(
    "parley_imap_uidvalidity_changes_total", "Folders that were scanned anew", ["inbox"]
)
SENT_COPIES = Counter(
    "parley_imap_sent_copies_total", "Answers put into the folder of sent mail", ["outcome"]
)
SENT = Counter("parley_smtp_out_total", "Mails handed to the submission server", ["outcome"])
SEND_SECONDS = Histogram(
    "parley_smtp_out_seconds",
    "From the call to the outcome",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60),
)
CONNECTIONS_OUT = Gauge("parley_smtp_out_connections", "Open connections to submission servers")
