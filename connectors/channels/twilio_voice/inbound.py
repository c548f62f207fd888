"""From Twilio's voice callbacks to calls. Pure.

https://www.twilio.com/docs/voice/twiml#request-parameters
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from connectors.errors import Malformed
from connectors.events import CallEvent, InboundEvent, MediaRef, Parsed, SenderId
from connectors.kit.phone import phone_sender

Fields = Mapping[str, str]
PART, CALLER, CALLED = "parley_part", "parley_caller", "parley_called"
GOING_ON = {"queued", "initiated", "ringing", "in-progress", "answered"}
STATES: Mapping[str, Literal["ended", "missed"]] = {
    "completed": "ended",
    "busy": "missed",
    "failed": "missed",
    "no-answer": "missed",
    "canceled": "missed",
}
# What carriers hand over for callers who hide: the words, and the same on a telephone's keys.
HIDDEN = {
    "",
    "anonymous",
    "restricted",
    "blocked",
    "unknown",
    "unavailable",
    "266696687",
    "7378742833",
    "2562533",
    "8656696",
    "86282452253",
}


def parse_call(fields: Fields, query: Mapping[str, str], received_at: datetime) -> Parsed:
    """One event of one call, or nothing."""
    call = fields.get("CallSid", "")
    if not call:
        raise Malformed("CallSid is missing")
    if fields.get("Direction", "inbound") != "inbound":
        return Parsed()
    caller = query.get(CALLER, "") or fields.get("From", "")
    called = query.get(CALLED, "") or fields.get("To", "")
    shared = _party(call, caller, called) | {"occurred_at": received_at}
    event = _recorded(fields, shared) if _is_recording(fields, query) else _state(fields, shared)
    return Parsed(events=(event,) if event else ())


def begins(fields: Fields, query: Mapping[str, str]) -> bool:
    """Whether Twilio asks what to do with a new call."""
    going_on = fields.get("CallStatus", "").lower() in GOING_ON
    return going_on and not _is_recording(fields, query)


def part_url(hook_url: str, part: str, fields: Fields) -> str:
    """Where Twilio reports a recording: such a report does not say who called."""
    query = {PART: part, CALLER: fields.get("From", ""), CALLED: fields.get("To", "")}
    return f"{hook_url}{'&' if '?' in hook_url else '?'}{urlencode(query)}"


def _is_recording(fields: Fields, query: Mapping[str, str]) -> bool:
    return PART in query or "RecordingSid" in fields


def _party(call: str, caller: str, called: str) -> dict[str, Any]:
    """Callers who hide are not one person: each of their calls stands alone."""
    if caller.strip().lower().removeprefix("+") in HIDDEN:
        alone = SenderId(family="twilio_call", value=call)
        return {"thread_key": f"{called}/{call}", "senders": (alone,)}
    return {"thread_key": f"{called}/{caller}", "senders": (phone_sender(caller),)}


def _state(fields: Fields, shared: dict[str, Any]) -> InboundEvent:
    call, status = fields["CallSid"], fields.get("CallStatus", "").lower()
    if status in GOING_ON:
        return CallEvent(dedupe_id=f"{call}:ringing", native_id=call, state="ringing", **shared)
    if status not in STATES:
        raise Malformed(f"unknown call status {status!r}")
    id = f"{call}:{status}"
    seconds = _seconds(fields.get("CallDuration", ""))
    return CallEvent(dedupe_id=id, native_id=id, state=STATES[status], duration_s=seconds, **shared)


def _recorded(fields: Fields, shared: dict[str, Any]) -> InboundEvent | None:
    """Only what is ready to be fetched; "absent" is a silent caller."""
    if fields.get("RecordingStatus", "").lower() != "completed":
        return None
    id, url = fields.get("RecordingSid", ""), fields.get("RecordingUrl", "")
    if not (id and url):
        raise Malformed("RecordingSid or RecordingUrl is missing")
    voicemail = MediaRef(
        kind="audio", url=f"{url}.mp3", name=f"voicemail-{id}.mp3", media_type="audio/mpeg"
    )
    return CallEvent(
        dedupe_id=f"{id}:recorded",
        native_id=id,
        state="recorded",
        duration_s=_seconds(fields.get("RecordingDuration", "")),
        attachments=(voicemail,),
        **shared,
    )


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else 0
