"""Type-check and unit-test web/ with the Node that builds it."""

import runpy
import subprocess
import sys
from pathlib import Path

BUILD = runpy.run_path(str(Path(__file__).with_name("build_web.py")))
CHECK_S = 600


def check(web: Path) -> int:
    """npm's exit status."""
    npm, environment = BUILD["toolchain"]()
    if not npm:
        print("no npm: web/ is NOT checked", file=sys.stderr)
        return 1
    return subprocess.run(
        [*npm, "run", "check"], cwd=web, env=environment, check=False, timeout=CHECK_S
    ).returncode


if __name__ == "__main__":
    sys.exit(check(BUILD["ROOT"] / "web"))
