"""``parley settings``: what an operator may change."""

import argparse

from config.settings import reference

NOTHING = {"": "none", "()": "none"}


def settings(_arguments: argparse.Namespace) -> int:
    """Always 0. Names are those of the environment; parley.toml has them in small letters."""
    for name, default, meaning in reference():
        print(f"{name}\n    {meaning}; default: {NOTHING.get(default, default)}")
    return 0
