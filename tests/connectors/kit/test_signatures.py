"""Our signatures against the libraries of those who defined them."""

from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Stale, Unauthentic
from connectors.kit.signatures import check_standard, content_id, sign_standard, standard_key

SECRET = "whsec_cGFybGV5LWV4YW1wbGUtc2VjcmV0LTAxMjM="
NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


@given(st.text().map(str.encode), st.from_regex(r"[a-zA-Z0-9_]{1,20}", fullmatch=True))
def test_standard_webhooks_signs_as_its_own_library(body, id):
    theirs = standardwebhooks.Webhook(SECRET).sign(id, NOW, body.decode())
    assert sign_standard(SECRET, id, NOW, body)["webhook-signature"] == theirs


def test_the_library_verifies_what_we_sign_now():
    now = datetime.now(UTC)
    headers = sign_standard(SECRET, "m", now, b'{"a":1}')
    assert standardwebhooks.Webhook(SECRET).verify(b'{"a":1}', headers) == {"a": 1}


def test_the_published_vector():
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    check_standard(secret, headers, b'{"test": 2432232314}', at)
    with pytest.raises(Stale):
        check_standard(secret, headers, b'{"test": 2432232314}', NOW)


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_too_old_and_too_new_are_stale(off):
    headers = sign_standard(SECRET, "m", NOW, b"x")
    check_standard(SECRET, headers, b"x", NOW + off * 0.99)
    with pytest.raises(Stale) as stale:
        check_standard(SECRET, headers, b"x", NOW + off)
    assert stale.value.signed_at == NOW


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "n"},
        {"webhook-timestamp": "1790000001"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v2,anything"},
        {"webhook-signature": "gibberish ,,, é"},
    ],
)
def test_every_part_is_covered(change):
    headers = sign_standard(SECRET, "m", NOW, b"x") | change
    with pytest.raises(Unauthentic) as refused:
        check_standard(SECRET, headers, b"x", NOW)
    assert not isinstance(refused.value, Stale)


def test_a_key_in_rotation():
    signed = sign_standard(SECRET, "m", NOW, b"x")
    other = sign_standard("whsec_b3RoZXI=", "m", NOW, b"x")["webhook-signature"]
    signed["webhook-signature"] = f"{other} {signed['webhook-signature']}"
    check_standard(SECRET, signed, b"x", NOW)


def test_keys_are_base64_behind_their_mark():
    assert standard_key("whsec_b3RoZXI") == standard_key("whsec_b3RoZXI=") == b"other"
    assert standard_key("plain") == b"plain"
    with pytest.raises(ValueError, match="not base64"):
        standard_key("whsec_not base64!")


def test_content_ids_know_where_parts_end():
    assert content_id("ab", "c") != content_id("a", "bc")
    assert content_id("a", b"b") == content_id("a", "b")
