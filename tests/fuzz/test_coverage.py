"""A short look by coverage; ten minutes are ``-max_total_time=600`` of the same command."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="NOT RUN: no atheris for this Python or machine, mails were not fuzzed by coverage",
)


def test_no_mutation_of_a_sample_is_an_exception_or_has_no_end(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.coverage_guided", str(tmp_path / "kept"), "-runs=1500",
         f"-artifact_prefix={tmp_path}/"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    runs = re.search(r"^Done (\d+) runs", done.stderr, re.MULTILINE)
    assert runs
    assert int(runs[1]) >= 1500  # more where there are more samples to begin with
