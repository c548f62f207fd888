# ruff: noqa: E501, S324 - recorded requests on one line each; SHA-1 is what some providers use
"""Every preset takes what is rightly signed, and nothing that differs by one bit."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connectors.errors import ConnectorError, Stale, Unauthentic
from connectors.kit.signatures import sign_standard
from tests.connectors.declarative.channels import HEAD, NOW, connected, request

SETTINGS = "[settings]\nkey = { secret = true, signs = true }\nuser = { default = 'user' }\n"
EVENTS = '[[receive.events]]\nkind = "message"\nsender = "fields.from"\n'
BODY = b'{"from": "+15550199", "n": 1}'
STAMP = str(int(NOW.timestamp()))
URL = "https://parley.example/hooks/acme/i1"
SECRET = "s3cret-s3cret-s3cret-s3cret-s3cret"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = Ed25519PrivateKey.from_private_bytes(b"7" * 32)


def pem(key):
    public = key.public_key()
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def b64(raw):
    return base64.b64encode(raw).decode()


def mac(data, algorithm="sha256"):
    return hmac.new(SECRET.encode(), data, algorithm)


def token(key, algorithm, **claims):
    claims = {"payload_hash": hashlib.sha256(BODY).hexdigest(), **claims}
    return jwt.encode(claims, key, algorithm)


CLAIMS = "claims = { payload_hash = \"{raw && hash('sha256', raw)}\" }"
STANDARD = sign_standard(SECRET, "m1", NOW, BODY)
PRESETS = {
    "hex": ('type = "hmac", header = "X-Sign", key = "{settings.key}"', SECRET,
            {"x-sign": mac(BODY).hexdigest()}),
    "capitals": ('type = "hmac", header = "X-Sign", key = "{settings.key}"', SECRET,
                 {"x-sign": mac(BODY).hexdigest().upper()}),
    "base64 of sha1 with a prefix":
        ('type = "hmac", header = "X-Sign", prefix = "sha1=", algorithm = "sha1", '
         'encoding = "base64", key = "{settings.key}"', SECRET,
         {"x-sign": "sha1=" + b64(mac(BODY, "sha1").digest())}),
    "url, time and body": ('type = "hmac", header = "X-Sign", key = "{settings.key}", '
         'content = "{url}|{headers.x-time}|{raw}", timestamp = "headers.x-time"', SECRET,
         {"x-sign": mac(f"{URL}|{STAMP}|".encode() + BODY).hexdigest(), "x-time": STAMP}),
    "a key in base64": ('type = "hmac", header = "X-Sign", key = "{settings.key}", '
         'key_encoding = "base64"', b64(SECRET.encode()), {"x-sign": mac(BODY).hexdigest()}),
    "hash": ('type = "hash", header = "X-Sign", content = "{settings.key}{raw}"', SECRET,
             {"x-sign": hashlib.sha256(SECRET.encode() + BODY).hexdigest()}),
    "ed25519": ('type = "ed25519", header = "X-Sign", encoding = "base64", '
         'key = "{settings.key}", content = "{headers.x-time}|{raw}"',
         b64(ED.public_key().public_bytes_raw()),
         {"x-sign": b64(ED.sign(f"{STAMP}|".encode() + BODY)), "x-time": STAMP}),
    "rsa": ('type = "public_key", header = "X-Sign", encoding = "base64", '
            'key = "{settings.key}"', pem(RSA),
            {"x-sign": b64(RSA.sign(BODY, padding.PKCS1v15(), hashes.SHA256()))}),
    "ecdsa": ('type = "public_key", header = "X-Sign", encoding = "base64", '
              'key = "{settings.key}"', pem(EC),
              {"x-sign": b64(EC.sign(BODY, ec.ECDSA(hashes.SHA256())))}),
    "a time and a signature in one header":
        ('type = "hmac", header = "X-Sign", key = "{settings.key}", '
         """prefix = "t={match(headers.x-sign, 't=([0-9]+)')},v1=", """
         """content = "{match(headers.x-sign, 't=([0-9]+)')}.{raw}", """
         """timestamp = "match(headers.x-sign, 't=([0-9]+)')\"""", SECRET,
         {"x-sign": f"t={STAMP},v1={mac(STAMP.encode() + b'.' + BODY).hexdigest()}"}),
    "a public key pasted as one line":
        ('type = "public_key", header = "X-Sign", encoding = "base64", key = "{settings.key}"',
         pem(RSA).replace("\n", " "),
         {"x-sign": b64(RSA.sign(BODY, padding.PKCS1v15(), hashes.SHA256()))}),
    "jwt HS256": ('type = "jwt", header = "Authorization", prefix = "Bearer ", '
                  f'key = "{{settings.key}}", {CLAIMS}', SECRET,
                  {"authorization": "Bearer " + token(SECRET, "HS256")}),
    "jwt RS256": ('type = "jwt", header = "X-Jwt", algorithms = ["RS256"], '
                  f'key_encoding = "pem", key = "{{settings.key}}", {CLAIMS}', pem(RSA),
                  {"x-jwt": token(RSA, "RS256")}),
    "jwt ES256": ('type = "jwt", header = "X-Jwt", algorithms = ["ES256"], '
                  f'key_encoding = "pem", key = "{{settings.key}}", {CLAIMS}', pem(EC),
                  {"x-jwt": token(EC, "ES256")}),
    "standard webhooks": ('type = "standard_webhooks", secret = "{settings.key}"', SECRET, STANDARD),
}  # fmt: skip
SIGNED = {
    "x-sign", "x-jwt", "x-time", "authorization",
    "webhook-id", "webhook-timestamp", "webhook-signature",
}  # fmt: skip


def receiver(folder, preset, key):
    text = f"{HEAD}{SETTINGS}[receive]\nsignature = {preset}\n{EVENTS}"
    return connected(folder, text, {"key": key})


def flipped(text):
    """Every text that differs in one bit of one character and can still be a header."""
    for at, char in enumerate(text):
        for bit in range(7):
            yield text[:at] + chr(ord(char) ^ (1 << bit)) + text[at + 1 :]


@pytest.mark.parametrize("name", PRESETS)
def test_right_and_wrong_by_one_bit(tmp_path, name):
    preset, key, headers = PRESETS[name]
    channel = receiver(tmp_path, "{ " + preset + " }", key)
    assert channel.verify(request(BODY, headers=headers)) is True
    for header in SIGNED & headers.keys():
        for wrong in flipped(headers[header]):
            with pytest.raises(Unauthentic):
                channel.verify(request(BODY, headers={**headers, header: wrong}))
        without = {n: v for n, v in headers.items() if n != header}
        with pytest.raises(Unauthentic):
            channel.verify(request(BODY, headers=without))
    for at in range(len(BODY)):
        body = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        with pytest.raises(Unauthentic):
            channel.verify(request(body, headers=headers))


def test_a_covered_address_is_checked(tmp_path):
    preset, key, headers = PRESETS["url, time and body"]
    channel = receiver(tmp_path, "{ " + preset + " }", key)
    with pytest.raises(Unauthentic):
        channel.verify(request(BODY, headers=headers, query="x=1"))


def test_an_old_one_is_stale(tmp_path):
    preset, key, headers = PRESETS["url, time and body"]
    channel = receiver(tmp_path, "{ " + preset + " }", key)
    with pytest.raises(Stale):
        channel.verify(request(BODY, headers=headers, at=NOW + timedelta(seconds=301)))


@pytest.mark.parametrize("claims", [{"exp": -61}, {"nbf": 61}])
def test_a_token_out_of_its_time_is_stale(tmp_path, claims):
    preset, key, _ = PRESETS["jwt HS256"]
    moved = {name: int(STAMP) + by for name, by in claims.items()}
    headers = {"authorization": "Bearer " + token(SECRET, "HS256", **moved)}
    with pytest.raises(Stale):
        receiver(tmp_path, "{ " + preset + " }", key).verify(request(BODY, headers=headers))


def test_a_token_of_another_kind_is_refused(tmp_path):
    """The public key is no secret: nobody may use it as one."""
    preset, key, _ = PRESETS["jwt RS256"]
    channel = receiver(tmp_path, "{ " + preset + " }", key)
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256"}, {"payload_hash": hashlib.sha256(BODY).hexdigest()})
    )
    digest = hmac.new(key.encode(), f"{head}.{body}".encode(), "sha256").digest()
    made = f"{head}.{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    for forged in (made, f"{head}.{body}."):
        with pytest.raises(Unauthentic):
            channel.verify(request(BODY, headers={"x-jwt": forged}))


@pytest.mark.parametrize(
    ("preset", "good", "bad"),
    [
        ('type = "token", header = "X-T", secret = "{settings.key}"',
         {"headers": {"x-t": "k"}}, {"headers": {"x-t": "l"}}),
        ('type = "token", query = "t", secret = "{settings.key}"', {"query": "t=k"}, {"query": "t=K"}),
        ('type = "token", field = "t", secret = "{settings.key}"',
         {"body": b'{"t": "k"}'}, {"body": b'{"t": 1}'}),
        ('type = "basic", user = "{settings.user}", password = "{settings.key}"',
         {"headers": {"authorization": "Basic " + b64(b"user:k")}},
         {"headers": {"authorization": "Basic " + b64(b"user:l")}}),
        ('type = "hash", query = "s", algorithm = "sha1", content = ["{settings.key}", "{query.b}", "{query.a}"]',
         {"query": "b=2&a=1&s=" + hashlib.sha1(b"12k").hexdigest()},
         {"query": "b=2&a=3&s=" + hashlib.sha1(b"12k").hexdigest()}),
        ('type = "hmac", field = "sig", key = "{settings.key}", '
         "content = \"&{pairs(masked(fields, '&=', '_'), '=', '&', 'sig')}\"",
         {"body": b"b=x%26y&a=1&sig=" + hmac.new(b"k", b"&a=1&b=x_y", "sha256").hexdigest().encode(),
          "kind": "application/x-www-form-urlencoded"},
         {"body": b"b=x&a=1&sig=" + hmac.new(b"k", b"&a=1&b=x_y", "sha256").hexdigest().encode(),
          "kind": "application/x-www-form-urlencoded"}),
    ],
)  # fmt: skip
def test_secrets_that_stand_elsewhere(tmp_path, preset, good, bad):
    channel = receiver(tmp_path, "{ " + preset + " }", "k")
    assert channel.verify(request(**good)) is True
    for wrong in (bad, {}):
        with pytest.raises(Unauthentic):
            channel.verify(request(**wrong))


def test_of_several_ways_the_one_that_is_brought_decides(tmp_path):
    two = (
        '[{ type = "hmac", header = "X-New", key = "{settings.key}" }, '
        '{ type = "hmac", header = "X-Old", algorithm = "sha1", key = "{settings.key}" }]'
    )
    channel = receiver(tmp_path, two, SECRET)
    old = {"x-old": mac(BODY, "sha1").hexdigest()}
    assert channel.verify(request(BODY, headers=old)) is True
    for wrong in ({**old, "x-new": "00"}, {}):
        with pytest.raises(Unauthentic):
            channel.verify(request(BODY, headers=wrong))


def test_an_optional_secret_that_is_not_filled_in_checks_nothing_and_opens_no_other_way(tmp_path):
    settings = (
        "[settings]\nkey = { signs = true, default = '' }\nother = { signs = true, default = '' }\n"
    )
    two = (
        'signature = [{ type = "token", header = "X-A", secret = "{settings.key}" }, '
        '{ type = "token", header = "X-B", secret = "{settings.other}" }]\n'
    )
    text = f"{HEAD}{settings}[receive]\n{two}{EVENTS}"
    assert connected(tmp_path, text).verify(request(BODY)) is False
    one = connected(tmp_path, text, {"other": "b"})
    assert one.verify(request(BODY, headers={"x-b": "b"})) is True
    for wrong in ({"x-a": ""}, {"x-a": "b"}, {"x-a": "", "x-b": "c"}):
        with pytest.raises(Unauthentic):
            one.verify(request(BODY, headers=wrong))


def test_a_handshake_may_come_unsigned_and_nothing_else_may(tmp_path):
    text = (
        f"{HEAD}{SETTINGS}[receive]\n"
        'signature = { type = "token", header = "X-T", secret = "{settings.key}" }\n'
        'handshake = { when = "query.challenge", unsigned = true, body = "{query.challenge}" }\n'
        + EVENTS
    )
    channel = connected(tmp_path, text, {"key": "k"})
    asked = request(method="GET", query="challenge=42")
    assert channel.verify(asked) is False
    assert channel.handshake(asked).body == b"42"
    assert channel.handshake(request(BODY)) is None
    with pytest.raises(Unauthentic):
        channel.verify(request(BODY))


@pytest.mark.parametrize(
    ("handshake", "asked", "answer"),
    [
        ("when = \"body.type == 'url_verification'\", json = { challenge = \"{body.challenge}\" }",
         {"body": b'{"type": "url_verification", "challenge": "c1"}'}, b'{"challenge":"c1"}'),
        ("when = \"query.crc_token\", json = { response_token = "
         "\"sha256={hmac('sha256', settings.key, query.crc_token, 'base64')}\" }",
         {"query": "crc_token=t"},
         b'{"response_token":"sha256=' + base64.b64encode(hmac.new(b"k", b"t", "sha256").digest()) + b'"}'),
    ],
)  # fmt: skip
def test_handshakes(tmp_path, handshake, asked, answer):
    text = f"{HEAD}{SETTINGS}[receive]\nsignature = {{ type = 'none' }}\nhandshake = {{ {handshake} }}\n"
    channel = connected(tmp_path, text, {"key": "k"})
    assert channel.handshake(request(**asked)).body == answer


def test_whatever_cannot_be_read_is_an_error_of_ours(tmp_path):
    text = (
        f"{HEAD}{SETTINGS}[receive]\nsignature = {{ type = 'hmac', header = 'X', "
        "key = '{settings.key}', content = '{hex_decode(body.x)}' }\n"
    )
    channel = connected(tmp_path, text, {"key": "k"})
    for body in (b"{", b'{"x": [1]}', b'{"x": "zz"}', b"[" * 100_000):
        with pytest.raises(ConnectorError):
            channel.verify(request(body, headers={"x": "00"}))


def test_a_question_that_cannot_be_answered_is_a_bad_request(tmp_path):
    text = (
        f"{HEAD}[receive]\nsignature = {{ type = 'none' }}\n"
        "handshake = { when = 'query.q', body = '{hex_decode(query.q)}' }\n"
    )
    assert connected(tmp_path, text).handshake(request(query="q=zz")).status == 400
