"""Links to files: only what we signed opens, and only for its time."""

from datetime import UTC, datetime, timedelta

import pytest

from normalizer.model import MessageId
from outbound.errors import LinkExpired, LinkForged
from outbound.file_links import OPEN_FOR, FileLinks

NOW = datetime(2026, 11, 20, 9, 38, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
LINKS = FileLinks((OLD,), "https://desk.example/")
MESSAGE = MessageId("m1")


def _token(links: FileLinks) -> str:
    prefix, _, token = links.link(MESSAGE, "f0", NOW).partition("/files/")
    assert prefix == "https://desk.example"
    return token


def test_a_link_names_its_message_and_file() -> None:
    linked = LINKS.opened(_token(LINKS), NOW)
    assert (linked.message_id, linked.file_id) == (MESSAGE, "f0")


def test_it_closes_after_its_time() -> None:
    token = _token(LINKS)
    LINKS.opened(token, NOW + OPEN_FOR)
    with pytest.raises(LinkExpired):
        LINKS.opened(token, NOW + OPEN_FOR + timedelta(seconds=1))


def test_it_opens_after_a_rotation_of_keys() -> None:
    FileLinks((NEW, OLD), "https://desk.example").opened(_token(LINKS), NOW)


@pytest.mark.parametrize("spoil", range(0, 48, 5))
def test_every_changed_sign_is_seen(spoil: int) -> None:
    token = _token(LINKS)
    other = "A" if token[spoil] != "A" else "B"
    with pytest.raises(LinkForged):
        LINKS.opened(token[:spoil] + other + token[spoil + 1 :], NOW)


def test_another_key_did_not_sign_it() -> None:
    with pytest.raises(LinkForged):
        FileLinks((NEW,), "https://desk.example").opened(_token(LINKS), NOW)


@pytest.mark.parametrize("token", ["", "x", "ä", "A" * 22, "=" * 9, "a" * 501])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(LinkForged):
        LINKS.opened(token, NOW)
