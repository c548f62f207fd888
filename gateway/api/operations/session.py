"""Logging in, and API tokens."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import LOGINS, WRITES, Operation

SESSION = (
    Operation(
        name="login", method="POST", path="/session", summary="Log in", tag="session",
        permission="public", request=r.Login, answer=s.Session, errors=(401,), rate=LOGINS,
        audit="none",
    ),
    Operation(
        name="getSession", method="GET", path="/session", summary="Who is logged in",
        tag="session", permission="anyone", answer=s.Session,
    ),
    Operation(
        name="logout", method="DELETE", path="/session", summary="Log out", tag="session",
        permission="anyone", status=204,
        audit="none",
    ),
    Operation(
        name="listTokens", method="GET", path="/tokens", summary="My API tokens", tag="session",
        permission="anyone", answer=s.TokenList,
    ),
    Operation(
        name="createToken", method="POST", path="/tokens", summary="Make an API token",
        tag="session", permission="anyone", request=r.NewToken, answer=s.IssuedToken, status=201,
        errors=(403,), rate=WRITES,
    ),
    Operation(
        name="deleteToken", method="DELETE", path="/tokens/{id}", summary="Revoke an API token",
        tag="session", permission="anyone", status=204, errors=(404,),
    ),
)  # fmt: skip
