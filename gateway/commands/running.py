"""``parley run``, ``serve`` and ``work``."""

import argparse
import asyncio
from collections.abc import Coroutine

from config.logging import configure
from config.settings import load


def serve(arguments: argparse.Namespace) -> int:
    """Only the edge; the stores must be there."""
    from gateway.processes import edge

    settings = load()
    configure(settings.log_level)
    return _loop(edge(settings))


def work(arguments: argparse.Namespace) -> int:
    """Only the workers; the stores must be there."""
    from gateway.processes import labour

    settings = load()
    configure(settings.log_level)
    return _loop(labour(settings))


def run(arguments: argparse.Namespace) -> int:
    """Everything, as children of this process."""
    from gateway.running import run_all

    settings = load()
    configure(settings.log_level)
    return _loop(run_all(settings, demo=not arguments.no_demo))


def _loop(main: Coroutine[None, None, int]) -> int:
    """uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)
