"""Rule 28: an invitation is shown, not only attached."""

from datetime import UTC, datetime

import pytest

from normalizer.mail.invitations import read_invitations
from normalizer.mail.parse import parse_mail

EVENT = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\nEND:VTIMEZONE\r\n"
    b"BEGIN:VEVENT\r\nSUMMARY:Tent\\, two\r\n  poles\r\nLOCATION:Halden\r\n"
    b'DTSTART;TZID="Europe/Oslo":20260601T100000\r\nDTEND:20260601T090000Z\r\n'
    b'ORGANIZER;CN="Okafor; Mira":mailto:mira@halden.example\r\nEND:VEVENT\r\nEND:VCALENDAR'
)


def test_an_event_tells_what_when_where_and_who():
    (event,) = read_invitations(EVENT)
    assert (event.method, event.summary, event.location) == ("REQUEST", "Tent, two poles", "Halden")
    assert event.organizer == "mira@halden.example"
    assert event.starts == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert event.ends == datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert not event.all_day


def test_the_invitation_of_a_mail_is_told_once():
    part = b"--b\r\nContent-Type: text/calendar; name=a.ics\r\n\r\n" + EVENT + b"\r\n"
    mail = parse_mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 2 + b"--b--")
    assert [item.summary for item in mail.invitations] == ["Tent, two poles"]


@pytest.mark.parametrize(
    ("start", "moment", "all_day"),
    [
        (b"DTSTART;VALUE=DATE:20260601", datetime(2026, 6, 1, tzinfo=UTC), True),
        (b"DTSTART;TZID=Nowhere/Land:20260601T100000", datetime(2026, 6, 1, 10, tzinfo=UTC), False),
        (b"DTSTART:20269901T100000", None, False),
        (b"DTSTART;TZID=../../etc/passwd:20260601T100000", None, False),
    ],
)
def test_times_in_any_shape(start, moment, all_day):
    (event,) = read_invitations(b"BEGIN:VEVENT\n" + start + b"\nEND:VEVENT")
    assert (event.starts, event.all_day) == (moment, all_day)


def test_what_is_no_calendar_is_no_invitation():
    assert read_invitations(b"\x00\xff BEGIN:VEVENT") == ()
