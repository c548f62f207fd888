"""What a mail asks of threading before any store is read."""

import pytest

from gateway.commands.foreseeing import foreseen
from tests.ticketing.builders import a_mail

TOKEN = "t1" + "0" * 16


@pytest.mark.parametrize(
    ("mail", "first"),
    [
        ({}, "new"),
        ({"subject": "[#12] Zip"}, "subject"),
        ({"subject": "[#12] Zip", "refs": ["a@x", "b@x"]}, "reference"),
        ({"to": f"support+{TOKEN}@halden.example", "refs": ["b@x"]}, "token"),
        ({"refs": [f"{TOKEN}.01jd2n3p4q5r6s7t8v9wxyz@halden.example"]}, "token"),
    ],
)
def test_the_first_rule_with_anything_to_go_by_is_named(mail, first):
    seen = foreseen(a_mail(**mail))
    assert seen.first == first
    assert seen.why


def test_all_the_evidence_is_told():
    seen = foreseen(a_mail(subject="[#12] Zip", refs=["a@x", "b@x"]))
    assert seen.references == ("b@x", "a@x")
    assert (seen.subject_number, seen.thread_key, seen.token) == (12, "a@x", None)


def test_a_token_names_the_ticket_that_it_claims():
    assert foreseen(a_mail(to=f"support+{TOKEN}@halden.example")).token == 1
