"""Waiting longer after every failure, with full jitter so that many do not come back at once."""

import random


class Backoff:
    """``next()`` gives seconds to wait: at most ``first``, doubled each time up to ``most``."""

    def __init__(self, first: float = 1.0, most: float = 60.0) -> None:
        self._first = first
        self._most = most
        self._failures = 0

    def next(self) -> float:
        """How long to wait now; never nothing."""
        ceiling = min(self._most, self._first * (1 << min(self._failures, 16)))
        self._failures += 1
        return ceiling / 10 + random.random() * ceiling * 0.9  # noqa: S311 - no secret

    def reset(self) -> None:
        """It works again."""
        self._failures = 0
