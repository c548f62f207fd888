"""A type with more than one state a category, and strategies of whatever else."""

from hypothesis import strategies as st

from ticketing.catalogue.model import (
    AutomaticMove,
    Catalogue,
    Entry,
    Field,
    Form,
    FormField,
    Move,
    Option,
    Question,
    State,
    TicketType,
    When,
    entry_id,
    kind_of,
)

WORDS = {"en": "Word"}
STATES = (
    ("fresh", "new"),
    ("looking", "open"),
    ("testing", "open"),
    ("customer", "waiting"),
    ("vendor", "held"),
    ("fixed", "solved"),
    ("over", "closed"),
)


def a_type(**more):
    values = {
        "id": "incident",
        "names": WORDS,
        "states": tuple(State(id=id, names=WORDS, category=c) for id, c in STATES),
    }
    return TicketType(**(values | more))


def moves(*ways):
    return tuple(Move(source=a, target=b, require=tuple(r)) for a, b, *r in ways)


def rule(on, source, target, after_h=None):
    return AutomaticMove(on=on, source=source, target=target, after_h=after_h)


def a_field(id, kind="text", **more):
    return Field(id=id, names=WORDS, kind=kind, **more)


def options(*ids):
    return tuple(Option(id=id, names=WORDS) for id in ids)


def a_catalogue(*contents, used=False):
    entries = [
        Entry(id=entry_id(kind_of(one), one.id), version=1, content=one, used=used)
        for one in contents
    ]
    return Catalogue(revision=1, entries={one.id: one for one in entries})


NAMES = ("a", "b", "c", "d", "e")
values = st.sampled_from(["x", "y", "", 0, 1, True, False, ("x",), ("x", "y"), ()])
facts = st.dictionaries(st.sampled_from(NAMES), values)


def questions(names):
    return st.builds(
        Question,
        field=st.sampled_from(names),
        relation=st.sampled_from(["is", "is_not", "one_of", "is_set", "is_not_set"]),
        values=st.lists(values, max_size=3).map(tuple),
    )


def whens(names):
    some = st.lists(questions(names), max_size=3).map(tuple)
    return st.none() | st.builds(When, every=some, some=some)


@st.composite
def forms(draw):
    """Each field may ask only those above it."""
    fields = []
    for place, name in enumerate(NAMES):
        above = [*NAMES[:place], "status"]
        fields.append(
            FormField(
                field=name,
                required=draw(st.booleans()),
                show_if=draw(whens(above)),
                require_if=draw(whens(above)),
            )
        )
    return Form(id="form", names=WORDS, fields=tuple(fields))
