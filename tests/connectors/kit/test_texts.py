"""How long a text is, where it is cut, and what a carrier had encoded."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.carrier_text import readable
from connectors.kit.segments import count_segments
from connectors.kit.splitting import measure, split_text


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "gsm7", 0, 0),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("é" * 160, "gsm7", 160, 1),
        ("ç" * 70, "ucs2", 70, 1),
        ("好" * 71, "ucs2", 71, 2),
        ("😀" * 35, "ucs2", 70, 1),
        ("😀" * 36, "ucs2", 72, 2),
    ],
)
def test_segments(text, encoding, units, segments):
    counted = count_segments(text)
    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, segments)


def test_an_escaped_character_is_not_cut_in_two():
    # 152 + one of two septets does not fit into 153: it opens the next segment.
    assert count_segments("a" * 152 + "€" + "a" * 152).segments == 3


def test_what_is_left_before_the_next_segment():
    assert count_segments("a" * 150).left == 10
    assert count_segments("a" * 161).left == 145


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
