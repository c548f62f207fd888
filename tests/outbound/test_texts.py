"""Signatures and templates: blanks, languages, and what of them goes out and is shown."""

import msgspec
import pytest

from normalizer.model import Message
from outbound.errors import KeyReused
from outbound.texts import check_templates, check_texts, filled, in_language
from tests.outbound.world import World
from ticketing.errors import Invalid
from ticketing.model import InboxTemplate

SIGNATURES = {
    "en": "{{agent.name}}\n{{ inbox.name }}, ticket {{ticket.number}}",
    "zh-CN": "{{agent.name}} 敬上",
}


@pytest.mark.parametrize(
    ("language", "begins"),
    [("en", "{{agent"), ("", "{{agent.name}}\n"), ("zh-CN", "{{agent.name}} 敬"),
     ("zh", "{{agent.name}} 敬"), ("zh-TW", "{{agent.name}} 敬"), ("de", "{{agent.name}}\n")],
)  # fmt: skip
def test_the_language_is_that_of_the_customer_else_english(language: str, begins: str) -> None:
    assert in_language(SIGNATURES, language).startswith(begins)


def test_a_text_in_another_language_is_better_than_none() -> None:
    assert in_language({"fr": "Bonjour"}, "de") == "Bonjour"
    assert in_language({}, "de") == ""


def test_what_fills_a_blank_stays_on_its_line_and_fills_no_blanks_itself() -> None:
    values = {"ticket.subject": "a\n{{agent.name}}", "agent.name": "Mira"}
    assert filled("On {{ticket.subject}} by {{agent.name}}{{contact.name}}", values) == (
        "On a {{agent.name}} by Mira"
    )


@pytest.mark.parametrize(
    "texts", [{"en": "{{agent.password}}"}, {"english!": "x"}, {"en": "x" * 10_001}]
)
def test_what_cannot_be_is_refused_when_it_is_saved(texts: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        check_texts(texts, "signatures")
    with pytest.raises(Invalid):
        check_templates([InboxTemplate(name="a", texts=texts)])


def test_two_templates_of_one_name_are_refused() -> None:
    one = InboxTemplate(name="Refund", texts={"en": "x"})
    check_templates([one])
    with pytest.raises(Invalid):
        check_templates([one, one])


def sign(world: World) -> None:
    """The inbox has signatures from now on."""
    world.inbox = msgspec.structs.replace(world.inbox, signatures=SIGNATURES)


async def test_a_mail_goes_out_signed_and_shows_the_words_apart(mail: World) -> None:
    sign(mail)
    message = await mail.say("It ships today.", html="<p>It ships <b>today</b>.</p>")
    await mail.worker.deliver(message.conversation_id)
    sent = mail.sender.sent[0]  # type: ignore[union-attr]
    assert sent.text == "It ships today.\n\n-- \nMira Okafor\nSupport, ticket 1042"
    assert sent.html.endswith("<p>-- <br>Mira Okafor<br>Support, ticket 1042</p>")
    stored = await mail.message(message)
    assert (stored.reply_text, stored.signature.split("\n")[0]) == (
        "It ships today.",
        "Mira Okafor",
    )
    assert (await mail.ticket()).snippet == "It ships today."


async def test_a_customer_who_wrote_chinese_is_answered_in_chinese(mail: World) -> None:
    sign(mail)
    await mail.mongo.collection("messages", Message).update(
        {"_id": "conv-first"}, {"$set": {"language": "zh"}}
    )
    assert (await mail.say("好的")).signature == "Mira Okafor 敬上"


async def test_a_repeated_key_is_the_same_reply_though_the_signature_changed(mail: World) -> None:
    sign(mail)
    first = await mail.say("It ships today.")
    mail.inbox = msgspec.structs.replace(mail.inbox, signatures={"en": "Another"})
    assert (await mail.say("It ships today.")).id == first.id
    with pytest.raises(KeyReused):
        await mail.say("It ships today.", idempotency_key="key It ships today.", html="<p>x</p>")


async def test_a_text_message_is_not_signed(sms: World) -> None:
    sign(sms)
    message = await sms.say("It ships today.")
    assert (message.text, message.signature) == ("It ships today.", "")
