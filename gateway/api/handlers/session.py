"""Logging in and out, and API tokens."""

from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import replace

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api import views
from gateway.api.auditing import Record
from gateway.api.call import Call, Handler, Result
from gateway.api.endpoint import ENCODER
from gateway.auth.model import Identity, TokenId
from gateway.auth.sessions import Sessions
from gateway.auth.store import AuthStore
from gateway.errors import Refused
from gateway.metrics import LOGINS
from storage.events import Actor
from ticketing import facts
from ticketing.audit.model import Fact, Subject
from ticketing.audit.recording import fact
from ticketing.permissions import ACTIONS, Viewer, allowed


class SessionApi:
    """``cookie`` is the cookie's name; ``secure`` whether the outside comes by TLS."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        store: AuthStore,
        record: Record,
        site: s.Site,
        cookie: str,
        secure: bool,
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._record = record
        self._site = site
        self._cookie = cookie
        self._secure = secure

    def handlers(self) -> Mapping[str, Handler]:
        """By operation."""
        return {
            "login": self.login,
            "getSession": self.get,
            "logout": self.logout,
            "listTokens": self.list_tokens,
            "createToken": self.create_token,
            "deleteToken": self.delete_token,
        }

    async def login(self, call: Call[r.Login, None]) -> Result:
        """The same answer for a wrong address and a wrong password."""
        found = await self._sessions.log_in(call.body.email, call.body.password, call.now)
        if found is None:
            LOGINS.labels("refused").inc()
            await self._record([_tried(call, call.body.email)])
            raise Refused(401, "credentials", "address or password is wrong")
        LOGINS.labels("ok").inc()
        cookie, identity = found
        viewer = Viewer.of(identity.agent, replace(call.origin, login_id=identity.key))
        subject = Subject(kind="agent", id=viewer.agent_id, name=viewer.name)
        await self._record([fact("login", subject, facts.of_viewer(viewer), call.now)])
        response = web.Response(
            body=ENCODER.encode(self._session(identity)),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )
        response.set_cookie(
            self._cookie,
            cookie,
            max_age=int(self._sessions.lasts.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def get(self, call: Call[None, None]) -> Result:
        """A bearer token has no CSRF token: the empty string."""
        return self._session(call.who)

    async def logout(self, call: Call[None, None]) -> Result:
        """Ends the session on the server and in the browser."""
        await self._sessions.log_out(call.who)
        response = web.Response(status=204)
        response.del_cookie(
            self._cookie, path="/", secure=self._secure, httponly=True, samesite="Lax"
        )
        return response

    async def list_tokens(self, call: Call[None, None]) -> Result:
        """Mine only."""
        records = await self._store.tokens_of(call.agent.id)
        return s.TokenList(items=[views.token(record) for record in records])

    async def create_token(self, call: Call[r.NewToken, None]) -> Result:
        """No further than the maker reaches: scopes beyond are refused, not dropped."""
        beyond = set(call.body.scopes) - call.who.scopes
        if beyond:
            raise Refused(403, "scope", f"you do not have {', '.join(sorted(beyond))}")
        if call.body.expires_at and call.body.expires_at <= call.now:
            raise Refused(422, "invalid", "is in the past", field="expires_at")
        scopes = tuple(sorted(set(call.body.scopes)))
        token_id, token = await self._sessions.issue_token(
            call.agent, call.body.name, scopes, call.body.expires_at, call.now
        )
        call.note("token", token_id, call.body.name, after=call.body)
        return s.IssuedToken(id=token_id, token=token)

    async def delete_token(self, call: Call[None, None]) -> Result:
        """Works at once, in every process."""
        if not await self._store.drop_token(call.agent.id, TokenId(call.params["id"])):
            raise Refused(404, "not-found", "you have no such token")
        await self._sessions.changed()
        return None

    def _session(self, identity: Identity) -> s.Session:
        return s.Session(
            agent=views.agent(identity.agent),
            permissions=[one for one in ACTIONS if allowed(identity.viewer, one)],
            fields=dict(identity.viewer.field_rules),
            csrf_token=identity.csrf or "",
            site=self._site,
        )


def _tried(call: Call[r.Login, None], email: str) -> Fact:
    """A login that was refused: of an address, for whose it is says nothing of who tried."""
    origin = call.origin
    actor = Actor(
        kind="system", id="", name="", ip=origin.ip, via="login", request_id=origin.request_id
    )
    return fact("login.refused", Subject(kind="agent", id="", name=email), actor, call.now)
