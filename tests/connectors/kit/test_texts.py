"""How long a text is, where it is cut, and what a carrier had encoded."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.carrier_text import readable
from connectors.kit.splitting import measure, split_text


@given(st.text(), st.integers(10, 60), st.sampled_from(["chars", "utf16", "bytes"]))
def test_every_piece_fits_and_no_word_is_lost(text, limit, unit):
    pieces = split_text(text, limit, unit)
    assert all(measure(piece, unit) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_texts_are_cut_where_a_reader_would():
    text = "First paragraph, rather long.\n\nSecond one."
    assert split_text(text, 35) == ["First paragraph, rather long.", "Second one."]
    assert split_text("one two three", 8) == ["one two", "three"]
    assert split_text("abcdefgh", 3) == ["abc", "def", "gh"]
    assert split_text("short", 10) == ["short"]


def test_an_emoji_sequence_stays_whole():
    family = "👩\u200d👩\u200d👧"
    pieces = split_text("a" * 8 + family + "b" * 8, 10)
    assert any(family in piece for piece in pieces)
    assert split_text("e\u0301" * 4, 3) == ["e\u0301", "e\u0301", "e\u0301", "e\u0301"]


def test_sentences_in_base64_are_read():
    words = "Is the Halden 40 in stock? I would like to have two of them, please. Größe M."
    encoded = base64.b64encode(words.encode()).decode()
    assert readable(encoded) == words


def test_a_character_cut_off_at_the_end_is_dropped():
    words = "Half a character is left at the end of this text, see: "
    cut = (words + "“").encode()[:-1]
    padded = cut if len(cut) % 3 == 0 else b"x" * (3 - len(cut) % 3) + cut
    assert readable(base64.b64encode(padded).decode()).endswith("see: ")


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "QmFubm9u",
        "A" * 64,
        base64.b64encode(bytes(range(60))).decode(),
        base64.b64encode(b"0123456789abcdef0123456789abcdef0123456789abcdef").decode(),
        "a long text with spaces that is not base64 but longer than sixty characters",
    ],
)
def test_other_texts_stay(text):
    assert readable(text) == text
