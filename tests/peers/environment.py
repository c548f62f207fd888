"""Far sides that cannot live in our own environment: ``scripts/test`` fills ``.venv-peers``."""

from pathlib import Path

import pytest

PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"


def python_with(package: str) -> str:
    """The python that can import it; skips, loudly, where it was not installed."""
    if not PYTHON.exists():
        pytest.skip(f"NOT TESTED: {package} is missing; scripts/test installs it in .venv-peers")
    return str(PYTHON)
