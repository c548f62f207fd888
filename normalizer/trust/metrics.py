"""What the checks of senders count."""

from prometheus_client import Counter

SENDERS = Counter(
    "parley_mail_senders_total", "Mails whose sender was checked, by verdict", ["verdict"]
)
