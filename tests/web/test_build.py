"""What the built app weighs, and that its sources agree with the API."""

import gzip
import json
import re
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.api.openapi import document
from gateway.version import VERSION

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
APP = ROOT / "gateway" / "static" / "app"
ENTRY_MAX = 200_000
LOADED_FIRST = re.compile(r'<(?:script[^>]*src|link rel="modulepreload"[^>]*href)="/app/([^"]+)"')


def test_the_entry_is_at_most_200_kb_gzipped() -> None:
    if not (APP / "index.html").exists():
        pytest.skip("THE WEB APP IS NOT BUILT: in web/ run npm ci --ignore-scripts; npm run build")
    scripts = LOADED_FIRST.findall((APP / "index.html").read_text())
    assert len(scripts) >= 2
    sizes = {name: len(gzip.compress((APP / name).read_bytes(), 9)) for name in scripts}
    assert sum(sizes.values()) <= ENTRY_MAX, sizes


def test_no_development_server_reaches_the_build() -> None:
    if not APP.exists():
        pytest.skip("THE WEB APP IS NOT BUILT: in web/ run npm ci --ignore-scripts; npm run build")
    built = "".join(file.read_text() for file in APP.rglob("*.js"))
    assert "mock-gateway" not in built
    assert "halden.example" not in built


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert len(packages) > 50
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_types_of_the_app_are_those_of_the_api(tmp_path: Path) -> None:
    npm, environment = runpy.run_path(str(ROOT / "scripts" / "build_web.py"))["toolchain"]()
    node = shutil.which("node", path=environment["PATH"])  # the wheel's, where the machine has none
    if not npm or node is None or not (WEB / "node_modules" / "openapi-typescript").exists():
        pytest.skip("NODE OR ITS PACKAGES ARE MISSING: the app's types were not compared")
    described = tmp_path / "openapi.json"
    described.write_text(json.dumps(document(VERSION)))
    made = subprocess.run(
        [node, "scripts/api.mjs", str(described), "--print"],
        cwd=WEB,
        capture_output=True,
        text=True,
        check=True,
    )
    kept = (WEB / "src" / "api" / "schema.d.ts").read_text()
    assert made.stdout == kept, "run: parley openapi > api.json; in web/: npm run api -- api.json"
