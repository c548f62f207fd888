"""Lists of people: hostile CSV as records, cells that run nowhere, what a line makes."""

import codecs
import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.events import SenderId
from normalizer.mail import detect
from normalizer.mail.detect import codec_of
from tests.ticketing.builders import NOW
from ticketing.errors import Invalid
from ticketing.model import Consent
from ticketing.people.lists import records
from ticketing.people.lists.cells import guarded, line_of, unguarded
from ticketing.people.lists.consents import check_moments, read_consents, written
from ticketing.people.lists.policy import check_mapping, created, guessed, updated, wish_of
from ticketing.people.lists.records import (
    AGAIN,
    MOST_SPARE,
    Records,
    delimiter_of,
    is_open,
)
from ticketing.people.lists.source import known_codec

HOSTILE = st.text(
    st.one_of(st.sampled_from("=+-@'\"\t;,|ä中\u2028＝"), st.characters(exclude_categories=["Cs"])),
    max_size=12,
).filter(lambda text: "\r" not in text)


def read(text, delimiter=",", pieces=1):
    reader = Records(delimiter)
    size = max(1, len(text) // pieces)
    found = [one for at in range(0, len(text), size) for one in reader.feed(text[at : at + size])]
    return [*found, *reader.end()]


def address(family, text):
    if "@" not in text and family == "mailto":
        raise ValueError("this is not a mail address")
    return SenderId(family=family, value=text.strip().lower())


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(HOSTILE, min_size=2, max_size=4), max_size=6), st.integers(1, 30))
def test_what_goes_out_comes_in_as_it_was(rows, pieces):
    rows = [["end", *row] for row in rows]
    text = "".join(line_of(row) for row in rows)
    whole = io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
    found = read(whole, pieces=pieces)
    assert [[unguarded(cell) for cell in one.cells] for one in found] == rows
    assert not any(one.problem for one in found)


@settings(max_examples=300, deadline=None)
@given(HOSTILE)
def test_no_cell_begins_as_a_formula(text):
    safe = guarded(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))
    assert unguarded(safe) == text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.sampled_from(",;\t|"), st.integers(1, 9))
def test_any_text_gives_the_same_records_in_any_pieces(text, delimiter, pieces):
    text = text.replace("\r", "\n")
    whole, parts = read(text, delimiter), read(text, delimiter, pieces)
    assert whole == parts
    assert [one.line for one in whole] == sorted({one.line for one in whole})


def test_an_open_quote_breaks_its_own_line_alone():
    lines = ['a,"open', *(f"name {n},x" for n in range(700))]
    found = read("\n".join(lines))
    assert (found[0].line, "never closed" in found[0].problem) == (1, True)
    assert [one.cells for one in found[1:]] == [(f"name {n}", "x") for n in range(700)]


def test_an_open_quote_in_the_last_lines_breaks_itself_alone():
    found = read('a,b\nc,"d\ne,f')
    assert [(one.line, one.cells, bool(one.problem)) for one in found] == [
        (1, ("a", "b"), False), (2, (), True), (3, ("e", "f"), False),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ['x","', 'x","' + 'y","' * 30], ids=["short", "long"])
def test_lines_that_are_open_both_ways_are_not_read_again_without_bound(line, monkeypatch):
    scanned = 0

    def counted(text, *args, **more):
        nonlocal scanned
        scanned += len(text) + 1
        return is_open(text, *args, **more)

    monkeypatch.setattr(records, "is_open", counted)
    text = "name,mail\n" + f"{line}\n" * 3000
    found = read(text)
    assert len(found) == 3001
    assert [one.line for one in found] == list(range(1, 3002))
    assert scanned <= MOST_SPARE + (AGAIN + 2) * len(text)


def test_behind_a_block_that_is_given_up_lines_are_read_as_ever():
    found = read('x","\n' * 3000 + ("fine,y\n" * 600) + 'a,"b\nc"\n')
    assert found[-1].cells == ("a", "b\nc")
    assert [one.cells for one in found[-601:-1]] == [("fine", "y")] * 600


def test_many_open_lines_before_a_giant_one_do_not_nest():
    found = read('a,"b\n' + "c\n" * 400 + "x" * 70_000 + '"\n' + "d,e\n")
    assert found[-1].cells == ("d", "e")


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "base64", "rot13", "zlib", "unicode_escape", "mbcs", "x\0", "no"]
)
def test_what_no_sheet_is_saved_in_is_no_encoding(name):
    with pytest.raises(Invalid):
        known_codec(name)


@pytest.mark.parametrize("name", ["UTF-8", "gb18030", "GBK", "cp1252", "latin-1", "Shift_JIS"])
def test_what_sheets_are_saved_in_is_known(name):
    assert known_codec(name) == codecs.lookup(name).name


def test_what_is_found_out_may_be_chosen():
    guesses = (family for family, _ in (*detect._WIDE, *detect._NARROW))
    for name in ("utf-16", "utf-8-sig", "cp1250", "cp1252", *guesses):
        assert known_codec(name)


def test_quotes_within_a_cell_are_characters():
    assert read('pipe 5" wide,"he said ""no""\nand left",x')[0].cells == (
        'pipe 5" wide', 'he said "no"\nand left', "x",
    )  # fmt: skip


def test_a_line_without_end_is_refused_and_bounded():
    (found,) = read("x" * 200_000)[:1]
    assert "longer" in found.problem


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252", "cp932"])
def test_the_encoding_is_found_out(codec):
    words = {"cp1252": "Name,Straße\nJürgen Müller,Zürcher Straße 5, größer\n",
             "cp932": "名前,住所\nこれはひらがなのとてもながいぶんしょうです,東京都\n"}  # fmt: skip
    text = words.get(codec, "姓名,邮箱\n王小明的公司在北京，我们是中国的客户,wang@x.example\n")
    data = text.encode(codec)
    found = codec_of(data)
    assert codecs.decode(data, found) == text


def test_the_delimiter_is_the_one_that_there_is_most_of():
    assert [delimiter_of(line) for line in ("a,b;c,d", "a;b", "a\tb\tc", "a")] == [
        ",", ";", "\t", ",",
    ]  # fmt: skip


def test_columns_are_known_by_their_names():
    assert guessed(["Name", "E-Mail", "Phone", "公司", "email", "name", "attribute:size", "?"]) == (
        "name", "mailto", "tel", "organisation", "mailto", "", "attribute:size", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        (("name",), "mapping"),
        (("", ""), "mapping"),
        (("name", "shoe"), "mapping[1]"),
        (("name", "name"), "mapping[1]"),
        (("name", "attribute:size"), "mapping[1]"),
    ],
)
def test_a_wrong_mapping_is_named(mapping, field):
    with pytest.raises(Invalid) as caught:
        check_mapping(mapping, ("a", "b"), {})
    assert caught.value.field == field


def test_a_line_makes_a_person_and_says_nothing_where_it_is_empty():
    mapping = ("name", "mailto", "vip", "language")
    wish = wish_of(("Ana", "A@x.example; b@x.example", "2", ""), mapping, {}, address)
    made = created("c", wish, {}, NOW, verified=True)
    assert (made.vip, made.point_keys) == (2, ("mailto:a@x.example", "mailto:b@x.example"))
    again = wish_of(("", "a@x.example", "", "de"), mapping, {}, address)
    after = updated(made, again, {}, verified=True)
    assert (after.name, after.vip, after.language) == ("Ana", 2, "de")
    assert updated(after, again, {}, verified=True) == after


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (("", "", ""), "line"),
        (("Ana", "nobody", ""), "mailto"),
        (("Ana", "", "9"), "vip"),
        (("Ana", "", "", "too much"), "line"),
        (("An\ufffd", "", ""), "name"),
        (("x" * 5_001, "", ""), "name"),
    ],
)
def test_a_wrong_line_is_named(cells, field):
    with pytest.raises(Invalid) as caught:
        made = wish_of(cells, ("name", "mailto", "vip"), {}, address)
        created("c", made, {}, NOW, verified=False)
    assert caught.value.field == field


def test_formulas_come_in_as_text():
    wish = wish_of(("=HYPERLINK(1)", "a@x.example"), ("name", "mailto"), {}, address)
    assert created("c", wish, {}, NOW, verified=False).name == "=HYPERLINK(1)"
    assert next(csv.reader([line_of(["=1"])]))[0] == "'=1"


def agreed(purpose="marketing", at=NOW, granted=True, how=""):
    return Consent(purpose=purpose, granted=granted, at=at, how=how)


@given(
    st.lists(
        st.builds(
            agreed,
            purpose=st.from_regex(r"[a-z][a-z0-9_-]{0,9}", fullmatch=True),
            at=st.integers(0, 2**32).map(lambda ms: NOW - timedelta(milliseconds=ms)),
            granted=st.booleans(),
            how=st.text("aé ;=,'\"", max_size=20).map(lambda how: " ".join(how.split())),
        ),
        unique_by=lambda one: one.purpose,
        max_size=5,
    )
)
def test_consents_come_in_as_they_went_out(consents):
    assert list(read_consents(written(consents))) == consents


@pytest.mark.parametrize(
    "cell",
    [
        "marketing",
        "marketing=yes",
        "marketing=granted",
        "marketing=granted yesterday",
        "marketing=granted 0001-01-01T00:00:00+14:00",
        "Marketing=granted 2026-01-01",
        ";".join(f"p{number}=granted 2026-01-01" for number in range(60)),
    ],
)
def test_consents_that_cannot_be_read_are_named(cell):
    with pytest.raises(Invalid) as caught:
        created("c", line_with(cell), {}, NOW, verified=False)
    assert caught.value.field == "consents"


def line_with(consents):
    return wish_of(("Ana", consents), ("name", "consents"), {}, address)


def test_a_list_from_before_a_withdrawal_undoes_none():
    made = created("c", line_with("marketing=granted 2020-05-01 by form"), {}, NOW, verified=False)
    assert made.consents[0].how == "by form"
    withdrawn = replace(made, consents=(agreed(granted=False),))
    again = line_with("marketing=granted 2020-05-01 by form; calls=withdrawn 2020-05-01")
    after = updated(withdrawn, again, {}, verified=False)
    assert {one.purpose: one.granted for one in after.consents} == {
        "marketing": False,
        "calls": False,
    }


def test_no_consent_lies_ahead():
    with pytest.raises(Invalid, match="ahead"):
        check_moments([agreed(at=NOW + timedelta(seconds=1))], NOW)
    check_moments([agreed()], NOW)
