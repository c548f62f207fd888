from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import InboxId
from connectors.events import (
    AlertRaised,
    CallEvent,
    MediaRef,
    MessageReceived,
    PostbackPressed,
    SenderId,
    place,
)
from normalizer.pipeline import STEPS, Context, normalise

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
WHO = (SenderId(family="whatsapp", value="4712345678"),)
CONTEXT = Context(
    inbox_id=InboxId("inbox-1"),
    channel="chat",
    address="support@halden.example",
    journal_id="j1",
    received_at=NOW,
    own=frozenset({"support@halden.example", "mira@halden.example"}),
)


def message(**more):
    values = {
        "dedupe_id": "d1",
        "native_id": "17",
        "thread_key": "t1",
        "senders": WHO,
        "occurred_at": NOW,
    }
    return MessageReceived(**(values | more))


def mail(sender="Ana <Ana@X.example>", to="support@halden.example", extra="", text="It broke."):
    raw = f"Message-ID: <m1@x>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: Zip\r\n{extra}\r\n{text}"
    return message(mail=raw.encode(), senders=(), dedupe_id="", native_id="", thread_key="")


def test_every_step_is_a_function_of_its_own_module():
    assert len({step.__module__ for step in STEPS}) == len(STEPS)


def test_a_chat_message_says_all_of_it_now():
    draft = normalise(message(text="Where is my parcel?"), CONTEXT)
    assert (draft.text, draft.reply_text) == ("Where is my parcel?", "Where is my parcel?")
    assert (draft.language, draft.sequence) == ("en", "17".zfill(20))


def test_a_whatsapp_id_is_a_number_as_well():
    draft = normalise(message(), CONTEXT)
    assert [s.canonical for s in draft.senders] == ["whatsapp:4712345678", "tel:+4712345678"]


def test_chat_html_is_made_safe_and_read():
    html = "<p>Hello <b>you</b></p><script>alert(1)</script>"
    draft = normalise(message(html=html), CONTEXT)
    assert "script" not in draft.html
    assert draft.text == "Hello you"


def test_files_of_a_provider_wait_to_be_fetched():
    refs = (MediaRef(kind="image", ref="abc"), MediaRef(kind="file", url="https://x/y", name="a"))
    image, file = normalise(message(attachments=refs), CONTEXT).files
    assert (image.id, image.state, image.source, image.media_type) == (
        "f0",
        "pending",
        "abc",
        "image/*",
    )
    assert (file.id, file.name, file.source) == ("f1", "a", "https://x/y")


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (PostbackPressed, "Yes, please"),
        (CallEvent, "Missed call (12 s)"),
        (AlertRaised, "[firing] Disk full"),
    ],
)
def test_buttons_calls_and_alarms_say_what_they_are(event, text):
    own = {
        PostbackPressed: {"text": "Yes, please", "payload": "YES"},
        CallEvent: {"state": "missed", "duration_s": 12},
        AlertRaised: {"state": "firing", "text": "Disk full"},
    }[event]
    shared = {
        "dedupe_id": "d",
        "native_id": "n",
        "thread_key": "t",
        "senders": WHO,
        "occurred_at": NOW,
    }
    assert normalise(event(**shared, **own), CONTEXT).text == text


def test_an_event_without_anybody_still_has_a_sender_and_a_thread():
    draft = normalise(message(senders=(), thread_key=""), CONTEXT)
    assert [s.canonical for s in draft.senders] == ["chat:unknown"]
    assert draft.thread_key == "chat:unknown"


def test_a_mail_fills_the_draft():
    draft = normalise(mail(extra="References: <a@x> <b@x>\r\nIn-Reply-To: <b@x>\r\n"), CONTEXT)
    assert draft.dedupe_id.startswith("m1@x|")
    assert (draft.native_id, draft.thread_key) == ("m1@x", "a@x")
    assert [s.canonical for s in draft.senders] == ["mailto:ana@x.example"]
    assert (draft.mail.references, draft.mail.in_reply_to) == (("a@x", "b@x"), ("b@x",))
    assert draft.reply_text == "It broke."


def test_a_mail_without_a_date_came_when_it_was_received():
    assert normalise(mail(), CONTEXT).occurred_at == NOW


def test_a_mail_from_the_future_is_held_back():
    draft = normalise(mail(extra="Date: Sun, 01 Mar 2037 10:00:00 +0000\r\n"), CONTEXT)
    assert draft.occurred_at == NOW + timedelta(minutes=5)


def test_a_mail_of_our_own_speaks_to_its_first_foreign_recipient():
    ours = mail(sender="mira@halden.example", to="support@halden.example, ana@x.example")
    draft = normalise(ours, CONTEXT)
    assert draft.echo
    assert [s.canonical for s in draft.senders] == ["mailto:ana@x.example"]


def test_a_mail_among_ourselves_is_an_ordinary_one():
    draft = normalise(mail(sender="mira@halden.example"), CONTEXT)
    assert not draft.echo


def test_the_envelopes_recipient_is_kept():
    draft = normalise(mail(), CONTEXT)
    assert draft.mail.delivered_to == ()
    raw = mail()
    with_rcpt = message(
        mail=raw.mail, senders=(), dedupe_id="", recipient="support+t1@halden.example"
    )
    assert normalise(with_rcpt, CONTEXT).mail.delivered_to == ("support+t1@halden.example",)


def test_nothing_that_a_database_refuses_stays():
    draft = normalise(message(text="a\ud800b\x00c", sender_name="\udfffAna"), CONTEXT)
    assert (draft.text, draft.sender_name) == ("abc", "Ana")
    draft.text.encode()


def test_an_endless_text_is_cut_and_says_so():
    draft = normalise(message(text="x" * 1_200_000), CONTEXT)
    assert len(draft.text) == 750_000
    assert any("cut" in warning for warning in draft.warnings)


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff" * 500, b"Subject: =?x?b?", b"\n\n\n"])
def test_any_bytes_at_all_become_a_draft(raw):
    draft = normalise(message(mail=raw, senders=(), dedupe_id=""), CONTEXT)
    assert draft.dedupe_id
    assert draft.senders
    assert draft.thread_key


def test_a_shared_place_becomes_words_with_a_map_and_is_no_file():
    shared = (place(59.9127, 10.7461, "Halden  depot"), MediaRef(kind="image", ref="p1"))
    draft = normalise(message(text="Here", attachments=shared), CONTEXT)
    words, line = draft.reply_text.split("\n")
    assert words == "Here"
    assert line.startswith("📍 Halden depot https://www.openstreetmap.org/?mlat=59.912700&")
    assert [file.kind for file in draft.files] == ["image"]


def test_what_is_no_coordinate_cannot_leave_the_link():
    odd = MediaRef(kind="location", url="geo:1&x=<b>,2 javascript:")
    draft = normalise(message(attachments=(odd,)), CONTEXT)
    assert "<b>" not in draft.text
    assert " " not in draft.text.removeprefix("📍 ")
