import pytest

from ticketing.tokens import MAX_TOKENS, query_tokens, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Zipper, the ZIPPER!", ("the", "zipper")),
        ("帐篷拉链坏了", ("帐篷", "篷拉", "拉链", "链坏", "坏了")),
        ("订单ABC完", ("订单", "abc", "完")),
        ("Café ＦＵＬＬ", ("café", "full")),
        ("mira@halden.example", ("mira@halden.example", "mira", "halden", "example")),
        ("don't", ("don't", "don", "t")),
        ("", ()),
    ],
)
def test_cutting(text, expected):
    assert tokens(text) == expected


def test_what_is_asked_fits_what_is_stored():
    stored = tokens("Bestellung ÄRMEL Nr. 4711-B, 修理帐篷")
    for query in ("ärmel", "4711-b", "4711", "帐篷", "修理帐"):
        assert set(query_tokens(query)) <= set(stored), query


def test_a_long_text_is_bounded():
    assert len(tokens(" ".join(f"w{n}" for n in range(5000)))) == MAX_TOKENS


def test_a_word_without_end_is_cut():
    assert all(len(token) <= 40 for token in tokens("x" * 500))


def test_a_long_text_keeps_what_people_search_for():
    dull = " ".join(chr(97 + n // 26) + chr(97 + n % 26) for n in range(400))
    text = f"{dull} then order HG-20917 of mira@halden.example about the waterproof gaiters"
    kept = tokens("Zip", text, "label.pdf")
    assert len(kept) == MAX_TOKENS
    for wanted in ("hg-20917", "20917", "mira@halden.example", "waterproof", "gaiters", "order"):
        assert wanted in kept
    assert {"zip", "label.pdf", "pdf"} <= set(kept)


def test_the_order_of_appearance_is_kept():
    kept = tokens(" ".join(f"w{n}" for n in range(300)))
    assert list(kept) == sorted(kept, key=lambda word: int(word[1:]))


@pytest.mark.parametrize("text", ["Don't mail a.b@c.de or HG-1", "x" * 90, "a--b", "'q'"])
def test_plain_and_accented_texts_are_cut_alike(text):
    assert set(tokens(f"{text} é")) - {"é"} == set(tokens(text))
