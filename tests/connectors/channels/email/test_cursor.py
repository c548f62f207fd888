import pytest

from connectors.channels.email.cursor import Cursor, read_cursors, write_cursors
from connectors.errors import Malformed


@pytest.mark.parametrize(
    "cursors",
    [
        {"INBOX": Cursor(validity=1_700_000_000, uid=42)},
        {
            "INBOX": Cursor(validity=1, uid=0, since=1_767_225_600),
            'Späte "Post"': Cursor(validity=2, uid=7, until=9),
        },
    ],
)
def test_cursors_read_back(cursors: dict[str, Cursor]) -> None:
    assert read_cursors(write_cursors(cursors), "INBOX") == cursors


def test_one_cursor_alone_is_that_of_the_first_folder() -> None:
    assert read_cursors("7:42:99", "Support") == {
        "Support": Cursor(validity=7, uid=42, since=99),
    }


def test_the_first_time_has_none() -> None:
    assert read_cursors("", "INBOX") == {}


@pytest.mark.parametrize("text", ["42", "a:b", "1:", "latest", '{"INBOX":"42"}', "{", "{1:2}"])
def test_what_is_no_cursor_is_said(text: str) -> None:
    with pytest.raises(Malformed, match="IMAP cursor"):
        read_cursors(text, "INBOX")


def test_a_scan_anew_remembers_since_when_and_asks_for_dates_only_below_what_is_there() -> None:
    cursor = Cursor(validity=1, uid=42, since=99)
    assert cursor.anew(2, 7) == Cursor(validity=2, uid=0, since=99, until=7)
    assert Cursor(validity=1, uid=42).anew(2, 7) == Cursor(validity=2, uid=0)


def test_dates_count_no_longer_once_the_scan_has_passed() -> None:
    cursor = Cursor(validity=2, uid=0, since=99, until=7)
    assert cursor.after(6).until == 7
    assert cursor.after(7) == Cursor(validity=2, uid=7, since=99)
