"""What APIs are told of a mail: the same as SMTP says, to whom it still goes."""

from datetime import UTC, datetime

import pytest

from connectors.contract import Account, InboxId, MailEnvelope, OutboundMessage, SenderId
from connectors.kit.mail.addresses import AddressUnusable
from connectors.kit.mail.letter import Person, letter_of

ACCOUNT = Account(
    inbox_id=InboxId("i"),
    channel="email_x",
    name="Halden Support",
    address="support@halden.example",
    hook_url="",
    settings=None,
)


def letter(id: str = "m9", **envelope: object):
    known: dict = {"message_id": "t5.m9@halden.example", "to": ("eva@far.example",), **envelope}
    return letter_of(
        OutboundMessage(
            id=id,
            recipient=SenderId(family="mailto", value="eva@far.example"),
            thread_key="t",
            text="Hello",
            created_at=datetime(2026, 11, 18, tzinfo=UTC),
            subject="Tent\r\nBcc: eve@far.example",
            mail=MailEnvelope(**known),
        ),
        ACCOUNT,
    )


def addresses(people: tuple[Person, ...]) -> list[str]:
    return [one.address for one in people]


def test_headers_are_those_of_smtp():
    found = letter(
        in_reply_to="m2@far.example",
        references=("m0@far.example", "m2@far.example"),
        auto_submitted=True,
    ).headers
    assert found["Message-ID"] == "<t5.m9@halden.example>"
    assert found["In-Reply-To"] == "<m2@far.example>"
    assert found["References"] == "<m0@far.example> <m2@far.example>"
    assert found["Auto-Submitted"] == "auto-replied"
    fields = {"from", "to", "cc", "subject", "date", "reply-to", "content-type", "mime-version"}
    assert not fields & {name.lower() for name in found}


def test_long_references_are_one_line():
    ids = tuple(f"{n}{'x' * 60}@far.example" for n in range(30))
    value = letter(references=ids).headers["References"]
    assert value.split(" ") == [f"<{one}>" for one in ids]


def test_nobody_stands_twice():
    found = letter(
        to=("eva@far.example", "Eva@Far.example"),
        cc=("EVA@far.example", "jonas@far.example"),
        bcc=("jonas@far.example", "ida@far.example"),
    )
    assert addresses(found.to) == ["eva@far.example"]
    assert addresses(found.cc) == ["jonas@far.example"]
    assert addresses(found.bcc) == ["ida@far.example"]


def test_it_goes_to_those_who_do_not_have_it():
    found = letter(cc=("jonas@far.example", "ida@far.example"), taken=("jonas@far.example",))
    assert addresses(found.to) == ["eva@far.example"]
    assert addresses(found.cc) == ["ida@far.example"]
    assert addresses(found.named_cc) == ["jonas@far.example", "ida@far.example"]


def test_it_goes_to_somebody_when_all_in_to_have_it():
    found = letter(cc=("jonas@far.example", "ida@far.example"), taken=("eva@far.example",))
    assert addresses(found.to) == ["jonas@far.example"]
    assert addresses(found.cc) == ["ida@far.example"]
    assert addresses(found.named_to) == ["eva@far.example"]


def test_reports_name_the_message_and_not_the_round():
    found = letter(id="m9.2")
    assert (found.id, found.key) == ("m9", "m9.2")


def test_domains_go_as_a_labels_and_names_quoted():
    found = letter(to=("eva@größer.example",), to_name='Lindqvist, "Eva"')
    assert found.to[0].address == "eva@xn--grer-0ua8e.example" or found.to[0].address.isascii()
    assert found.to[0].plain == f"\"Lindqvist, 'Eva'\" <{found.to[0].address}>"
    assert found.subject == "Tent Bcc: eve@far.example"


def test_what_is_no_address_is_said():
    with pytest.raises(AddressUnusable):
        letter(to=("eva",))
