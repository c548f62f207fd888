"""What the worker that asks an inbox's provider makes of the inbox's health: pure."""

from datetime import datetime, timedelta

from connectors.contract import Health
from gateway.store import PullState
from ticketing.model import Inbox

HICCUP = timedelta(minutes=1)  # a line that broke is taken up again within seconds
SILENT = timedelta(minutes=20)  # the worker notes every few minutes that all is well
ENTER_ANEW = "Enter the password or token anew."
WAITS = "Nothing is lost: reading goes on where it stopped as soon as the provider answers."
NOBODY = "Are workers running? `parley work`"


def with_pulls(checked: Health, state: PullState | None, inbox: Inbox, now: datetime) -> Health:
    """``checked`` is what the provider says now; a bad answer of its own stands."""
    if checked.ok is False:
        return checked
    failing = of_failure(state, inbox, now)
    if failing is not None:
        return failing
    # a huge mailbox is not read to its end for hours, but something comes all the time
    signs = [moment for moment in (state.heard_at, state.updated_at) if moment] if state else []
    if now - max([*signs, inbox.updated_at]) > SILENT:
        since = f"since {_moment(max(signs))}" if signs else "yet"
        return Health(ok=False, detail=f"nobody has read it {since}", advice=NOBODY)
    if state is None or state.updated_at is None:
        return checked
    detail = f"{checked.detail}; something last came {_moment(state.updated_at)}"
    return Health(ok=checked.ok, detail=detail, advice=checked.advice)


def of_failure(state: PullState | None, inbox: Inbox, now: datetime) -> Health | None:
    """None while all is well, and while it may well be a hiccup; settings of now count."""
    if state is None or state.failing_since is None or state.version != inbox.version:
        return None
    if not state.refused and now - state.failing_since < HICCUP:
        return None
    detail = f"not read since {_moment(state.failing_since)}: {state.error}"
    return Health(ok=False, detail=detail, advice=ENTER_ANEW if state.refused else WAITS)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
