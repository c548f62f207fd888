"""How tickets move through the states of their types, for any type."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ticketing.builders import NOW, a_ticket
from tests.ticketing.catalogue.builders import STATES, a_catalogue, a_field, a_type, moves, rule
from ticketing.amendments import TicketChange, amended
from ticketing.catalogue.elapsing import elapsed, timer_of
from ticketing.catalogue.filling import with_type
from ticketing.catalogue.model import BUILT_IN, BUILT_IN_TYPE
from ticketing.catalogue.moving import allowed_move, automatic, reachable, state_of, to_state
from ticketing.catalogue.replies import after_reply_of
from ticketing.errors import Invalid, Refused
from ticketing.lifecycle import AGENT_MAY, is_open

HOUR = timedelta(hours=1)
CATEGORY = dict(STATES)
IDS = list(CATEGORY)
ways = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(
        lambda way: way[0] != way[1] and allowed_move(CATEGORY[way[0]], CATEGORY[way[1]])
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


def typed(state="fresh"):
    return a_ticket(type_id="incident", state=state, status=CATEGORY[state])


@settings(max_examples=200, deadline=None)
@given(ways, st.lists(st.sampled_from(IDS), max_size=8))
def test_a_ticket_goes_only_where_its_type_says(chosen, walk):
    catalogue = a_catalogue(a_type(moves=moves(*chosen)))
    ticket = typed()
    for step, wanted in enumerate(walk):
        now = NOW + step * HOUR
        before = state_of(ticket, catalogue).id
        if wanted != before and (before, wanted) not in chosen:
            with pytest.raises(Refused):
                to_state(ticket, wanted, catalogue, now)
            continue
        ticket = to_state(ticket, wanted, catalogue, now)
        assert (ticket.state, ticket.status) == (wanted, CATEGORY[wanted])
        assert ticket.open == is_open(ticket.status)
        assert (ticket.solved_at is None) == ticket.open


@settings(max_examples=100, deadline=None)
@given(ways, st.sampled_from(IDS))
def test_what_can_be_reached_can_be_chosen(chosen, start):
    catalogue = a_catalogue(a_type(moves=moves(*chosen)))
    for one in reachable(typed(start), catalogue):
        assert to_state(typed(start), one.id, catalogue, NOW).state == one.id


def test_without_a_type_a_ticket_moves_as_its_statuses_do():
    for status, may in AGENT_MAY.items():
        assert {one.id for one in reachable(a_ticket(status=status), BUILT_IN)} == may
    after = to_state(a_ticket(), "open", BUILT_IN, NOW)
    assert (after.status, after.state) == ("open", "")


def test_without_moves_a_type_allows_what_the_categories_do():
    catalogue = a_catalogue(a_type())
    assert to_state(typed("looking"), "testing", catalogue, NOW).state == "testing"
    with pytest.raises(Refused, match="testing"):
        to_state(typed("looking"), "fresh", catalogue, NOW)
    with pytest.raises(Invalid):
        to_state(typed(), "nowhere", catalogue, NOW)


def test_a_status_leads_to_the_first_state_that_can_be_reached():
    catalogue = a_catalogue(a_type(moves=moves(("fresh", "testing"))))
    assert amended(typed(), TicketChange(status="open"), NOW, catalogue).state == "testing"
    with pytest.raises(Refused, match="open"):
        amended(typed(), TicketChange(status="solved"), NOW, catalogue)


def test_a_status_that_changed_alone_counts():
    """Merging, or a version that knows no types, changes the status and leaves the state."""
    catalogue = a_catalogue(a_type())
    assert state_of(replace(typed("testing"), status="closed"), catalogue).id == "over"
    assert state_of(typed("testing"), catalogue).id == "testing"
    assert state_of(replace(typed(), type_id="gone"), catalogue) == BUILT_IN_TYPE.states[0]


def test_a_state_that_is_gone_has_a_successor():
    states = tuple(one for one in a_type().states if one.id != "looking")
    catalogue = a_catalogue(a_type(states=states, former={"looking": "testing"}))
    assert state_of(typed("looking"), catalogue).id == "testing"


@pytest.mark.parametrize("state", IDS)
def test_another_type_keeps_category_and_values(state):
    catalogue = a_catalogue(a_type(), a_type(id="other"), a_field("kept"))
    before = replace(typed(state), fields={"kept": "x"}, solved_at=None)
    after = with_type(before, "other", catalogue, NOW)
    assert (after.status, after.fields) == (before.status, {"kept": "x"})
    back = with_type(after, "", catalogue, NOW)
    assert (back.status, back.state, back.type_id) == (before.status, "", "")


def test_a_move_asks_for_its_fields():
    kind = a_type(moves=moves(("looking", "vendor", "serial", "assignee_id"), ("looking", "fixed")))
    catalogue = a_catalogue(kind, a_field("serial"))
    with pytest.raises(Invalid) as error:
        amended(typed("looking"), TicketChange(state="vendor"), NOW, catalogue)
    assert error.value.field == "fields.serial"
    assert "assignee_id" in error.value.reason
    filled = TicketChange(state="vendor", fields={"serial": "AB"}, assignee_id="mira")
    assert amended(typed("looking"), filled, NOW, catalogue).state == "vendor"
    assert amended(typed("looking"), TicketChange(state="fixed"), NOW, catalogue).state == "fixed"


def test_a_reply_moves_as_the_agent_or_the_type_says():
    kind = a_type(
        moves=moves(("looking", "customer"), ("looking", "testing")),
        automatic=(rule("reply", "looking", "customer"),),
    )
    catalogue = a_catalogue(kind)
    assert after_reply_of(typed("looking"), None, catalogue, NOW).state == "customer"
    assert after_reply_of(typed("fresh"), None, catalogue, NOW).state == "looking"
    assert after_reply_of(typed("testing"), None, catalogue, NOW).state == "testing"
    assert after_reply_of(typed("looking"), "waiting", catalogue, NOW).state == "customer"
    with pytest.raises(Refused):
        after_reply_of(typed("looking"), "solved", catalogue, NOW)


def test_a_rule_is_for_its_state_alone():
    catalogue = a_catalogue(a_type(automatic=(rule("customer_message", "vendor", "testing"),)))
    found = automatic(typed("vendor"), "customer_message", catalogue)
    assert found is not None
    assert found.id == "testing"
    assert automatic(typed("customer"), "customer_message", catalogue) is None
    assert automatic(a_ticket(status="held"), "customer_message", catalogue) is None


def test_time_in_a_state_is_counted_from_its_beginning():
    catalogue = a_catalogue(a_type(automatic=(rule("elapsed", "fixed", "over", 24),)))
    ticket = replace(typed("fixed"), status_at=NOW, open=False, solved_at=NOW)
    timer = timer_of(ticket, catalogue)
    assert timer is not None
    assert timer.due_at == NOW + 24 * HOUR
    assert elapsed(ticket, catalogue, NOW + 23 * HOUR) is ticket
    after = elapsed(ticket, catalogue, NOW + 24 * HOUR)
    assert (after.state, after.status, after.solved_at) == ("over", "closed", NOW)
    assert timer_of(after, catalogue) is None
