"""`parse_mail`: raw bytes to a ParsedMail, whatever the bytes are."""

from msgspec import structs

from normalizer.mail import attachments, robots
from normalizer.mail.addresses import is_valid, parse_addresses
from normalizer.mail.body import Block, Body, assemble
from normalizer.mail.bounce import comes_from_mail_system, find_bounce
from normalizer.mail.complaint import find_complaint
from normalizer.mail.dates import parse_date
from normalizer.mail.headers import Headers
from normalizer.mail.invitations import is_calendar, read_invitations
from normalizer.mail.language import detect_language
from normalizer.mail.message_ids import generated_id, message_ids
from normalizer.mail.mime import Notes, Part, read_mail
from normalizer.mail.model import Address, Invitation, MailAttachment, ParsedMail, SenderSource
from normalizer.mail.sanitize import shown_ids, with_ids
from normalizer.mail.tnef import MEDIA_TYPES, is_tnef, open_tnef
from normalizer.mail.view import view_of

_WRITTEN = ("date", "from", "to", "subject")
_SENDER_FIELDS: tuple[SenderSource, ...] = ("from", "reply-to", "return-path", "sender")


def parse_mail(raw: bytes, *, own_origin: str = "") -> ParsedMail:
    """Never raises; what had to be guessed or cut is in `warnings`.

    `own_origin` is our own address (`https://host`): links into its API are taken out of the HTML.
    """
    notes = Notes()
    root = read_mail(raw, notes)
    fields = root.headers
    sender, source = _sender(fields)
    subject = fields.text("subject")
    report = comes_from_mail_system(fields, sender, subject)
    body = _with_tnef(assemble(root, notes, opens_messages=not report), notes)
    view = view_of(body, notes, own_origin, subject)
    html = with_ids(view.html, (item.content_id for item in body.files)) if view.html else view.html
    return_path = _return_path(fields)
    verdict = robots.judge(fields, sender, subject, return_path)
    bounce = find_bounce(root, sender, subject, view.text)
    own_id = message_ids(fields.text("message-id"))
    if sender.repaired:
        notes.warn("sender address repaired")
    return ParsedMail(
        subject=subject,
        sender=sender,
        sender_source=source,
        to=_addresses(fields, "to"),
        cc=_addresses(fields, "cc"),
        reply_to=_addresses(fields, "reply-to"),
        date=parse_date(fields.text("date")),
        message_id=own_id[0] if own_id else _made_id(raw, root),
        message_id_generated=not own_id,
        in_reply_to=message_ids(fields.text("in-reply-to")),
        references=message_ids(fields.text("references")),
        text=view.text,
        html=html,
        remote_content=view.remote_content,
        reply_text=view.reply.reply,
        quoted_text=view.reply.quoted,
        signature=view.reply.signature,
        reply_rule=view.reply.rule,
        attachments=_files(body, html),
        auto_reply=verdict.auto_reply or bounce is not None,
        auto_reply_reason=verdict.reason or ("bounce" if bounce else ""),
        out_of_office=verdict.out_of_office,
        bounce=bounce,
        language=detect_language(view.reply.reply or view.text),
        security=tuple(body.security),
        invitations=_invitations(body),
        return_path=return_path,
        delivered_to=_plain_addresses(fields, ("delivered-to", "x-original-to", "envelope-to")),
        list_id=fields.text("list-id"),
        authentication_results=tuple(
            value.decode("ascii", "replace") for value in fields.all_raw("authentication-results")
        ),
        warnings=tuple(notes.warnings),
        complaint=find_complaint(root),
    )


def _made_id(raw: bytes, root: Part) -> str:
    written = [root.headers.raw(name) for name in _WRITTEN]
    return generated_id(raw, written, root.raw[root.start : root.end])


def _sender(fields: Headers) -> tuple[Address, SenderSource]:
    """The first address that mail can go to; failing that, whatever From says."""
    fallback: Address | None = None
    for name in _SENDER_FIELDS:
        for address in _addresses(fields, name):
            if is_valid(address.address):
                return address, name
            fallback = fallback or address
    if fallback is not None:
        return fallback, "from" if "from" in fields else "none"
    return Address(name="", address=""), "none"


def _addresses(fields: Headers, name: str) -> tuple[Address, ...]:
    """All fields of that name: repeated To fields are against the RFC and common."""
    values = fields.all_raw(name) if name in fields else []
    found = [item for value in values for item in parse_addresses(value, fields.hint)]
    return tuple(item for item in found if item.address)


def _plain_addresses(fields: Headers, names: tuple[str, ...]) -> tuple[str, ...]:
    found = [item.address for name in names for item in _addresses(fields, name)]
    return tuple(dict.fromkeys(found))


def _return_path(fields: Headers) -> str | None:
    """The envelope sender: "" for the null sender `<>`, None when it is not recorded."""
    if "return-path" not in fields:
        return None
    found = _addresses(fields, "return-path")
    if found:
        return found[0].address
    return "" if b"<>" in fields.raw("return-path").replace(b" ", b"") else None


def _with_tnef(body: Body, notes: Notes) -> Body:
    """Each winmail.dat gives way to what it holds; its text counts when the mail has none."""
    files: list[MailAttachment] = []
    for item in body.files:
        opened = open_tnef(item.content) if _may_be_tnef(item) else None
        if opened is None:
            files.append(item)
            continue
        files += opened.files
        notes.warn("winmail.dat opened")
        if not body.blocks and (opened.html or opened.text):
            body.blocks.append(Block(opened.html or opened.text, html=bool(opened.html)))
    body.files = files
    return body


def _may_be_tnef(item: MailAttachment) -> bool:
    return item.media_type in MEDIA_TYPES or is_tnef(item.content)


def _files(body: Body, html: str | None) -> tuple[MailAttachment, ...]:
    ids = shown_ids(html or "")
    files = [_marked(item, inline=item.content_id in ids) for item in body.files]
    return attachments.unique_names(files)


def _invitations(body: Body) -> tuple[Invitation, ...]:
    found = [
        item for file in body.files if is_calendar(file) for item in read_invitations(file.content)
    ]
    return tuple(dict.fromkeys(found))


def _marked(item: MailAttachment, *, inline: bool) -> MailAttachment:
    if item.inline == inline:
        return item
    return structs.replace(item, inline=inline)
