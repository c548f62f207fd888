"""Pages that name tests name such as exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_the_rules_of_mail_name_exists():
    page = (ROOT / "docs" / "mail-rules.md").read_text()
    named = NAMED.findall(page)
    assert len(named) > 60
    for path, name in named:
        text = (ROOT / path).read_text()
        assert re.search(rf"^(?:async )?def {name}\(", text, re.M), f"{path}::{name}"


def test_every_rule_of_reading_and_threading_stands_in_the_table():
    page = (ROOT / "docs" / "mail-rules.md").read_text()
    told = {int(n) for row in re.findall(r"^\| ([\d, ]+) \|", page, re.M) for n in row.split(",")}
    assert told == set(range(1, 42))
