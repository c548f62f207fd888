"""Comparing what happened with what a case expects of it, as far as the case goes."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from connectors.standin import Recorded


class ExpectedRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request out. ``url`` is a glob; ``form``, ``json`` and ``headers`` are parts."""

    method: str = "POST"
    url: str = "*"
    headers: dict[str, str] = {}
    form: dict[str, Any] = {}
    json: dict[str, Any] = {}
    contains: tuple[str, ...] = ()


def difference(wanted: object, got: object, place: str = "") -> str:
    """Where ``got`` is not what is ``wanted``, or "": of objects only the wanted names count,
    lists are compared item by item, a text ``*...*`` is a glob.
    """
    if isinstance(wanted, dict) and isinstance(got, dict):
        inner = (difference(w, got.get(n), f"{place}.{n}") for n, w in wanted.items())
    elif isinstance(wanted, list | tuple) and isinstance(got, list | tuple):
        if len(wanted) != len(got):
            return f"{place}: wanted {len(wanted)}, got {len(got)}: {got!r}"
        inner = (
            difference(w, g, f"{place}[{i}]")
            for i, (w, g) in enumerate(zip(wanted, got, strict=True))
        )
    else:
        return "" if _equal(wanted, got) else f"{place}: wanted {wanted!r}, got {got!r}"
    return next((why for why in inner if why), "")


def _equal(wanted: object, got: object) -> bool:
    if isinstance(wanted, str) and isinstance(got, str) and "*" in wanted:
        return fnmatchcase(got, wanted)
    return wanted == got


def requests_differ(wanted: tuple[ExpectedRequest, ...] | None, got: tuple[Recorded, ...]) -> str:
    if wanted is None:
        return ""
    if len(wanted) != len(got):
        return f"requests: wanted {len(wanted)}, got {len(got)}: {[r.url for r in got]}"
    found = (_request_differs(w, g) for w, g in zip(wanted, got, strict=True))
    return next((why for why in found if why), "")


def _request_differs(wanted: ExpectedRequest, got: Recorded) -> str:
    absent = [text for text in wanted.contains if text not in got.body]
    if absent:
        return f"request body lacks {absent[0]!r}: {got.body[:500]}"
    where = got.url.partition("?")[0] if "?" not in wanted.url else got.url
    parts: tuple[tuple[str, object, object], ...] = (
        ("method", wanted.method, got.method),
        ("url", wanted.url, where),
        ("headers", _lower(wanted.headers), _lower(got.headers)),
        ("form", wanted.form, _form(got) if wanted.form else {}),
        ("json", wanted.json, _json(got) if wanted.json else {}),
    )
    found = (difference(w, g, f"request {name}") for name, w, g in parts)
    return next((why for why in found if why), "")


def _form(request: Recorded) -> Mapping[str, str | list[str]]:
    text = request.body or urlsplit(request.url).query
    pairs = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in pairs.items()}


def _json(request: Recorded) -> object:
    try:
        return msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        return request.body


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
