"""A mail as Mandrill's message. Pure. Source: Mailchimp Transactional API, "messages/send"."""

from typing import Any

from connectors.channels.email_mandrill.inbound import OUR_ID
from connectors.contract import OutboundFile
from connectors.kit.mail.json_body import JsonBody
from connectors.kit.mail.letter import Letter, Person


def message_of(letter: Letter, body: JsonBody) -> dict[str, Any]:
    """The message; its files are marks in ``body``."""
    headers = dict(letter.headers)
    if letter.reply_to:
        headers["Reply-To"] = letter.reply_to.mailbox
    people = (("to", letter.to), ("cc", letter.cc), ("bcc", letter.bcc))
    message: dict[str, Any] = {
        "from_email": letter.sender.address,
        "from_name": letter.sender.name,
        "to": [_person(one, kind) for kind, found in people for one in found],
        "subject": letter.subject,
        "text": letter.text,
        "headers": headers,
        "metadata": {OUR_ID: letter.id},
        "preserve_recipients": True,
    }
    if letter.html:
        message["html"] = letter.html
    if letter.files:
        message["attachments"] = [_file(body, file, file.name) for file in letter.files]
    if letter.inline:
        message["images"] = [
            _file(body, file, file.content_id.strip("<> ")) for file in letter.inline
        ]
    return message


def _person(person: Person, kind: str) -> dict[str, str]:
    about = {"email": person.address, "type": kind}
    return {**about, "name": person.name} if person.name else about


def _file(body: JsonBody, file: OutboundFile, name: str) -> dict[str, str]:
    return {"type": file.media_type, "name": name, "content": body.file(file)}
