from ticketing.patience import FIRST_S, LONGEST_S, Patience


def test_who_fails_again_waits_longer_up_to_a_bound():
    now = 0.0
    patience = Patience("test", lambda: now)
    pauses = []
    for _ in range(9):
        patience.hold("a")
        began = now
        while "a" in patience.held():
            now += 1.0
        pauses.append(now - began)
    assert FIRST_S <= pauses[0] <= FIRST_S * 1.25 + 1
    assert pauses[1] >= 2 * FIRST_S
    assert LONGEST_S <= pauses[-1] <= LONGEST_S * 1.25 + 1


def test_who_succeeded_begins_anew():
    now = 0.0
    patience = Patience("test", lambda: now)
    patience.hold("a")
    patience.hold("a")
    assert patience.held() == {"a"}
    patience.release("a")
    assert patience.held() == frozenset()
    patience.hold("a")
    now = FIRST_S * 1.25 + 1
    assert patience.held() == frozenset()
