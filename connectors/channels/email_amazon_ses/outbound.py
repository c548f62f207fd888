"""A mail as a request of the SES API v2, and what its refusals mean. Pure.

Source: Amazon SES API v2 reference, "SendEmail".
"""

from typing import Any

import msgspec

from connectors.channels.email_amazon_ses.inbound import OUR_TAG
from connectors.contract import RetryLater
from connectors.http import HttpReply
from connectors.kit.mail.json_body import Blob, JsonBody
from connectors.kit.mail.letter import Letter, Person
from connectors.kit.outcomes import Unsent, of_reply, retry_after

# Refusals of today that may be none tomorrow; SES answers 400 to them.
PASSING_FAULTS = frozenset(
    {"LimitExceededException", "SendingPausedException", "TooManyRequestsException"}
)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal."""

    message: str = ""


def sending(letter: Letter, configuration_set: str) -> JsonBody:
    """The raw mail, and to whom. SES puts its own Message-ID in the place of ours; our tag comes
    back with every event.
    """
    body = JsonBody()
    raw = Blob(size=letter.composed.size, open=letter.composed.chunks)
    document: dict[str, Any] = {
        "FromEmailAddress": letter.sender.mailbox,
        "Destination": _destination(letter),
        "Content": {"Raw": {"Data": body.blob(raw)}},
        "EmailTags": [{"Name": OUR_TAG, "Value": letter.id}],
    }
    if configuration_set:
        document["ConfigurationSetName"] = configuration_set
    return body.finish(document)


def refused(reply: HttpReply) -> Unsent:
    """By the name of the fault, where it is one that passes."""
    said = reply.read(Fault) or Fault()
    name = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
    words = f"{said.message} ({name})" if name else said.message
    if name in PASSING_FAULTS:
        return RetryLater(reason=words, after_s=retry_after(reply))
    return of_reply(reply, words)


def _destination(letter: Letter) -> dict[str, list[str]]:
    people = {"ToAddresses": letter.to, "CcAddresses": letter.cc, "BccAddresses": letter.bcc}
    return {kind: _addresses(found) for kind, found in people.items() if found}


def _addresses(people: tuple[Person, ...]) -> list[str]:
    return [one.address for one in people]
