import pytest

from connectors.contract import InboxId
from normalizer.model import MessageId
from ticketing.reply_tokens import ReplyTokens

ONE, OTHER = InboxId("inbox-one"), InboxId("inbox-two")
MESSAGE = MessageId("01jd2n3p4q5r6s7t8v9wxyz")


@pytest.fixture
def tokens():
    return ReplyTokens([b"k" * 32])


@pytest.mark.parametrize("number", [1, 31, 32, 1234, 2**40])
def test_an_address_leads_back_to_its_ticket(tokens, number):
    address = tokens.ticket_address("support@halden.example", ONE, number)
    hit = tokens.find(ONE, [f"Support <{address.upper()}>"], [])
    assert hit is not None
    assert hit.number == number


def test_an_address_fits_into_a_local_part(tokens):
    assert len(tokens.ticket_address("support@h.example", ONE, 10**9).partition("@")[0]) <= 64
    assert len(tokens.bounce_address("support@h.example", ONE, MESSAGE).partition("@")[0]) <= 64


def test_a_long_address_goes_without_a_tag_rather_than_be_refused(tokens):
    long = "customer-service-and-returns-of-outdoor-equipment@h.example"
    assert tokens.bounce_address(long, ONE, MESSAGE) == long
    assert tokens.ticket_address(long, ONE, 7) == long
    middle = "returns-and-repairs-of-tents@h.example"
    assert tokens.bounce_address(middle, ONE, MESSAGE) == middle
    assert tokens.ticket_address(middle, ONE, 7) != middle


def test_a_message_id_leads_back_to_its_ticket(tokens):
    message_id = tokens.message_id("support@halden.example", ONE, 77, MESSAGE)
    hit = tokens.find(ONE, [], ["<unknown@x>", f"<{message_id}>"])
    assert hit is not None
    assert (hit.number, hit.source) == (77, "message-id")


def test_a_token_is_worthless_in_another_inbox(tokens):
    address = tokens.ticket_address("support@halden.example", ONE, 5)
    assert tokens.find(OTHER, [address], []) is None


def test_an_altered_token_is_ignored(tokens):
    address = tokens.ticket_address("support@halden.example", ONE, 5)
    at = address.index("@") - 1
    altered = address[:at] + ("0" if address[at] != "0" else "1") + address[at + 1 :]
    renumbered = address.replace("+t5", "+t6")
    assert tokens.find(ONE, [altered, renumbered], []) is None


def test_old_keys_still_open_what_they_signed():
    old = ReplyTokens([b"a" * 32]).ticket_address("support@halden.example", ONE, 9)
    rotated = ReplyTokens([b"b" * 32, b"a" * 32])
    assert rotated.find(ONE, [old], []) is not None
    assert rotated.ticket_address("support@halden.example", ONE, 9) != old


def test_a_bounce_address_names_its_message(tokens):
    address = tokens.bounce_address("support@halden.example", ONE, MESSAGE)
    assert tokens.bounced(ONE, [address]) == MESSAGE
    assert tokens.bounced(OTHER, [address]) is None
    assert tokens.bounced(ONE, [address.replace("01jd", "01je")]) is None
