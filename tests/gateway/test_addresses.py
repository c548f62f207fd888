"""Addresses as people read them."""

import pytest

from gateway.api import addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+14155550137", "+1 415 555 0137"),
        ("+393475550182", "+39 347 555 0182"),
        ("+8613800138000", "+86 138 0013 8000"),
        ("+442079460958", "+44 20 7946 0958"),
        ("+999123456789", "+999123456789"),
        ("34567", "34567"),
        ("Elena Marchetti", "Elena Marchetti"),
        ("", ""),
    ],
)
def test_numbers_are_grouped_as_their_country_does(text: str, shown: str) -> None:
    assert addresses.readable(text) == shown


@pytest.mark.parametrize(
    ("canonical", "shown"),
    [
        ("tel:+14155550137", "+1 415 555 0137"),
        ("whatsapp:393475550182", "+39 347 555 0182"),
        ("mailto:elena.m@posta.example", "elena.m@posta.example"),
        ("telegram:48213", ""),
        ("webchat:demo-chat/lin", ""),
        ("telegram:@elena", "@elena"),
        ("", ""),
    ],
)
def test_ids_that_only_a_provider_reads_are_not_shown(canonical: str, shown: str) -> None:
    assert addresses.recipient(canonical) == shown
