"""Calls behind a bearer token that ends (OAuth 2.0, RFC 6750): it comes from the account's vault,
and one that is refused is renewed once.
"""

from connectors.http import Http, HttpReply, LineBroken, NotSent
from connectors.tokens import Renew, Tokens

UNAUTHORIZED = 401


async def access_token(tokens: Tokens, name: str, renew: Renew, refused: str = "") -> str:
    """Ours, now. A line that breaks here has sent nothing: NotSent."""
    try:
        return await tokens.get(name, renew, refused=refused)
    except LineBroken as error:
        raise NotSent(f"no access token: {error}") from error


class BearerApi:
    """``token`` is the vault's name of it."""

    def __init__(self, *, http: Http, tokens: Tokens, token: str, renew: Renew) -> None:
        self._http = http
        self._tokens = tokens
        self._token = token
        self._renew = renew

    async def token(self, refused: str = "") -> str:
        """See ``access_token``."""
        return await access_token(self._tokens, self._token, self._renew, refused)

    async def post_json(self, url: str, body: bytes) -> HttpReply:
        """With our token; a refused one is renewed once."""
        token = await self.token()
        for last in (False, True):
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            reply = await self._http.request("POST", url, headers=headers, body=body)
            if reply.status != UNAUTHORIZED or last:
                break
            token = await self.token(refused=token)
        return reply
