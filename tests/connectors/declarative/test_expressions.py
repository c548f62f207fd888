"""Expressions and templates: JMESPath with two conveniences, checked when a file is read."""

import pytest

from connectors.declarative.expressions import Expression, ExpressionInvalid, dialect
from connectors.declarative.functions import Functions
from connectors.declarative.templates import Scope

FUNCTIONS = Functions({"kinds": {"photo": "image"}}, ["key"])
SCOPE = Scope({"a", "b", "to", "text", "settings", "headers", "fields"}, FUNCTIONS)


def found(source, **document):
    return Expression(source, SCOPE.names, FUNCTIONS)(document)


@pytest.mark.parametrize(
    ("source", "standard"),
    [
        ("a.err-code", 'a."err-code"'),
        ("a.b-c-d == 200", 'a."b-c-d" == `200`'),
        ("a[0].b", "a[0].b"),
        ("a[0:2]", "a[0:2]"),
        ("to_array(a)[-1].b", "to_array(a)[-1].b"),
        ("a[:-1]", "a[:-1]"),
        ("[a, -1]", "[a, `-1`]"),
        ("a == 'x-1 200'", "a == 'x-1 200'"),
        ('a."b-c"', 'a."b-c"'),
        ("a == true && b == null", "a == `true` && b == `null`"),
        ("a.true", "a.true"),
        ("is(a, 1, -2.5)", "is(a, `1`, `-2.5`)"),
        ("a == `3`", "a == `3`"),
    ],
)
def test_names_may_hold_hyphens_and_numbers_need_no_backticks(source, standard):
    assert dialect(source) == standard


def test_a_missing_field_is_nothing_and_spoils_nothing():
    assert found("a.b.c", a={"b": 1}) is None
    assert found("a.b.c") is None
    assert found("text(a, '-', b)", b=2) == "-2"
    assert found("lower(a.b)") == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a ==", "no expression"),
        ("bdy.x", "there is no 'bdy' here; there are a, b,"),
        ("text(settings.kye)", "there is no setting 'kye'; there are key"),
        ("replace(a, 'b')", r"replace\(\) takes 3 values, not 2"),
        ("length(a, b)", r"length\(\) takes 1 values, not 2"),
        ("hash()", r"hash\(\) takes 1 values or more, not 0"),
        ("lookup('kind', a)", r"there is no \[maps.kind\]"),
        ("shout(a)", "there is no function 'shout'"),
        ("", "empty"),
        ("lower(headers.X-Id)", "small letters: 'x-id'"),
        (
            "lower(fields.a.b)",
            r"fields are plain: 'a' holds no 'b'; write fields.\"a.b\", or body.a.b",
        ),
        ("fields.a.b.c", "holds no 'b'"),
        ("a = 'b'", "compared with =="),
    ],
)
def test_a_wrong_one_is_refused_when_the_file_is_read(source, reason):
    with pytest.raises(ExpressionInvalid, match=reason):
        Expression(source, SCOPE.names, FUNCTIONS)


@pytest.mark.parametrize("source", ["!a.b", "!a.b.c && !b", "!(a.b)", "!a[0].b", "!is(a.b, '1')"])
def test_not_is_about_the_whole_path(source):
    assert found(source, a={"x": 1}) is True


def test_not_of_what_is_there():
    assert found("!a.b", a={"b": 1}) is False
    assert found("a[?!b.c].n", a=[{"n": 1}, {"n": 2, "b": {"c": 1}}]) == [1]


def test_inner_names_are_not_taken_for_the_documents():
    assert found("a[?kind == 'x'].id | [0]", a=[{"kind": "x", "id": 7}]) == 7


def test_a_value_that_a_function_cannot_take_is_a_value_error():
    for source in ("join(',', a)", "text(a)", "cut(a, b)", "parse_json(a)", "match(a, b)"):
        with pytest.raises(ValueError):
            found(source, a=[1, {}], b="(")


@pytest.mark.parametrize(
    ("source", "document", "wanted"),
    [
        ("is(a, '0', 'OK')", {"a": 0}, True),
        ("is(a, 'ok')", {"a": " Ok "}, True),
        ("is(a, 'ok')", {}, False),
        ("lookup('kinds', a, 'file')", {"a": "photo"}, "image"),
        ("lookup('kinds', a, 'file')", {"a": "?"}, "file"),
        ("e164(a, 'US')", {"a": "(415) 555-0123"}, "+14155550123"),
        ("e164(a)", {"a": "tel:+14155550123"}, "+14155550123"),
        ("e164(a)", {"a": "Halden"}, "Halden"),
        ("digits(a)", {"a": "+1 415"}, "1415"),
        ("split(a, ',')", {"a": "x,y"}, ["x", "y"]),
        ("split(a, ',')", {}, []),
        ("numbered(a, 'M')", {"a": {"M10": 3, "M2": 2, "M": 0, "N1": 9, "Mx": 9}}, [2, 3]),
        ("url_decode(a)", {"a": "hello%21+you"}, "hello! you"),
        ("hex_decode(a)", {"a": "0048263A"}, "H☺"),
        ("hex(a)", {"a": "H☺"}, "0048263a"),
        ("base64_decode(base64(a))", {"a": "ü"}, "ü"),
        ("gsm_decode(a)", {"a": "\x05v\x05nement \x1b\x65"}, "événement €"),
        ("is_gsm(a)", {"a": "é€"}, True),
        ("is_gsm(a)", {"a": "☺"}, False),
        ("hash('sha1', a)", {"a": "x"}, "11f6ad8ec52a2984abaafd7c3b516503785c2072"),
        ("hmac('md5', 'k', a, 'base64')", {"a": "x"}, "RCugeejsYgb39VNNRlPbDw=="),
        ("pairs(a, '=', '&', 'sig')", {"a": {"b": 1, "a": 2, "sig": 3}}, "a=2&b=1"),
        ("percent_pairs(a)", {"a": {"b": "ü /", "a": "*"}}, "a=%2A&b=%C3%BC%20%2F"),
        ("masked(a, '&=', '_')", {"a": {"x": "1&2=3"}}, {"x": "1_2_3"}),
        ("time(a, '%d/%m/%Y', 'Asia/Manila')", {"a": "02/01/2026"}, "2026-01-01T16:00:00+00:00"),
        ("clock(a, '%Y%m%d', 'UTC')", {"a": 0}, "19700101"),
        ("parse_form(a).err", {"a": "id=1&err=7"}, "7"),
        ("parse_form(a).ID", {"a": "ID: ab"}, "ab"),
        ("match(a, 'id=(.+)')", {"a": "x id=5"}, "5"),
        ("cut(a, 2)", {"a": "abc"}, "ab"),
        ("replace(a, 'b', '')", {"a": "abc"}, "ac"),
        ("json(a)", {"a": [1]}, "[1]"),
        ("geo(a.lat, a.lon)", {"a": {"lat": "1.5", "lon": -2}}, "geo:1.500000,-2.000000"),
        ("geo(a.lat, a.lon)", {"a": {"lat": 1}}, None),
        ("to_array(a)[-1]", {"a": [1, 2]}, 2),
        ("list(a && {t: a}, b[].{u: c}, '')", {"a": "x", "b": [{"c": 1}]}, [{"t": "x"}, {"u": 1}]),
        ("list(a && {t: a}, b[].url)", {"a": ""}, []),
        ("list(a == 'x' && 'y', b)", {"a": "z", "b": 0}, [0]),
        ("rows({id: split(a, ','), s: split(b, ','), n: 'k'})", {"a": "1,2", "b": "3"},
         [{"id": "1", "s": "3", "n": "k"}, {"id": "2", "s": None, "n": "k"}]),
        ("rows({id: a})", {"a": "1"}, []),
        ("to_number(a) > 20 && 'failed' || to_number(a) > 9 && 'delivered' || 'sent'", {"a": "12"},
         "delivered"),
    ],
)  # fmt: skip
def test_functions(source, document, wanted):
    assert found(source, **document) == wanted


def test_a_key_may_be_made_of_keys():
    """The derivation of a signing key that AWS documents for Signature Version 4."""
    key = "hmac('sha256', text('AWS4', a), '20150830', 'raw')"
    for word in ("us-east-1", "iam"):
        key = f"hmac('sha256', {key}, '{word}', 'raw')"
    made = found(
        f"hmac('sha256', {key}, 'aws4_request')", a="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
    assert made == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


def test_a_template_keeps_the_kind_of_a_lone_value():
    assert SCOPE.template("{a}").value({"a": [1]}) == [1]
    assert SCOPE.template("x{a}").value({"a": 1}) == "x1"
    assert SCOPE.template("{{a}}").value({}) == "{a}"
    assert SCOPE.template("{ {n: a, m: '}'} }").value({"a": 1}) == {"n": 1, "m": "}"}


def test_a_brace_that_is_never_closed_is_refused():
    with pytest.raises(ExpressionInvalid, match="never closed"):
        SCOPE.template("x{a")


def test_tables_leave_out_what_is_null_and_with_a_question_mark_what_is_empty():
    fill = SCOPE.structure({"a": "{a}", "b?": "{b}", "c": "{b}", "d": [{"e": "{a}"}], "n": 1})
    assert fill({"b": ""}) == {"c": "", "d": [{}], "n": 1}
    assert fill({"a": 2, "b": "x"}) == {"a": 2, "b": "x", "c": "x", "d": [{"e": 2}], "n": 1}
