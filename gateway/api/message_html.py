"""A stored message's HTML as the page inside the sandboxed frame: pure.

The HTML was sanitised when it came in; remote images stand in ``data-remote-src`` until asked for.
The frame has no origin and so no cookie: inline pictures travel inside the page.
"""

import base64
import re
from collections.abc import Mapping

_REMOTE = re.compile(r"\sdata-remote-src=")
_CID = re.compile(r"""(\ssrc=)(["'])cid:([^"']+)\2""", re.IGNORECASE)

PAGE = """<!doctype html><html><head><meta charset="utf-8"><base target="_blank">
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{{margin:0;font:14px/1.5 Inter,system-ui,sans-serif;color:#1a1c1f;background:#fff;
overflow-wrap:anywhere}}img{{max-width:100%;height:auto}}table{{max-width:100%}}
blockquote{{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #d5d8dd}}</style></head>
<body>{body}</body></html>"""


def policy(*, images: bool) -> str:
    """The frame's own Content-Security-Policy."""
    sources = "data: https: http:" if images else "data:"
    return (
        f"default-src 'none'; img-src {sources}; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def page(html: str, pictures: Mapping[str, tuple[str, bytes]], *, images: bool) -> str:
    """``pictures`` are (media type, content) by content id, without angle brackets."""

    def inline(found: re.Match[str]) -> str:
        picture = pictures.get(found[3])
        if picture is None:
            return ""
        data = base64.b64encode(picture[1]).decode("ascii")
        return f"{found[1]}{found[2]}data:{picture[0]};base64,{data}{found[2]}"

    body = _CID.sub(inline, html)
    return PAGE.format(body=_REMOTE.sub(" src=", body) if images else body)
