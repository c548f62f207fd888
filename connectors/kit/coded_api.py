"""JSON interfaces that answer 200 with a code inside, behind a token that ends (WeChat, WeCom,
DingTalk, Feishu): a refused token is renewed once, and codes become outcomes.
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    WindowClosed,
)
from connectors.errors import ConnectorError
from connectors.http import Body, Http, HttpReply, LineBroken, NotSent
from connectors.kit.bearer import access_token
from connectors.kit.outcomes import BROKEN_FROM, attempt, of_reply, retry_after
from connectors.tokens import Renew, Token, Tokens, lasting
from storage.ids import utc_now


class CredentialsRefused(ConnectorError):
    """The provider gives no token for our credentials; its words."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """``code`` 0 is a success."""

    code: int
    words: str = ""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider's codes mean; all others are refusals for good."""

    read: Callable[[HttpReply], Said | None]
    expired: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    reauth: frozenset[int] = frozenset()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request; ``body`` is made anew for each try (a stream is read once)."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = {}
    body: Callable[[], Body] = bytes


def json_call(url: str, value: object, headers: Mapping[str, str] | None = None) -> Call:
    """A POST of JSON."""
    content = msgspec.json.encode(value)
    kind = {"content-type": "application/json; charset=utf-8"}
    return Call(url=url, headers={**kind, **(headers or {})}, body=lambda: content)


class CodedApi:
    """Calls with the account's token."""

    def __init__(
        self, *, http: Http, tokens: Tokens, token: str, renew: Renew, dialect: Dialect
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._token = token
        self._renew = renew
        self._dialect = dialect

    async def call(self, make: Callable[[str], Call]) -> tuple[HttpReply, Said | None]:
        """``make`` is given the token. Raises NotSent, LineBroken, CredentialsRefused."""
        token = await self.token()
        reply, said = await self._once(make(token))
        if said is not None and said.code in self._dialect.expired:
            token = await self.token(refused=token)
            reply, said = await self._once(make(token))
        return reply, said

    async def token(self, refused: str = "") -> str:
        """See ``access_token``."""
        return await access_token(self._tokens, self._token, self._renew, refused)

    async def send(
        self, make: Callable[[str], Call], ids: Callable[[HttpReply], tuple[str, ...]]
    ) -> SendOutcome:
        """One call that says something to a customer; ``ids`` reads them from the answer."""

        async def work() -> SendOutcome:
            try:
                reply, said = await self.call(make)
            except CredentialsRefused as error:
                return ReauthNeeded(reason=str(error))
            return self.refusal(reply, said) or Accepted(native_ids=ids(reply))

        return await attempt(work)

    async def upload(self, make: Callable[[str], Call]) -> HttpReply | SendOutcome:
        """The answer to an upload, or why there is none. Nobody was told of the file yet, so a line
        that breaks here may be tried again: raises NotSent.
        """
        try:
            reply, said = await self.call(make)
        except CredentialsRefused as error:
            return ReauthNeeded(reason=str(error))
        except LineBroken as error:
            raise NotSent(f"the upload broke: {error}") from error
        return self.refusal(reply, said) or reply

    async def _once(self, call: Call) -> tuple[HttpReply, Said | None]:
        reply = await self._http.request(
            call.method, call.url, headers=call.headers, body=call.body()
        )
        return reply, self._dialect.read(reply)

    def refusal(self, reply: HttpReply, said: Said | None) -> SendOutcome | None:
        """None when it was a success."""
        if said is None:
            return _speechless(reply)
        if not said.code and reply.ok:
            return None
        reason = f"{said.words} ({said.code})"[:500] if said.code else said.words
        dialect = self._dialect
        if said.code in dialect.later:
            return RetryLater(reason=reason, after_s=retry_after(reply))
        if said.code in dialect.closed:
            return WindowClosed(reason=reason)
        if said.code in dialect.reauth | dialect.expired:
            return ReauthNeeded(reason=reason)
        return of_reply(reply) if not reply.ok else Rejected(reason=reason, code=str(said.code))


def _speechless(reply: HttpReply) -> SendOutcome | None:
    """Neither code nor words: an empty success is one, anything else is not understood."""
    if not reply.ok:
        return of_reply(reply)
    return OutcomeUnknown(reason="the answer cannot be read") if reply.body else None


async def granted(
    reply: Awaitable[HttpReply], read: Callable[[HttpReply], tuple[str, float] | None]
) -> Token:
    """The token in an answer, as ``read`` finds it; raises CredentialsRefused or NotSent."""
    answer = await reply
    found = read(answer)
    if found is not None and found[0]:
        return lasting(found[0], found[1], utc_now())
    words = answer.body[:200].decode("utf-8", "replace")
    if answer.status >= BROKEN_FROM:
        raise NotSent(f"no access token: answered {answer.status}")
    raise CredentialsRefused(f"no access token: {words}")
