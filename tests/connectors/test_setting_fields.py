"""One settings type draws the form and checks what is typed into it."""

from typing import Annotated, Literal

import msgspec
import pytest

from connectors.errors import SettingsInvalid
from connectors.setting_fields import parse_settings, setting_fields


class Example(msgspec.Struct, frozen=True, kw_only=True):
    account: Annotated[str, msgspec.Meta(title="Account", description="Where to find it")]
    token: Annotated[str, msgspec.Meta(extra={"secret": True})] = "hush"
    port: int = 25
    tls: bool = True
    mode: Literal["poll", "webhook"] = "webhook"
    folders: tuple[str, ...] = ("INBOX",)
    note: str | None = None


def test_the_form_has_every_field_in_order():
    account, token, port, tls, mode, folders, note = setting_fields(Example)
    assert (account.title, account.description, account.required) == (
        "Account",
        "Where to find it",
        True,
    )
    assert [f.kind for f in (account, port, tls, mode, folders, note)] == [
        "text",
        "number",
        "switch",
        "choice",
        "list",
        "text",
    ]
    assert mode.choices == ("poll", "webhook")
    assert (port.default, folders.default, token.title) == (25, ("INBOX",), "Token")


def test_a_secret_never_shows_its_default():
    assert setting_fields(Example)[1].default is None
    assert [field.name for field in setting_fields(Example) if field.secret] == ["token"]


def test_text_becomes_numbers_and_switches():
    parsed = parse_settings(Example, {"account": "a", "port": "587", "tls": "false"})
    assert parsed == Example(account="a", port=587, tls=False)


@pytest.mark.parametrize("given", ["Sent, Late mail,", ["Sent", "Late mail"]])
def test_text_with_commas_becomes_a_list(given):
    parsed = parse_settings(Example, {"account": "a", "folders": given})
    assert parsed.folders == ("Sent", "Late mail")


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({}, "account", "is required"),
        ({"account": "a", "port": "many"}, "port", "Expected `int`"),
        ({"account": "a", "mode": "dance"}, "mode", "Invalid enum value 'dance'"),
        ({"account": "a", "folders": [1]}, "folders", "Expected `str`"),
        ({"acount": "a"}, "acount", "there is no such setting"),
    ],
)
def test_what_is_wrong_is_named(values, field, reason):
    with pytest.raises(SettingsInvalid) as invalid:
        parse_settings(Example, values)
    assert invalid.value.field == field
    assert reason in invalid.value.reason
