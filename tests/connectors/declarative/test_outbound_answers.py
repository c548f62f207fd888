# ruff: noqa: E501 - files and requests on one line each
"""What a declared channel makes of the provider's answers."""

import pytest

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    WindowClosed,
)
from connectors.standin import CannedReply
from tests.connectors.declarative.sending import SEND, message, sent

ANSWERS = (
    SEND
    + """files = "in_text"
reason = "{body.error || text}"
[send.success]
when = "is(body.status, 'ok')"
id = "body.ids || match(text, 'ID=(.+)')"
[[send.failures]]
when = "is(body.code, 5)"
outcome = "retry"
after = "body.wait"
[[send.failures]]
when = "is(body.code, 6)"
outcome = "window_closed"
reason = "closed for {to}"
[[send.failures]]
when = "is(body.code, 7)"
outcome = "reauth"
[[send.failures]]
when = "is(body.code, 8)"
outcome = "unknown"
[[send.failures]]
when = "is(body.code, 9)"
outcome = "sent"
[[send.failures]]
when = "is(body.code, 10)"
outcome = "rejected"
"""
)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (CannedReply(body={"status": "OK", "ids": [1, "b"]}), Accepted(native_ids=("1", "b"))),
        (CannedReply(body={"status": "ok", "ids": "a"}), Accepted(native_ids=("a",))),
        (CannedReply(body={"status": "ok"}), OutcomeUnknown),
        (CannedReply(body={"status": "no", "error": "bad"}), Rejected(reason="bad", code="200")),
        (CannedReply(body="what"), Rejected(reason="what", code="200")),
        (CannedReply(body={"code": 5, "wait": "7", "error": "slow"}), RetryLater(reason="slow", after_s=7.0)),
        (CannedReply(body={"code": 5, "error": "slow"}, headers={"Retry-After": "9"}), RetryLater(reason="slow", after_s=9.0)),
        (CannedReply(status=400, body={"code": 6}), WindowClosed(reason="closed for +385916242494")),
        (CannedReply(status=400, body={"code": "7", "error": "key"}), ReauthNeeded(reason="key")),
        (CannedReply(status=200, body={"code": 8, "error": "?"}), OutcomeUnknown(reason="?")),
        (CannedReply(status=409, body={"code": 9, "ids": "d"}), Accepted(native_ids=("d",))),
        (CannedReply(status=503, body={"code": 10, "error": "x"}), Rejected(reason="x", code="503")),
        (CannedReply(status=400, body={"error": "bad"}), Rejected(reason="400: bad", code="400")),
        (CannedReply(status=401, body={"error": "key"}), ReauthNeeded(reason="401: key")),
        (CannedReply(status=429, body={"error": "slow"}, headers={"Retry-After": "3"}), RetryLater(reason="429: slow", after_s=3.0)),
        (CannedReply(status=500, body="oops"), OutcomeUnknown(reason="500: oops")),
        (CannedReply(line="broken"), OutcomeUnknown),
        (CannedReply(line="refused"), RetryLater),
    ],
)  # fmt: skip
async def test_answers(tmp_path, reply, wanted):
    outcome, _ = await sent(tmp_path, ANSWERS, reply)
    assert outcome == wanted if not isinstance(wanted, type) else isinstance(outcome, wanted)


async def test_an_answer_in_xml(tmp_path):
    text = SEND + 'success = { when = "is(body.code, 204)", id = "body.id" }\n'
    outcome, _ = await sent(tmp_path, text, CannedReply(body="<r><code>204</code><id>x1</id></r>"))
    assert outcome == Accepted(native_ids=("x1",))


async def test_of_several_parts_some_may_fail_without_repeating_the_others(tmp_path):
    text = (
        "[limits]\nmax_chars = 10\n"
        + SEND
        + 'form = { text = "{text}" }\nsuccess = { id = "body.id" }\n'
    )
    outcome, requests = await sent(
        tmp_path,
        text,
        CannedReply(body={"id": "a"}),
        CannedReply(status=400),
        what=message("one two three four"),
    )
    assert len(requests) == 2
    assert outcome.native_ids == ("a",)
    assert len(outcome.failed) == 1


async def test_a_value_that_does_not_fit_rejects_and_raises_nothing(tmp_path):
    outcome, requests = await sent(
        tmp_path, SEND + 'form = { x = "{parse_json(text)}" }\n', what=message("{")
    )
    assert isinstance(outcome, Rejected)
    assert requests == []


@pytest.mark.parametrize(
    "part",
    [
        'charset = "latin-1"\nform = { t = "{text}" }',
        "form = { t = \"{encode(text, 'latin-1')}\" }",
        'charset = "latin-1"\nxml = "<t>{text}</t>"',
    ],
)
async def test_letters_that_the_charset_lacks_are_not_lost_on_the_way(tmp_path, part):
    _, [one] = await sent(tmp_path, SEND + part + "\n", what=message("é"))
    assert "%E9" in one.body or "\ufffd" in one.body
    outcome, none = await sent(tmp_path, SEND + part + "\n", what=message("☺"))
    assert isinstance(outcome, Rejected)
    assert none == []
