"""Rules of mail that need the stores: who is the customer (13 to 16), notes (35), numbers (36),
answers that overtake what they answer, merged and closed targets (31).
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from connectors.events import BadItem, Parsed
from normalizer.model import INCOMPLETE, MailRules
from tests.ticketing.builders import NOW, a_mail
from tests.ticketing.conftest import MAIL, RawMail
from ticketing.amendments import TicketChange
from ticketing.facts import came_incomplete

HOUR = timedelta(hours=1)
EVE = "Eve <eve@y.example>"
MIRA = "Mira Okafor <mira@halden.example>"
FORM = "Contact form <form@shop.example>"
LATER = "Sun, 01 Mar 2026 11:00:00 +0000"


async def contacts(house):
    return sorted(c.name for c in await house.collections.contacts.find({}, limit=100))


async def the_conversation(house):
    return await house.collections.conversations.find_one({})


# 13


@pytest.mark.parametrize(
    ("rule", "name", "address"),
    [
        ("off", "Contact form", "form@shop.example"),
        ("whole", "Ana", "ana@x.example"),
        ("keep_name", "Contact form", "ana@x.example"),
    ],
)
async def test_reply_to_is_the_sender_where_the_inbox_says_so(house, rule, name, address):
    house.set_inbox(MAIL, mail_rules=MailRules(reply_to_as_sender=rule))
    await house.mail_in(a_mail(sender=FORM, extra="Reply-To: Ana <ana@x.example>"))
    (ticket,) = await house.tickets()
    (message,) = await house.messages()
    assert (ticket.contact_name, message.author.address) == (name, address)
    assert (await the_conversation(house)).recipient == "mailto:ana@x.example"
    assert ("sent-for-another" in message.warnings) is (rule != "off")


async def test_a_reply_to_of_ours_is_nobody(house):
    house.set_inbox(MAIL, mail_rules=MailRules(reply_to_as_sender="whole"))
    await house.mail_in(a_mail(extra="Reply-To: support+x@halden.example"))
    assert await contacts(house) == ["Ana"]


async def test_a_reply_to_opens_no_other_ticket(house):
    """Anybody may write anybody into Reply-To: it names the customer and proves nothing."""
    house.set_inbox(MAIL, mail_rules=MailRules(reply_to_as_sender="whole"))
    await house.mail_in(a_mail())
    posing = "Reply-To: Ana <ana@x.example>"
    await house.mail_in(a_mail(id="e@y", sender=EVE, subject="[#1] Zip", extra=posing))
    await house.mail_in(a_mail(id="f@y", sender=EVE, refs=["root@x.example"], extra=posing))
    assert (await house.ticket(1)).message_count == 1


# 14


async def test_what_one_of_us_writes_to_a_customer_makes_no_contact_of_us(house):
    await house.mail_in(a_mail(sender=MIRA, to="ana@x.example, support@halden.example"))
    assert await contacts(house) == ["ana@x.example"]
    (message,) = await house.messages()
    assert message.direction == "out"


async def test_our_address_with_a_tag_is_ours_too(house):
    tagged = "Halden <support+t123@halden.example>"
    await house.mail_in(a_mail(sender=tagged, to="ana@x.example"))
    assert await contacts(house) == ["ana@x.example"]


# 15

ORIGINAL = "From: Ana Berg <ana@x.example>\r\nDate: 1 Mar 2026 09:00\r\nTo: mira@halden.example\r\n"
PASSED_ON = (
    f"FYI\r\n\r\n---------- Forwarded message ---------\r\n{ORIGINAL}Subject: Zip\r\n\r\nBroken."
)
BLOCK = f"FYI\r\n\r\n{ORIGINAL.replace('Date', 'Sent')}Subject: Zip\r\n\r\nBroken."


async def forwarded(house, text=PASSED_ON, subject="Fwd: Zip", **more):
    house.set_inbox(MAIL, mail_rules=MailRules(agent_forwards=True))
    await house.mail_in(a_mail(sender=MIRA, text=text, subject=subject, **more))


@pytest.mark.parametrize(("text", "subject"), [(PASSED_ON, "Zip"), (BLOCK, "WG: Zip")])
async def test_the_author_of_what_an_agent_forwards_is_the_customer(house, text, subject):
    await forwarded(house, text, subject)
    (ticket,) = await house.tickets()
    (message,) = await house.messages()
    assert (ticket.contact_name, message.direction) == ("Ana Berg", "in")
    assert "Broken." in message.reply_text
    assert "sent-for-another" in message.warnings
    assert (await the_conversation(house)).recipient == "mailto:ana@x.example"


async def test_an_attached_mail_names_its_author(house):
    inner = "From: Ana Berg <ana@x.example>\r\nSubject: Zip\r\n\r\nBroken."
    raw = (
        f"Message-ID: <f@h>\r\nFrom: {MIRA}\r\nTo: support@halden.example\r\nSubject: FW: Zip\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\n\r\nFYI\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
    )
    house.set_inbox(MAIL, mail_rules=MailRules(agent_forwards=True))
    await house.mail_in(raw.encode())
    assert await contacts(house) == ["Ana Berg"]


async def test_a_forward_is_the_agents_own_where_nothing_else_is_asked(house):
    await house.mail_in(a_mail(sender=MIRA, text=PASSED_ON, subject="Fwd: Zip"))
    assert await contacts(house) == ["Mira Okafor"]


async def test_a_strangers_forward_speaks_for_nobody(house):
    house.set_inbox(MAIL, mail_rules=MailRules(agent_forwards=True))
    await house.mail_in(a_mail(sender=EVE, text=PASSED_ON, subject="Fwd: Zip"))
    assert await contacts(house) == ["Eve"]


async def test_a_forward_that_claims_to_be_an_agents_opens_no_ticket_of_its_author(house):
    await house.mail_in(a_mail())
    await forwarded(house, id="f@h", subject="Fwd: [#1] Zip", refs=["root@x.example"])
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1]


# 16


async def test_one_mail_makes_one_contact_whomever_it_names(house):
    crowd = ", ".join(f"Someone {n} <s{n}@y.example>" for n in range(500))
    await house.mail_in(a_mail(extra=f"Cc: {crowd}"))
    assert await contacts(house) == ["Ana"]
    assert len((await the_conversation(house)).participants) <= 64


# 35


async def noted_by_mail(house):
    await house.mail_in(a_mail())
    token = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    await house.mail_in(
        a_mail(id="n1@halden", sender=MIRA, refs=[token], text="Refund?", date=LATER)
    )


async def test_a_mail_among_ourselves_that_belongs_to_a_ticket_is_a_note(house):
    await noted_by_mail(house)
    (ticket,) = await house.tickets()
    _, note = await house.messages()
    assert (note.direction, note.author.kind, note.author.name) == ("note", "vendor", "Mira Okafor")
    assert (ticket.status, ticket.snippet) == ("new", "The zip of my tent broke.")
    assert ticket.waiting_since == NOW
    assert await contacts(house) == ["Ana"]
    kinds = [event.kind for event in await house.events.for_ticket(ticket.id)]
    assert "note.added" in kinds
    assert "sender-unproven" not in note.warnings


@pytest.mark.parametrize("sender", ["Jun <jun@halden.example>", "Ana <ana@x.example>"])
async def test_an_answer_to_a_note_stays_internal(house, sender):
    own = house.lines[MAIL].own | {"jun@halden.example"}
    house.lines[MAIL] = replace(house.lines[MAIL], own=own)
    await noted_by_mail(house)
    token = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    await house.mail_in(a_mail(id="n2@z", sender=sender, refs=[token, "n1@halden"], text="Yes."))
    assert {m.text.strip(): m.direction for m in await house.messages()} == {
        "The zip of my tent broke.": "in",
        "Refund?": "note",
        "Yes.": "note",
    }


async def test_what_went_to_the_customer_is_no_note(house):
    await noted_by_mail(house)
    token = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    to = "ana@x.example, support@halden.example"
    await house.mail_in(a_mail(id="n2@z", sender=MIRA, to=to, refs=[token, "n1@halden"]))
    (answer,) = await house.messages(native_id="n2@z")
    assert answer.direction == "out"


async def test_a_colleague_who_begins_something_asks_like_anybody(house):
    await house.mail_in(a_mail(sender=MIRA, subject="Printer"))
    (message,) = await house.messages()
    assert (message.direction, await contacts(house)) == ("in", ["Mira Okafor"])


async def test_a_note_that_nothing_proves_is_doubted_and_moves_nothing(house):
    await house.mail_in(a_mail(extra=f"Cc: {MIRA}"))
    await house.mail_in(a_mail(id="n@z", sender=MIRA, subject="[#1]", text="Close it.", date=LATER))
    note = next(m for m in await house.messages() if m.direction == "note")
    assert "sender-unproven" in note.warnings
    assert (await house.ticket()).status == "new"


# 36


@pytest.mark.parametrize(
    "subject",
    ["Order [#1]", "Re: [#1] Zip", "回复：[#1] Zip", "回复[#1]您好", "=?utf-8?Q?Re:_=5B=231=5D?="],
)
async def test_a_participants_number_in_brackets_counts(house, subject):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="n@x", subject=subject))
    assert [ticket.message_count for ticket in await house.tickets()] == [2]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Order 1", "x"),
        ("Order #1", "x"),
        ("scan_[#1]_final.pdf", "x"),
        ("https://x.example/a=[#1]", "x"),
        ("Z[#1]3", "x"),
        ("New words", "See [#1]"),
        ("New words", "> [#1] quoted"),
        ("New words", '<img alt="[#1]" src="a-[#1].png">'),
    ],
)
async def test_numbers_in_texts_names_and_long_words_do_not_count(house, subject, text):
    await house.mail_in(a_mail())
    kind = "Content-Type: text/html" if "<img" in text else ""
    raw = a_mail(id="n@x", subject=subject, text=text)
    if kind:
        raw = raw.replace(b"Content-Type: text/plain", kind.encode())
    await house.mail_in(raw)
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1]


# 31: order of arrival, merged and closed targets


async def test_an_answer_without_references_waits_for_its_parent(house):
    """The answer names only its parent, the parent names its root: they share no key."""
    answer = a_mail(id="c@y", sender=EVE, refs=["p@x"])
    parent = a_mail(id="p@x", refs=["old@z"], extra=f"Cc: {EVE}")
    await house.mail_in(answer)
    await house.mail_in(parent)
    (ticket,) = await house.tickets()
    assert ticket.message_count == 2


@pytest.mark.parametrize("together", [False, True])
async def test_an_answer_that_overtook_its_parent_goes_over_to_the_parents_ticket(house, together):
    root = a_mail(extra=f"Cc: {EVE}")
    answer = a_mail(id="c@y", sender=EVE, refs=["p@x"], text="Mine broke too.")
    parent = a_mail(id="p@x", refs=["root@x.example"], extra=f"Cc: {EVE}")
    for raw in (root, answer, parent):
        await house.put(MAIL, raw)
        if not together:
            await house.drain(MAIL)
    await house.drain(MAIL)
    one, two = await house.tickets()
    assert (one.message_count, one.in_count, one.merged_into) == (3, 3, None)
    assert (two.merged_into, two.open) == (one.id, False)
    assert {m.ticket_id for m in await house.messages()} == {one.id}
    places = await house.collections.conversations.find({}, limit=10)
    assert {place.ticket_id for place in places} == {one.id}
    await house.mail_in(a_mail(id="d@y", sender=EVE, refs=["p@x", "c@y"]))
    assert (await house.ticket()).message_count == 4


async def test_a_stranger_who_guesses_an_id_draws_nobody_in(house):
    """Eve answers a mail that will come; it does not name her."""
    await house.mail_in(a_mail(id="e@y", sender=EVE, refs=["p@x"]))
    await house.mail_in(a_mail(id="p@x", refs=["root@x.example"]))
    assert [ticket.message_count for ticket in await house.tickets()] == [1, 1]


async def test_what_an_agent_has_begun_is_not_taken_away(house, mira):
    await house.mail_in(a_mail(extra=f"Cc: {EVE}"))
    await house.mail_in(a_mail(id="c@y", sender=EVE, refs=["p@x"]))
    early = await house.ticket(2)
    await house.commands.change_ticket(mira, early.id, TicketChange(status="open"), NOW + HOUR)
    await house.mail_in(a_mail(id="p@x", refs=["root@x.example"], extra=f"Cc: {EVE}"))
    assert [ticket.merged_into for ticket in await house.tickets()] == [None, None]


def ways_back(house, number):
    token = house.tokens.ticket_address("support@halden.example", MAIL, number)
    return {
        "token": {"to": token},
        "reference": {"refs": ["root@x.example"]},
        "number": {"subject": f"[#{number}]"},
    }


@pytest.mark.parametrize("way", ["token", "reference", "number"])
async def test_mail_to_a_merged_ticket_lands_in_its_target(house, mira, way):
    await house.mail_in(a_mail())
    await house.mail_in(a_mail(id="other@x", subject="Other"))
    one, two = await house.tickets()
    await house.join(mira, one.id, two.id, NOW + HOUR)
    await house.mail_in(a_mail(id="r@x", **ways_back(house, 1)[way]))
    one, two = await house.tickets()
    assert (one.message_count, two.message_count) == (1, 3)


@pytest.mark.parametrize("way", ["token", "reference", "number"])
async def test_mail_to_a_closed_ticket_begins_a_follow_up(house, mira, way):
    await house.mail_in(a_mail())
    one = await house.ticket()
    await house.commands.change_ticket(mira, one.id, TicketChange(status="closed"), NOW + HOUR)
    late = {"date": "Mon, 02 Mar 2026 11:00:00 +0000", **ways_back(house, 1)[way]}
    await house.mail_in(a_mail(id="r@x", **late), at=NOW + 25 * HOUR)
    one, two = await house.tickets()
    assert (one.status, one.message_count) == ("closed", 1)
    assert (two.follow_up_of, two.message_count) == (one.id, 1)


# 27


class TooLarge(RawMail):
    """As a mailbox that gives the head of what it lists."""

    def parse_item(self, body, headers, received_at):
        (event,) = super().parse_item(body, headers, received_at).events
        head = replace(event, incomplete="the mail has 99 bytes, this inbox takes 9")
        return Parsed(events=(head,), bad=(BadItem(index=0, reason=head.incomplete),))


async def test_a_mail_too_large_to_fetch_is_listed_and_its_ticket_shows_its_head(house):
    house.lines[MAIL] = replace(house.lines[MAIL], connector=TooLarge())
    await house.mail_in(a_mail(text="").rstrip() + b"\r\n\r\n")
    (listed,) = await house.journal.quarantined(None, 10, None)
    assert "99 bytes" in listed.reason
    (message,) = await house.messages()
    assert (message.author.address, message.text) == ("ana@x.example", "")
    assert INCOMPLETE in message.warnings
    told = await house.events.for_ticket(message.ticket_id)
    assert [event.kind for event in told if came_incomplete(event)] == ["message.received"]


# 37


async def test_a_mail_of_ours_that_comes_back_is_a_machines(house):
    """A forwarder wrote itself into From; the Message-ID is still ours."""
    await house.mail_in(a_mail())
    ours = house.tokens.message_id("support@halden.example", MAIL, 1, "01jd2n3p4q5r6s7t8v9wxyz")
    await house.mail_in(a_mail(id=ours, sender=EVE))
    (returned,) = await house.messages(native_id=ours)
    assert returned.mail.auto_reply == "own-message-id"
