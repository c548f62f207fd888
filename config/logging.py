"""JSON lines on standard error: one object a line, with the request id, without secrets or bodies.

Exceptions are logged by type and place. Their text is kept only where it cannot hold a document:
database errors repeat what was written.
"""

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SECRET_NAME = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|credential|csrf|signature"
    r"|^(body|text|html|snippet|subject|content|raw|payload)$",
    re.IGNORECASE,
)
_SECRET_VALUE = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 [redacted]"),
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), r"\1:[redacted]@"),
    (re.compile(r"/bot\d+:[\w-]+"), "/bot[redacted]"),
    (
        re.compile(r"(?i)([?&](?:token|key|secret|password|signature|sig)=)[^&\s]+"),
        r"\1[redacted]",
    ),
)
_TALKATIVE = ("pymongo", "bson", "gridfs", "msgspec")
REDACTED = "[redacted]"
LONGEST = 2_000


def redact(text: str) -> str:
    """``text`` without what looks like a credential."""
    for pattern, instead in _SECRET_VALUE:
        text = pattern.sub(instead, text)
    return text[:LONGEST]


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Names of ``extra`` that speak of secrets or bodies lose their value."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = REDACTED if _SECRET_NAME.search(name) else _plain(value)
        if record.exc_info and record.exc_info[1]:
            line |= _failure(record.exc_info[1], record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else redact(str(value))


def _failure(error: BaseException, trace: TracebackType | None) -> dict[str, Any]:
    kind = type(error)
    silent = kind.__module__.split(".")[0] in _TALKATIVE
    places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
    return {
        "error": f"{kind.__module__}.{kind.__qualname__}",
        "detail": "" if silent else redact(str(error))[:300],
        "trace": places[-12:],
    }


def configure(level: str = "info") -> None:
    """Make every logger of this process speak JSON lines; called once per process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # these report every connection or job at INFO, which the metrics already count
    for chatty in ("aiohttp.access", "arq.worker", "mail.log", "pymongo", "httpx", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
