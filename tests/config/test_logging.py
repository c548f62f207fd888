"""Log lines: JSON, with the request id, without secrets or bodies."""

import json
import logging
import sys

from pymongo.errors import DuplicateKeyError

from config.logging import REQUEST_ID, JsonLines, redact


def line(message: str = "hello", error: Exception | None = None, **extra: object) -> dict:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord("gateway", logging.INFO, "x.py", 1, message, (), info)
    vars(record).update(extra)
    return json.loads(JsonLines().format(record))


def test_line_has_the_request_id() -> None:
    mark = REQUEST_ID.set("abc12345")
    try:
        assert line()["request_id"] == "abc12345"
    finally:
        REQUEST_ID.reset(mark)
    assert "request_id" not in line()


def test_secrets_and_bodies_are_left_out_by_name() -> None:
    found = line(password="pw", auth_token="t", body="dear customer", text="hi", channel="email")
    assert found["channel"] == "email"
    assert not {"pw", "t", "dear customer", "hi"} & set(map(str, found.values()))


def test_secrets_are_left_out_by_shape() -> None:
    text = redact(
        "GET https://api.telegram.org/bot123:AAE-x/getMe?token=abc with Bearer xyz.1 at "
        "mongodb://u:pw@host/db"
    )
    for secret in ("AAE-x", "abc", "xyz", "pw"):
        assert secret not in text


def test_database_errors_keep_their_documents_to_themselves() -> None:
    found = line(error=DuplicateKeyError("dup key: { text: 'dear customer' }"))
    assert "dear customer" not in json.dumps(found)
    assert found["error"].endswith("DuplicateKeyError")
    assert found["trace"]
