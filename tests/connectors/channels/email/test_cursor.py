import pytest

from connectors.channels.email.cursor import Cursor, read_cursor
from connectors.errors import Malformed


@pytest.mark.parametrize("text", ["1700000000:42", "1:0:1767225600"])
def test_a_cursor_reads_back(text: str) -> None:
    assert str(read_cursor(text)) == text


def test_the_first_time_has_none() -> None:
    assert read_cursor("") is None


@pytest.mark.parametrize("text", ["42", "a:b", "1:", "latest"])
def test_what_is_no_cursor_is_said(text: str) -> None:
    with pytest.raises(Malformed, match="UIDVALIDITY:UID"):
        read_cursor(text)


def test_another_uidvalidity_starts_over_but_remembers_since_when() -> None:
    cursor = Cursor(validity=1, uid=42, since=99)
    assert cursor.at(1) == cursor
    assert cursor.at(2) == Cursor(validity=2, uid=0, since=99)
