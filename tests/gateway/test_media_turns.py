"""When the housekeeper asks for a file again."""

from datetime import timedelta

from gateway.workers.media import GIVE_UP_AFTER, its_turn


def test_a_young_file_is_asked_for_at_every_round() -> None:
    assert its_turn(timedelta(minutes=4), 0.99)


def test_one_that_has_just_come_is_left_to_its_own_job() -> None:
    assert not its_turn(timedelta(seconds=59), 0.0)


def test_an_old_one_rarely() -> None:
    assert not its_turn(timedelta(hours=2), 0.5)
    assert its_turn(timedelta(hours=2), 0.01)


def test_one_that_is_given_up_has_its_last_turn() -> None:
    assert its_turn(GIVE_UP_AFTER + timedelta(seconds=1), 0.99)
