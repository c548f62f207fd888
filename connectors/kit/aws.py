"""Signature Version 4, as AWS's services want their requests signed. Pure.

Source: AWS documentation, "Create a signed AWS API request".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

EMPTY = hashlib.sha256(b"").hexdigest()
_ALGORITHM = "AWS4-HMAC-SHA256"


class AwsKey(msgspec.Struct, frozen=True, kw_only=True):
    """An access key for one service in one region."""

    id: str
    secret: str
    region: str
    service: str


class AwsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed. The address holds its path and query as they go out; ``body_sha256`` is
    hexadecimal.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body_sha256: str = EMPTY


def signed_headers(key: AwsKey, request: AwsRequest, now: datetime) -> dict[str, str]:
    """``request.headers`` with those that sign it."""
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    host = urlsplit(request.url).netloc
    headers = {**request.headers, "X-Amz-Date": stamp}
    if key.service == "s3":
        headers["X-Amz-Content-Sha256"] = request.body_sha256
    covered = {
        name.lower(): " ".join(value.split()) for name, value in {**headers, "Host": host}.items()
    }
    names = ";".join(sorted(covered))
    canonical = "\n".join(
        [
            request.method,
            _path(request.url, twice=key.service != "s3"),
            _query(request.url),
            *(f"{name}:{covered[name]}" for name in sorted(covered)),
            "",
            names,
            request.body_sha256,
        ]
    )
    scope = f"{stamp[:8]}/{key.region}/{key.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}"
    signature = hmac.new(_signing_key(key, stamp[:8]), text.encode(), "sha256").hexdigest()
    value = f"Credential={key.id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "Authorization": f"{_ALGORITHM} {value}"}


def _signing_key(key: AwsKey, day: str) -> bytes:
    found = f"AWS4{key.secret}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        found = hmac.digest(found, part.encode(), "sha256")
    return found


def _path(url: str, *, twice: bool) -> str:
    """S3 alone signs its path as it goes out; all others sign it encoded once more."""
    path = urlsplit(url).path or "/"
    return quote(path, safe="/~") if twice else path


def _query(url: str) -> str:
    pairs = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
    )
    return "&".join(f"{name}={value}" for name, value in pairs)
