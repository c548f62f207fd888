"""Other projects' mails, kept beside this repository: no share of right answers may fall.

The data is not ours to copy. Where it is absent these tests are skipped, and say so.
"""

import importlib.util
import json
import os
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from normalizer.mail.explain import explain_mail
from normalizer.mail.parse import parse_mail

SHARED = Path(os.environ.get("PARLEY_SHARED", Path(__file__).parents[4] / "shared"))
MAIL = SHARED / "corpora" / "mail"

pytestmark = pytest.mark.skipif(
    not MAIL.is_dir(), reason=f"NOT RUN: no mail corpora at {MAIL} (set PARLEY_SHARED)"
)


@cache
def normlib() -> ModuleType:
    spec = importlib.util.spec_from_file_location("normlib", MAIL / "normlib.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cases(corpus: str) -> list[tuple[bytes, dict]]:
    index = json.loads((MAIL / corpus / "index.json").read_text())
    return [
        ((MAIL / corpus / item["file"]).read_bytes(), item["expect"])
        for item in index["messages"]
        if item["format"] == "rfc822"
    ]


def share(right: list[bool]) -> float:
    return sum(right) / len(right)


def test_zammad():
    clean = normlib().ws
    right = []
    for raw, expect in cases("zammad"):
        mail = parse_mail(raw)
        required = [item for item in expect["attachments"] if not item.get("optional")]
        names = {item.name for item in mail.attachments}
        right.append(
            clean(mail.text) in [clean(text) for text in expect["body_text"]]
            and normlib().sp(mail.subject) == normlib().sp(expect["subject"])
            and len(required) <= len(mail.attachments) <= len(expect["attachments"])
            and all(item["name"] in names for item in required if item.get("name"))
            and (
                bool(expect.get("from_contested"))
                or mail.sender.address.lower() == expect["from_email"].lower()
            )
        )
    assert share(right) >= 0.96


def leaf_is_found(leaf: dict, text: str, seen: set[str]) -> bool:
    data = (MAIL / "mime4j" / leaf["decoded_file"]).read_bytes()
    if normlib().wsha(data) in seen or not data.strip():
        return True
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = data.decode("latin-1")
    shown = normlib().html_text(decoded) if "html" in leaf["mime"] else decoded
    return normlib().ws(shown) in text


def test_mime4j():
    right = []
    for raw, expect in cases("mime4j"):
        mail = parse_mail(raw)
        text = normlib().ws(mail.text)
        seen = {normlib().wsha(item.content) for item in mail.attachments}
        right += [leaf_is_found(leaf, text, seen) for leaf in expect["leaves"]]
    assert share(right) >= 0.98


def test_bounces():
    right = []
    for corpus in ("flufl_bounce", "bounces"):
        for raw, expect in cases(corpus):
            if "is_bounce" not in expect:
                continue
            bounce = parse_mail(raw).bounce
            wanted = {item.lower() for item in expect.get("final_recipients", [])}
            got = {item.lower() for item in bounce.recipients} if bounce else set()
            good = bool(bounce) is bool(expect["is_bounce"] or expect.get("is_delay"))
            right.append(good and (not wanted or got == wanted))
    assert share(right) >= 0.97


def test_replies():
    clean = normlib().ws
    right = [
        clean(mail.reply_text) == clean(expect["reply_text"])
        or clean(mail.reply_text + mail.signature) == clean(expect["reply_text"])
        for raw, expect in cases("talon")
        for mail in [parse_mail(raw)]
    ]
    assert share(right) >= 0.9


def test_everything_is_read():
    for raw, _ in cases("robust"):
        assert explain_mail(raw, "x").mail.file == "x"
