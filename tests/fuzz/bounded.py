"""Reads every shape under a bound on CPU and memory; whoever goes beyond is ended by the kernel.

A worker of test_bad_input.py: it names a shape before reading it, so the last name is the culprit.
The bounds are no measure of speed: each shape takes a fiftieth of them on a slow machine.
"""

import resource
import signal
import sys

from normalizer.mail.parse import parse_mail
from tests.fuzz.shapes import SHAPES

CPU_S = 20.0
MEMORY = 1_500_000_000


def main() -> None:
    """By SIGVTALRM in its default meaning: a pattern that runs wild holds the interpreter."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    for name, raw in SHAPES.items():
        print(name, flush=True)
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
        parse_mail(raw)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print("all", flush=True)


if __name__ == "__main__":
    sys.exit(main())
