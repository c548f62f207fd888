"""``parley openapi``."""

import argparse
import sys

import msgspec

from gateway.api.openapi import document
from gateway.version import VERSION


def openapi(arguments: argparse.Namespace) -> int:
    """Print the document, indented and with a stable order: made to be compared."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document(VERSION)), indent=2))
    sys.stdout.buffer.write(b"\n")
    return 0
