from itertools import permutations

import pytest

from ticketing.delivery import advance, move


def test_reports_in_any_order_end_in_the_furthest_state():
    for order in permutations(["sent", "failed", "delivered", "read"]):
        state = "sending"
        for word in order:
            state = advance(state, word)
        assert state == "read"


def test_a_late_failure_does_not_undo_a_delivery():
    assert advance("delivered", "failed") == "delivered"
    assert advance("read", "sent") == "read"


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_a_report_resolves_an_uncertain_message(state):
    assert advance("uncertain", state) == state


def test_an_uncertain_message_never_goes_back_to_the_queue_by_itself():
    assert move("uncertain", "retry") is None
    assert move("failed", "retry") == "queued"
