"""What Meta's platforms share: the signature, the test of the address.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from connectors.contract import WebhookRequest, WebhookResponse
from connectors.errors import Unauthentic
from connectors.kit.signatures import hmac_hex, same

PREFIX = "sha256="


def check_signature(request: WebhookRequest, app_secret: str) -> None:
    """``X-Hub-Signature-256`` over the raw body. Raises Unauthentic."""
    given = request.headers.get("x-hub-signature-256", "")
    if not given:
        raise Unauthentic("X-Hub-Signature-256 is missing")
    if not same(f"{PREFIX}{hmac_hex(app_secret, request.body)}", given):
        raise Unauthentic("X-Hub-Signature-256 does not fit: compare the app secret")


def check_subscription(request: WebhookRequest, verify_token: str) -> None:
    """The test of the address carries the token that was entered with it. Raises Unauthentic."""
    if not same(verify_token, request.query.get("hub.verify_token", "")):
        raise Unauthentic("hub.verify_token does not fit")


def challenge(request: WebhookRequest) -> WebhookResponse | None:
    """``hub.challenge`` back; None when this is no test."""
    if request.method != "GET":
        return None
    return WebhookResponse(body=request.query.get("hub.challenge", "").encode())
