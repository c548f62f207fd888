"""What a form shows and requires, for any form and any values."""

from hypothesis import given, settings

from tests.ticketing.catalogue.builders import NAMES, facts, forms, questions, values
from ticketing.catalogue.conditions import answers, holds, is_set, missing, shape
from ticketing.catalogue.model import Form, FormField, Question, When

HUNDREDS = settings(max_examples=300, deadline=None)


@HUNDREDS
@given(forms(), facts)
def test_a_form_shows_each_field_at_most_once_and_in_order(form, known):
    shown = [one.field for one in shape(form, known)]
    assert shown == [name for name in NAMES if name in shown]


@HUNDREDS
@given(forms(), facts)
def test_only_what_is_shown_and_empty_is_missing(form, known):
    shown = {one.field: one.required for one in shape(form, known)}
    lacking = missing(form, known)
    assert set(lacking) == {
        name for name, must in shown.items() if must and not is_set(known, name)
    }


@HUNDREDS
@given(forms(), facts, values)
def test_what_is_hidden_changes_nothing(form, known, value):
    shown = shape(form, known)
    for name in set(NAMES) - {one.field for one in shown}:
        assert shape(form, {**known, name: value}) == shown


@HUNDREDS
@given(forms(), facts)
def test_filling_what_is_missing_ends(form, known):
    """Each filling may show more fields, all of them below: there is no circle."""
    for _ in NAMES:
        known = {**known, **dict.fromkeys(missing(form, known), "filled")}
    assert missing(form, known) == ()


@HUNDREDS
@given(questions(NAMES), facts)
def test_a_question_and_its_opposite_never_agree(test, known):
    opposite = {"is": "is_not", "one_of": "is_not", "is_set": "is_not_set"}
    if test.relation in opposite:
        other = Question(field=test.field, relation=opposite[test.relation], values=test.values)
        assert answers(test, known) != answers(other, known)


def test_no_and_nought_are_something_and_yes_is_no_one():
    assert is_set({"a": False}, "a")
    assert is_set({"a": 0}, "a")
    assert not is_set({"a": ""}, "a")
    asked = Question(field="a", relation="is", values=(1,))
    assert answers(asked, {"a": 1})
    assert not answers(asked, {"a": True})


def test_some_of_several_choices_is_enough():
    when = When(every=(Question(field="a", relation="is", values=("x",)),))
    assert holds(when, {"a": ("y", "x")})
    assert not holds(when, {"a": ("y",)})


def test_a_field_below_a_hidden_one_sees_it_empty():
    ask_a = When(every=(Question(field="a", relation="is", values=("x",)),))
    ask_b = When(every=(Question(field="b", relation="is_set"),))
    form = Form(
        id="f",
        names={},
        fields=(
            FormField(field="a"),
            FormField(field="b", show_if=ask_a),
            FormField(field="c", show_if=ask_b),
        ),
    )
    assert [one.field for one in shape(form, {"a": "y", "b": "kept"})] == ["a"]
    assert [one.field for one in shape(form, {"a": "x", "b": "kept"})] == ["a", "b", "c"]
