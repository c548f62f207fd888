"""Preferences that were stored by an older version."""

import msgspec

from ticketing.preferences.model import DEFAULTS, Alert
from ticketing.preferences.policy import understood


def test_what_was_added_since_has_its_default() -> None:
    values = msgspec.to_builtins(DEFAULTS) | {"theme": "dark"}
    del values["quiet"]
    del values["alerts"]["woke"]
    values["alerts"]["mention"] = {"page": False, "desktop": False, "sound": False}
    found = understood(values)
    assert found.theme == "dark"
    assert found.quiet == DEFAULTS.quiet
    assert found.alerts.woke == DEFAULTS.alerts.woke
    assert found.alerts.mention == Alert(page=False, desktop=False, sound=False)


def test_what_no_longer_fits_falls_back_alone() -> None:
    found = understood({"theme": "sepia", "send_action": "solved", "gone": 1})
    assert (found.theme, found.send_action) == ("system", "solved")


def test_shortcuts_that_were_given_other_keys_are_kept() -> None:
    found = understood({"keys": {"on": False, "remapped": {"next": "n"}}})
    assert (found.keys.on, found.keys.remapped) == (False, {"next": "n"})
