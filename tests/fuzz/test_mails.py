"""Whatever comes in: no exception, nothing lost that was there, nothing shown that does harm."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import msgspec
from hypothesis import given

from connectors.contract import InboxId
from connectors.events import MessageReceived
from normalizer.mail.explain import explain_mail
from normalizer.mail.forwards import original_author
from normalizer.mail.parse import parse_mail
from normalizer.mail.quotes import plain_lines, split_reply
from normalizer.mail.sanitize import canonical_html, shown
from normalizer.model import MailRules
from normalizer.pipeline import Context, normalise
from tests.fuzz.mails import broken, composed, pages, sound, texts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONTEXT = Context(
    inbox_id=InboxId("i"),
    channel="email",
    address="support@halden.example",
    journal_id="j",
    received_at=NOW,
    own=frozenset({"support@halden.example", "a@b.c"}),
    origin="https://desk.halden.example",
    rules=MailRules(reply_to_as_sender="whole", agent_forwards=True),
)
HARM = {"script", "iframe", "object", "embed", "style", "svg", "math", "form", "base", "link",
"meta",
        "template", "noscript", "textarea", "title", "input"}  # fmt: skip


def event(raw):
    return MessageReceived(
        dedupe_id="",
        native_id="",
        thread_key="",
        senders=(),
        occurred_at=NOW,
        mail=raw,
    )


@given(broken)
def test_any_mail_at_all_becomes_a_draft(raw):
    draft = normalise(event(raw), CONTEXT)
    msgspec.json.encode(draft)
    draft.text.encode("utf-8")
    (draft.html or "").encode("utf-8")
    assert "\x00" not in draft.text + draft.subject + (draft.html or "")
    assert draft.senders
    names = [file.name for file in draft.files]
    assert len(set(names)) == len(names)
    assert not any(set(name) & set('/\\<>:"|?*\r\n\x00') for name in names)


@given(broken)
def test_any_mail_at_all_is_explained(raw):
    msgspec.json.encode(explain_mail(raw, "x").mail)
    original_author(parse_mail(raw))


@given(sound)
def test_nothing_of_a_sound_mail_is_lost(made):
    subject, text, html, files = made
    mail = parse_mail(composed(*made))
    assert mail.subject.split() == subject.split()
    assert [item.content for item in mail.attachments] == [content for _, content in files]
    found = "".join(mail.text.split())
    assert "".join((html or text).split()) in found


@given(texts)
def test_every_line_is_in_the_reply_the_past_or_the_signature(text):
    parts = split_reply(plain_lines(text))
    kept = f"{parts.reply}\n{parts.quoted}\n{parts.signature}"
    for line in text.split("\n"):
        assert line.strip() in kept


class Watcher(HTMLParser):
    """What a browser would be told to run or to fetch."""

    def __init__(self):
        super().__init__()
        self.harm = []

    def handle_starttag(self, tag, attrs):
        if tag in HARM:
            self.harm.append(tag)
        for name, value in attrs:
            target = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or (name == "style" and "url(" in target):
                self.harm.append(name)
            if name in {"src", "href"} and target.startswith(("javascript:", "data:text", "vbs")):
                self.harm.append(target)
            if name == "src" and not target.startswith(("cid:", "data:image/")):
                self.harm.append(target)


@given(pages)
def test_no_page_runs_or_fetches_anything(page):
    watcher = Watcher()
    watcher.feed(shown(canonical_html(page), "https://desk.halden.example").html)
    watcher.close()
    assert watcher.harm == []


@given(pages)
def test_making_safe_twice_changes_nothing(page):
    once = canonical_html(page)
    assert canonical_html(once) == once
