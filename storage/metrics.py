"""What storage counts."""

from prometheus_client import Counter

STORE_RESTARTS = Counter(
    "parley_store_restarts_total", "Embedded stores that died and were started again", ["store"]
)
