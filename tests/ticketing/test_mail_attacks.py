"""What strangers and coincidence do to threads: wrong recipients, two mails taken for one."""

from datetime import timedelta

import pytest

from connectors.events import SenderTrust
from tests.ticketing.builders import NOW, a_mail
from tests.ticketing.conftest import MAIL

EVE = "Eve <eve@y.example>"
ANA = "Ana <ana@x.example>"
HOUR = timedelta(hours=1)


async def place_of(house, id):
    (message,) = await house.messages(native_id=id)
    return await house.collections.conversations.get(message.conversation_id)


@pytest.fixture
async def joined(house, mira):
    """A ticket that holds two customers' mails, Ana's the newest."""
    await house.mail_in(a_mail(id="b@y", sender=EVE))
    await house.mail_in(a_mail(id="a@x", sender=ANA))
    one, two = await house.tickets()
    await house.join(mira, one.id, two.id, NOW + HOUR)
    await house.mail_in(a_mail(id="a2@x", sender=ANA, refs=["a@x"]))
    return house


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    ("sender", "refs", "recipient"),
    [
        (EVE, (), "mailto:eve@y.example"),
        (ANA, (), "mailto:ana@x.example"),
        ("Eve's colleague <jo@y.example>", ("b@y",), "mailto:eve@y.example"),
    ],
)
async def test_an_answer_in_a_joined_ticket_goes_on_in_its_senders_conversation(
    joined, number, sender, refs, recipient
):
    """Elsewhere our answer to it would go to the other customer."""
    token = joined.tokens.ticket_address("support@halden.example", MAIL, number)
    await joined.mail_in(a_mail(id="n@z", sender=sender, to=token, refs=refs))
    place = await place_of(joined, "n@z")
    assert place.recipient == recipient


async def test_a_number_in_a_subject_too(joined):
    await joined.mail_in(a_mail(id="n@z", sender=EVE, subject="[#2] Zip"))
    assert (await place_of(joined, "n@z")).recipient == "mailto:eve@y.example"


async def test_the_same_words_on_another_day_are_another_mail(house):
    """Devices send one Message-ID, and one text, again and again."""
    await house.mail_in(a_mail(subject="Disk 1 failed"))
    await house.mail_in(
        a_mail(subject="Disk 2 failed", date="Mon, 02 Mar 2026 10:00:00 +0000"),
    )
    assert [one.subject for one in await house.messages()] == ["Disk 1 failed", "Disk 2 failed"]


async def test_the_same_date_spelt_otherwise_is_the_same_mail(house):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(date="1 Mar 2026 11:00:00 +0100"))
    assert len(await house.messages()) == 1


async def test_nobody_draws_the_answers_of_anothers_ticket_to_an_address_of_their_own(house):
    """From is Ana's, the answers are to go to Eve: that is no reason to open Ana's ticket."""
    house.set_inbox(MAIL, continuity="join", join_within_h=1_000_000)
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="e@y", extra="Reply-To: eve@y.example"))
    assert [one.message_count for one in await house.tickets()] == [1, 1]
    await house.mail_in(a_mail(id="f@x", extra="Reply-To: ana@x.example"))
    assert len(await house.tickets()) == 2


@pytest.mark.parametrize("posing", ["ana@x.example", "mira@halden.example"])
async def test_a_domain_proves_nobody_but_its_own_author(house, posing):
    """From holds no valid address, so Reply-To names the author; proven was the domain in From."""
    house.senders["*"] = SenderTrust(
        verdict="pass", source="computed", domain="evil.example", dmarc="pass"
    )
    broken, to = "=?utf-8?q?eve?=@evil.example", "ana@x.example, support@halden.example"
    await house.mail_in(a_mail(sender=broken, to=to, extra=f"Reply-To: {posing}"))
    (message,) = await house.messages()
    assert (message.trust.verdict, message.trust.domain) == ("fail", "evil.example")
    assert {"sender-failed", "sender-unproven"}.intersection(message.warnings)


@pytest.mark.parametrize(("verdict", "counts"), [("none", [2]), ("temperror", [1, 1])])
async def test_checks_that_could_not_be_made_open_no_thread(house, verdict, counts):
    """A flood of mails keeps the checks busy; a name and a number do not get in meanwhile."""
    await house.mail_in(a_mail())
    house.senders["*"] = SenderTrust(verdict=verdict, source="computed", domain="x.example")
    await house.mail_in(a_mail(id="n@x", subject="[#1]"))
    assert [ticket.message_count for ticket in await house.tickets()] == counts


async def test_one_domain_has_several_spellings(house):
    house.senders["*"] = SenderTrust(
        verdict="pass", source="computed", domain="xn--bcher-kva.example", dmarc="pass"
    )
    await house.mail_in(a_mail(sender="Ana <ana@BÜCHER.example>"))
    (message,) = await house.messages()
    assert message.trust.verdict == "pass"


@pytest.mark.parametrize("together", [False, True])
async def test_a_strangers_mail_with_a_known_id_gets_into_no_thread(house, together):
    """Eve has seen the Message-ID of Ana's mail, uses it for her own, and names Ana."""
    await house.put(MAIL, a_mail())
    if not together:
        await house.drain(MAIL)
    await house.put(MAIL, a_mail(sender=EVE, to=f"support@halden.example, {ANA}", text="Mine."))
    await house.drain(MAIL)
    assert [one.message_count for one in await house.tickets()] == [1, 1]


@pytest.mark.parametrize(("verdict", "by_words"), [("none", True), ("fail", False)])
async def test_a_forged_answer_settles_no_reply_by_its_words(house, verdict, by_words):
    """Whoever guesses the words of a reply that hangs could end it in our name."""
    await house.mail_in(a_mail())
    house.senders["*"] = SenderTrust(verdict=verdict, source="computed", domain="halden.example")
    to = f"{ANA}, support@halden.example"
    mira = "Mira <mira@halden.example>"
    await house.mail_in(a_mail(id="m@h", sender=mira, to=to, refs=["root@x.example"]))
    (place,) = house.receipts.echoed_in
    assert (place is not None) is by_words
