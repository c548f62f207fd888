"""Received mails, fetched from Resend: its webhooks hold none."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import msgspec

from connectors.channels.email_resend.inbound import Received, files_of, mail_of
from connectors.contract import Pulled
from connectors.errors import FetchFailed
from connectors.http import Http, HttpReply
from connectors.kit.mail.assembled import delivered
from connectors.kit.mail.provider import bearer
from connectors.kit.mail.trace import FAULT, START, UID
from connectors.kit.moments import from_iso
from connectors.kit.outcomes import BROKEN_FROM, LATER
from storage.ids import utc_now

FILES = "resend-files"  # files that the mail itself does not hold, as JSON
PAGE = 100
MOST_PAGES = 50
MAX_BYTES = 60_000_000
CALL_S = 20.0
# A new inbox takes what came while it was being made, and leaves older mail alone.
FIRST_REACH = timedelta(hours=1)


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One mail of the list."""

    id: str
    created_at: str = ""
    to: tuple[str, ...] | None = None
    cc: tuple[str, ...] | None = None
    bcc: tuple[str, ...] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the list, newest first."""

    data: tuple[Listed, ...]
    has_more: bool = False


class ReceivedMails:
    """``wanted`` says which addresses are this inbox's: the list is the whole account's."""

    def __init__(self, http: Http, base_url: str, key: str, wanted: Callable[[str], bool]) -> None:
        self._http = http
        self._api = f"{base_url.rstrip('/')}/emails/receiving"
        self._key = key
        self._wanted = wanted

    async def since(self, cursor: str) -> AsyncIterator[Pulled]:
        """All that came after the mail ``cursor``, oldest first."""
        listed = await self._list(cursor)
        if not cursor:
            yield Pulled(body=b"", cursor=_before(listed), headers={START: "new"})
            listed = [one for one in listed if _is_young(one)]
        last = ""
        for one in reversed(listed):
            addressed = tuple(
                filter(self._wanted, (*(one.to or ()), *(one.cc or ()), *(one.bcc or ())))
            )
            last = one.id if not addressed else ""
            if addressed:
                yield await self._mail(one.id, addressed)
        if last:  # others' mail need not be looked at again
            yield Pulled(body=b"", cursor=last, headers={START: "new"})

    async def attachment(self, ref: str) -> AsyncIterator[bytes]:
        """``email/attachment``, by the link that Resend makes for it."""
        email_id, _, id = ref.partition("/")
        found = _checked(await self._get(f"{self._api}/{email_id}/attachments/{id}"))
        link = found.read(Link)
        if link is None:
            raise FetchFailed("Resend names no link to the file", retry=True)
        return self._http.stream(link.download_url, max_bytes=MAX_BYTES)

    async def _list(self, cursor: str) -> list[Listed]:
        """Newest first, up to ``cursor``; at most 5,000."""
        found: list[Listed] = []
        after = ""
        for _ in range(MOST_PAGES if cursor else 1):
            url = f"{self._api}?limit={PAGE}" + (f"&after={after}" if after else "")
            page = _checked(await self._get(url)).read(Page)
            if page is None:
                raise FetchFailed("Resend's list cannot be read", retry=True)
            for one in page.data:
                if one.id == cursor:
                    return found
                found.append(one)
            if not page.has_more or not page.data:
                break
            after = page.data[-1].id
        return found

    async def _mail(self, id: str, addressed: tuple[str, ...]) -> Pulled:
        """Raw if it can be had, else its fields, else what is to be said of it."""
        reply = await self._get(f"{self._api}/{id}?html_format=cid")
        mail = reply.read(Received) if reply.ok else None
        if mail is None:
            _checked(reply, final_too=False)
            words = f"Resend does not give this mail out: {reply.status}"
            return Pulled(body=b"", cursor=id, headers={FAULT: words, UID: id})
        raw = await self._raw(mail)
        if raw is None:
            body = delivered(None, addressed) + mail_of(mail)
            return Pulled(body=body, cursor=id, headers={UID: id, FILES: files_of(mail)})
        return Pulled(body=delivered(None, addressed) + raw, cursor=id, headers={UID: id})

    async def _raw(self, mail: Received) -> bytes | None:
        if mail.raw is None or not mail.raw.download_url:
            return None
        try:
            stream = self._http.stream(mail.raw.download_url, max_bytes=MAX_BYTES)
            return b"".join([piece async for piece in stream])
        except FetchFailed as error:
            if error.retry:
                raise
            return None

    async def _get(self, url: str) -> HttpReply:
        return await self._http.request("GET", url, headers=bearer(self._key), timeout_s=CALL_S)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file can be had for an hour."""

    download_url: str


def _checked(reply: HttpReply, *, final_too: bool = True) -> HttpReply:
    """Raises FetchFailed for what is no success; what is final only where it is asked for."""
    later = reply.status in LATER or reply.status >= BROKEN_FROM or reply.status in {401, 403}
    if not reply.ok and (later or final_too):
        raise FetchFailed(f"Resend answered {reply.status}", retry=later, status=reply.status)
    return reply


def _is_young(one: Listed) -> bool:
    return bool(one.created_at) and utc_now() - from_iso(one.created_at) < FIRST_REACH


def _before(listed: list[Listed]) -> str:
    """The newest of those that stay out; a word that is no id when there is none."""
    return next((one.id for one in listed if not _is_young(one)), "none")
