"""What cases cannot show: how long a callback is held, who is who, and what three bubbles hold."""

from datetime import UTC, datetime, timedelta

import msgspec

from connectors.channels.kakaotalk.connector import MAX_CHARS, _texts
from connectors.channels.kakaotalk.inbound import parse_payload

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
URL = "https://bot-api.kakao.com/callback/1"


def said(at=NOW, **request):
    body = {"userRequest": {"utterance": "Hi", "user": {"id": "u7"}, **request}}
    return parse_payload(msgspec.json.encode(body), at).events[0]


def test_a_callback_is_held_for_a_minute():
    handle = said(callbackUrl=URL).reply_handle
    assert (handle.value, handle.expires_at) == (URL, NOW + timedelta(minutes=1))


def test_the_same_words_said_twice_are_two_messages():
    assert said().dedupe_id == said().dedupe_id
    assert said().dedupe_id != said(at=NOW + timedelta(seconds=1)).dedupe_id
    assert said(callbackUrl=URL).dedupe_id == said(callbackUrl=URL, at=NOW).dedupe_id
    assert said(callbackUrl=URL).dedupe_id != said(callbackUrl=URL + "2").dedupe_id


def test_all_that_the_manifest_allows_fits_into_three_bubbles():
    text = ("word " * 600).strip() + "."
    texts = _texts(text, [])
    assert len(texts) <= 3
    assert max(map(len, texts)) <= MAX_CHARS
    assert len(_texts("a" * 501 + "\n\n" + "b" * 2497, [])) == 3
