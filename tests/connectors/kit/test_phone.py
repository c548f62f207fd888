"""Numbers as gateways write them, in one canonical form."""

import pytest

from connectors.kit.phone import e164, phone_sender


@pytest.mark.parametrize(
    ("raw", "region", "wanted"),
    [
        ("+14155550123", "", "+14155550123"),
        ("+1 (415) 555-0123", "", "+14155550123"),
        ("14155550123", "", "+14155550123"),
        ("0014155550123", "", "+14155550123"),
        ("2207222333", "", "+2207222333"),
        ("030 901820", "DE", "+4930901820"),
        ("4930901820", "DE", "+4930901820"),
        ("030901820", "", None),
        ("384387", "", None),
        ("Halden", "", None),
        ("", "", None),
        ("+", "", None),
        ("٤٩٣٠٩٠١٨٢٠", "", None),
    ],
)
def test_e164(raw, region, wanted):
    assert e164(raw, region) == wanted


def test_short_codes_and_names_stay_as_they_are():
    assert phone_sender(" 384387 ").canonical == "tel:384387"
    assert phone_sender("Halden").canonical == "tel:Halden"
    assert phone_sender("tel:+1 415 555 0123").canonical == "tel:+14155550123"
