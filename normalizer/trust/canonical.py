"""Bodies made canonical (RFC 6376 section 3.4) before dkimpy does it: in linear time.

Its own expressions take quadratic time for long runs of white space, which a sender may well
write. What is canonical already costs it nothing, and canonical twice is the same as once.
"""

import re

_HEAD_END = re.compile(rb"(?:\A|\n)\r?\n")
_RUN = re.compile(rb"[ \t]++")
_CRLF = b"\r\n"
_MANY = _CRLF * 4096


def canonical(mail: bytes, *, relaxed: bool) -> bytes:
    """The same header, and a body that says the same to a signature of that kind."""
    found = _HEAD_END.search(mail)
    if found is None:
        return mail
    body = mail[found.end() :].replace(_CRLF, b"\n").replace(b"\n", _CRLF)
    if relaxed:
        body = _RUN.sub(b" ", body).replace(b" \r\n", _CRLF)
    return mail[: found.end()] + _without_last_lines(body)


def _without_last_lines(body: bytes) -> bytes:
    end = len(body)
    for ending in (_MANY, _CRLF):
        while body.endswith(ending, 0, end):
            end -= len(ending)
    return body[:end] + _CRLF if end < len(body) else body
