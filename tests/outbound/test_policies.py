"""Tables of the pure parts."""

from datetime import timedelta

import msgspec
import pytest

from connectors.contract import (
    Accepted,
    OutcomeUnknown,
    ReauthNeeded,
    Rejected,
    RetryLater,
    SendOutcome,
    Template,
    WindowClosed,
)
from connectors.events import ReplyHandle
from connectors.manifest import Limits, Window
from normalizer.model import Author, ConversationId, File, MessageId
from outbound.errors import CannotReply
from outbound.mailing import envelope, reply_subject
from outbound.model import Heard
from outbound.render import Extras, clean_html, html_of, render
from outbound.replying import recipient_of
from outbound.settlement import MAX_AGE, PATIENT_AGE, Try, pause, settle
from outbound.window import reply_window, way_out
from tests.outbound.world import MAIL, NOW, SMS, _conversation, _inbox
from ticketing.reply_tokens import ReplyTokens

FIRST = Try(number=1, age=timedelta(), idempotent=False, chance=0.5)


@pytest.mark.parametrize(
    ("outcome", "state", "pause_s"),
    [
        (Accepted(native_ids=("1",)), "sent", None),
        (RetryLater(reason="busy"), "queued", 2.5),
        (RetryLater(reason="busy", after_s=100), "queued", 105.0),
        (RetryLater(reason="busy", after_s=10**6), "queued", 3780.0),
        (Rejected(reason="no"), "failed", None),
        (WindowClosed(reason="late"), "failed", None),
        (ReauthNeeded(reason="401"), "queued", 315.0),
        (OutcomeUnknown(reason="cut"), "uncertain", 120.0),
    ],
)
def test_each_outcome_has_its_settlement(
    outcome: SendOutcome, state: str, pause_s: float | None
) -> None:
    settled = settle(outcome, FIRST)
    assert (settled.state, settled.pause_s) == (state, pytest.approx(pause_s))


def test_old_rounds_are_given_up() -> None:
    old = msgspec.structs.replace(FIRST, age=MAX_AGE)
    assert settle(RetryLater(reason="busy"), old).state == "failed"
    repeatable = msgspec.structs.replace(old, idempotent=True)
    assert settle(OutcomeUnknown(reason="cut"), repeatable).state == "failed"


def test_a_mail_is_tried_for_days_and_other_words_for_hours() -> None:
    many = msgspec.structs.replace(FIRST, number=100, age=timedelta(hours=30))
    assert settle(RetryLater(reason="421 busy"), many).state == "failed"
    mail = msgspec.structs.replace(many, patient=True)
    assert settle(RetryLater(reason="421 busy"), mail).state == "queued"
    over = settle(RetryLater(reason="421 busy"), msgspec.structs.replace(mail, age=PATIENT_AGE))
    assert (over.state, over.reason) == ("failed", "gave up after 100 tries: 421 busy")
    often = msgspec.structs.replace(mail, number=5000)
    assert pause(often, 1.0) == 450.0
    assert pause(often, None) == 450.0


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [
        pause(msgspec.structs.replace(FIRST, number=n, chance=1.0), None) for n in range(1, 13)
    ]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5.0, 900.0)


def test_parts_that_were_not_taken_are_counted() -> None:
    settled = settle(Accepted(native_ids=("1", "2"), failed=("photo.jpg",)), FIRST)
    assert (settled.state, settled.reason) == ("sent", "1 of 3 parts were not taken")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Tent pole", "Re: Tent pole [#7]"),
        ("Re: AW: 回复：Tent pole [#7]", "Re: Tent pole [#7]"),
        ("Tent\r\nBcc: x@y.example", "Re: Tent Bcc: x@y.example [#7]"),
        ("", "Re: [#7]"),
    ],
)
def test_the_subject_keeps_one_prefix_and_one_hook(subject: str, expected: str) -> None:
    assert reply_subject(subject, 7) == expected


EVA = Author(kind="contact", name="Eva Lind", address="eva@far.example")


@pytest.mark.parametrize(
    ("author", "recipient", "name"),
    [
        (EVA, "Eva@far.example", "Eva Lind"),
        (EVA, "ann@far.example", ""),
        (msgspec.structs.replace(EVA, name="eva@far.example"), "eva@far.example", ""),
        (msgspec.structs.replace(EVA, kind="agent"), "eva@far.example", ""),
        (None, "eva@far.example", ""),
    ],
)
def test_only_who_wrote_from_an_address_is_named_at_it(
    author: Author | None, recipient: str, name: str
) -> None:
    parent = Heard(
        id=MessageId("m"), conversation_id=ConversationId("c"), direction="in",
        received_at=NOW, occurred_at=NOW, author=author,
    )  # fmt: skip
    frozen = envelope(
        ReplyTokens([b"k" * 32]), _inbox(MAIL), number=1, message_id=MessageId("a"),
        recipient=recipient, copies=(), parent=parent,
    )  # fmt: skip
    assert frozen.to_name == name
    again = msgspec.structs.replace(parent, author=None, envelope=frozen)
    next_one = envelope(
        ReplyTokens([b"k" * 32]), _inbox(MAIL), number=1, message_id=MessageId("b"),
        recipient=recipient, copies=(), parent=again,
    )  # fmt: skip
    assert next_one.to_name == name


def test_recipients_keep_their_scope() -> None:
    assert recipient_of("slack:T1/U2").canonical == "slack:T1/U2"
    assert recipient_of("mailto:a/b@c.example").value == "a/b@c.example"
    assert recipient_of("tel:+14155550100").value == "+14155550100"


def test_windows_close_and_templates_pass() -> None:
    manifest = msgspec.structs.replace(
        SMS,
        capabilities=(*SMS.capabilities, "templates"),
        limits=Limits(window=Window(hours=24)),
    )
    conversation = _conversation(_inbox(SMS), "c", "tel:+1")  # type: ignore[arg-type]
    open_ = reply_window(manifest, conversation, NOW + timedelta(hours=23))
    assert (open_.can_reply, open_.until) == (True, NOW + timedelta(hours=24))
    closed = reply_window(manifest, conversation, NOW + timedelta(hours=24))
    assert not closed.can_reply
    assert "template" in closed.reason
    template = Template(name="hello", language="en")
    assert reply_window(manifest, conversation, NOW + timedelta(days=9), template).can_reply


def test_a_channel_without_replies_says_so() -> None:
    manifest = msgspec.structs.replace(SMS, capabilities=())
    conversation = _conversation(_inbox(SMS), "c", "tel:+1")  # type: ignore[arg-type]
    assert reply_window(manifest, conversation, NOW).reason == "SMS takes no replies"


@pytest.mark.parametrize(
    "limits",
    [
        Limits(attachment_max_bytes=9),
        Limits(attachments_max=0),
        Limits(media_types=("image/*",)),
    ],
)
def test_files_that_do_not_fit_are_refused(limits: Limits) -> None:
    file = File(id="f", kind="file", name="a.pdf", media_type="application/pdf", size=10)
    manifest = msgspec.structs.replace(SMS, limits=limits)
    with pytest.raises(CannotReply):
        render(manifest, text="hi", html=None, subject="", extras=Extras(files=(file,)))
    render(SMS, text="", html=None, subject="", extras=Extras(files=(file,)))


def test_files_that_do_not_fit_together_are_refused() -> None:
    file = File(id="f", kind="file", name="a.pdf", media_type="application/pdf", size=10)
    manifest = msgspec.structs.replace(SMS, limits=Limits(attachments_max_bytes=19))
    render(manifest, text="hi", html=None, subject="", extras=Extras(files=(file,)))
    with pytest.raises(CannotReply, match="these have 20"):
        render(manifest, text="hi", html=None, subject="", extras=Extras(files=(file, file)))


def test_length_counts_in_the_channels_unit() -> None:
    manifest = msgspec.structs.replace(SMS, limits=Limits(max_chars=2, unit="utf16"))
    render(manifest, text="🏕", html=None, subject="", extras=Extras())
    with pytest.raises(CannotReply):
        render(manifest, text="🏕!", html=None, subject="", extras=Extras())


def test_html_is_safe_and_plain_text_keeps_its_shape() -> None:
    assert clean_html('<a href="javascript:x()">a</a>') == '<a rel="noopener noreferrer">a</a>'
    assert html_of("a < b\nc\n\nd") == "<p>a &lt; b<br>c</p><p>d</p>"
    assert render(MAIL, text="x", html="<b>x</b>", subject="s", extras=Extras()).html == "<b>x</b>"


def test_a_reply_handle_is_given_until_it_expires() -> None:
    handle = ReplyHandle(value="token", expires_at=NOW + timedelta(minutes=1))
    conversation = msgspec.structs.replace(
        _conversation(_inbox(SMS), ConversationId("c"), "tel:+1"), reply_handle=handle
    )
    assert way_out(SMS, conversation, NOW, None).reply_handle == "token"
    assert way_out(SMS, conversation, NOW + timedelta(minutes=1), None).reply_handle == ""


def test_what_a_channel_has_no_shape_for_goes_as_words() -> None:
    extras = Extras(quick_replies=("Yes", "No"), quoted="\n Where is it?\nThanks")
    plain = render(SMS, text="Keep it?", html=None, subject="", extras=extras)
    assert plain.text == "> Where is it?\n\nKeep it?\n1. Yes\n2. No"
    assert plain.quick_replies == ()
    assert plain.warnings == ("reply_to_quoted", "buttons_numbered")
    able = msgspec.structs.replace(
        SMS, capabilities=(*SMS.capabilities, "quick_replies", "reply_to")
    )
    whole = render(able, text="Keep it?", html=None, subject="", extras=extras)
    assert (whole.text, whole.quick_replies, whole.warnings) == ("Keep it?", ("Yes", "No"), ())


def test_templates_go_only_where_there_are_any() -> None:
    able = msgspec.structs.replace(SMS, capabilities=(*SMS.capabilities, "templates"))
    assert render(able, text="", html=None, subject="", extras=Extras(template=True)).text == ""
    with pytest.raises(CannotReply, match="no templates"):
        render(SMS, text="hi", html=None, subject="", extras=Extras(template=True))


def test_a_quota_of_replies_is_counted() -> None:
    manifest = msgspec.structs.replace(SMS, limits=Limits(window=Window(hours=48, messages=5)))
    conversation = _conversation(_inbox(SMS), ConversationId("c"), "tel:+1")
    assert reply_window(manifest, conversation, NOW, None, 4).can_reply
    closed = reply_window(manifest, conversation, NOW, None, 5)
    assert not closed.can_reply
    assert "5 replies" in closed.reason
