"""A provider's times as moments, in whichever of the usual forms it writes them."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.declarative.texts import Value, as_text
from storage.ids import truncate

AUTO = "auto"
ISO = "iso"
DIGITS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}
CENTURIES = ("19", "20")
# The first number of seconds that is surely not meant as seconds, and so on by thousands.
SCALES = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
EPOCHS = {"epoch": 1.0, "epoch_ms": 1e3, "epoch_us": 1e6, "epoch_ns": 1e9}


def zone_of(name: str) -> tzinfo:
    """``Europe/Paris`` or ``UTC``. ValueError for what is no zone."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone (write it as Europe/Paris)") from error


def known_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The same. ValueError for what is no pattern and none of the words."""
    words = (AUTO, ISO, *EPOCHS)
    for one in formats:
        if "%" not in one and one not in words:
            raise ValueError(f"time_format {one!r} has no %Y and is none of {', '.join(words)}")
    return formats


def moment(value: Value, formats: Sequence[str], zone: tzinfo) -> datetime:
    """The first of ``formats`` that fits; times without a zone are in ``zone``. ValueError."""
    text = as_text(value).strip()
    for one in formats:
        try:
            return truncate(_localised(_read(text, one), zone))
        except (ValueError, OverflowError, OSError, TypeError):
            continue
    raise ValueError(f"time {text[:60]!r} is not in the form {' or '.join(formats)}")


def _read(text: str, form: str) -> datetime:
    if form == AUTO:
        return _guessed(text)
    if form in EPOCHS:
        return _epoch(text, EPOCHS[form])
    if form == ISO:
        return datetime.fromisoformat(text)
    return datetime.strptime(text, form)  # noqa: DTZ007 - given its zone below


def _guessed(text: str) -> datetime:
    if text.isdecimal() and text.startswith(CENTURIES) and len(text) in DIGITS:
        return datetime.strptime(text, DIGITS[len(text)])  # noqa: DTZ007 - given its zone below
    try:
        number = abs(float(text))
    except ValueError:
        return _written(text)
    scale = next((scale for most, scale in SCALES if number < most), 0.0)
    if not scale:
        raise ValueError("no moment")
    return _epoch(text, scale)


def _written(text: str) -> datetime:
    """ISO 8601, else as in mails (RFC 5322)."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _epoch(text: str, scale: float) -> datetime:
    return datetime.fromtimestamp(float(text) / scale, UTC)


def _localised(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
