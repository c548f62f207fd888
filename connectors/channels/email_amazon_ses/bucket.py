"""The S3 bucket that SES puts mails into: a spool, emptied as they are taken."""

from collections.abc import AsyncIterator
from typing import Self
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import msgspec

from connectors.contract import Pulled
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply
from connectors.kit.aws import AwsKey, AwsRequest, signed_headers
from connectors.kit.mail.trace import FAULT, START, UID
from connectors.kit.outcomes import BROKEN_FROM, LATER
from storage.ids import utc_now

SETUP = "AMAZON_SES_SETUP_NOTIFICATION"  # SES leaves it there when a rule is made
MAX_BYTES = 60_000_000
CALL_S = 20.0
MOST_AT_ONCE = 250
MOST_LEFT = 100
GONE = 404


class Spool(msgspec.Struct, frozen=True, kw_only=True):
    """The cursor: keys whose mails the journal has, to be deleted, and keys that are left alone."""

    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def read(cls, cursor: str) -> Self:
        """Of a saved cursor; "" at the very first time."""
        return msgspec.json.decode(cursor, type=cls) if cursor else cls()


class MailBucket:
    """A mail is deleted at the pull after the one that took it: by then its cursor was saved, so
    the journal has it. Mails that cannot be taken stay, and each is told of once.
    """

    def __init__(self, http: Http, key: AwsKey, bucket: str, prefix: str, endpoint: str) -> None:
        self._http = http
        self._key = key
        self._prefix = prefix
        host = f"https://s3.{key.region}.amazonaws.com"
        self._base = f"{(endpoint or host).rstrip('/')}/{quote(bucket, safe='')}"

    async def waiting(self, cursor: str) -> AsyncIterator[Pulled]:
        """The mails in the bucket."""
        spool = Spool.read(cursor)
        if spool.taken:
            for key in spool.taken:
                await self._delete(key)
            spool = Spool(left=spool.left)
            yield Pulled(body=b"", cursor=str(spool), headers={START: "emptied"})
        for key in await self._keys():
            if key not in spool.left:
                spool, item = await self._taken(spool, key)
                if item is not None:
                    yield item

    async def _taken(self, spool: Spool, key: str) -> tuple[Spool, Pulled | None]:
        """A mail with the cursor after it, or what is to be said of it."""
        try:
            raw = await self._read(key)
        except FetchFailed as error:
            if error.retry:
                raise
            if error.status == GONE:
                return spool, None
            after = Spool(taken=spool.taken, left=(*spool.left, key)[-MOST_LEFT:])
            told = {FAULT: f"this mail stays in the bucket: {error}", UID: key}
            return after, Pulled(body=b"", cursor=str(after), headers=told)
        after = Spool(taken=(*spool.taken, key), left=spool.left)
        return after, Pulled(body=raw, cursor=str(after), headers={UID: key})

    async def probe(self) -> HttpReply:
        """Whether the bucket lists its mails for us."""
        return await self._call("GET", self._listing(1))

    async def _keys(self) -> list[str]:
        reply = await self._call("GET", self._listing(MOST_AT_ONCE))
        if not reply.ok:
            raise FetchFailed(f"S3 answered {reply.status}", retry=True, status=reply.status)
        try:
            if b"<!DOCTYPE" in reply.body:
                raise FetchFailed("S3's list has a document type", retry=True)
            root = ElementTree.fromstring(reply.body)  # noqa: S314 - no DTD, so no entities
        except ElementTree.ParseError as error:
            raise FetchFailed("S3's list cannot be read", retry=True) from error
        keys = [leaf.text or "" for leaf in root.iter() if leaf.tag.rpartition("}")[2] == "Key"]
        return [key for key in keys if key and key.rpartition("/")[2] not in {"", SETUP}]

    async def _read(self, key: str) -> bytes:
        url = f"{self._base}/{quote(key, safe='/~')}"
        stream = self._http.stream(url, headers=self._sign("GET", url), max_bytes=MAX_BYTES)
        return b"".join([piece async for piece in stream])

    async def _delete(self, key: str) -> None:
        reply = await self._call("DELETE", f"{self._base}/{quote(key, safe='/~')}")
        if not reply.ok and reply.status != GONE:
            raise FetchFailed(f"S3 does not delete: {reply.status}", retry=_later(reply.status))

    async def _call(self, method: str, url: str) -> HttpReply:
        return await self._http.request(
            method, url, headers=self._sign(method, url), timeout_s=CALL_S
        )

    def _listing(self, most: int) -> str:
        query = {"list-type": "2", "max-keys": str(most), "prefix": self._prefix}
        return f"{self._base}?{urlencode(query, quote_via=quote)}"

    def _sign(self, method: str, url: str) -> dict[str, str]:
        return signed_headers(self._key, AwsRequest(method=method, url=url), utc_now())


def _later(status: int) -> bool:
    return status in LATER or status >= BROKEN_FROM
