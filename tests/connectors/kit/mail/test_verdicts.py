"""A provider's word on a sender proves the author only where it speaks of the author's domain."""

import json
from datetime import UTC, datetime

import pytest

from connectors.channels.email_amazon_ses.inbound import parse as parse_ses
from connectors.channels.email_amazon_ses.sns import SnsMessage
from connectors.channels.email_sendgrid.inbound import parse as parse_sendgrid
from connectors.contract import Account, InboxId, Relayed, WebhookRequest
from connectors.kit.mail.verdicts import Said, trust_of
from connectors.placeholders import fill
from connectors.registry import Registry
from connectors.standin import StandInHttp

NOW = datetime(2026, 11, 18, tzinfo=UTC)
EVA = "Eva <eva@Far.example>"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (Said(by="x", dmarc="pass"), "pass"),
        (Said(by="x", dmarc="fail", spf="pass", spf_domain="far.example"), "fail"),
        (Said(by="x", dmarc="temperror"), "temperror"),
        (Said(by="x", dmarc="none", spf="pass", spf_domain="far.example"), "pass"),
        (Said(by="x", spf="pass", spf_domain="mailer.example"), "none"),
        (Said(by="x", spf="fail", spf_domain="far.example"), "none"),
        (Said(by="x", dkim="pass", dkim_domain="far.example"), "pass"),
        (Said(by="x", dkim="pass", dkim_domain="evil.example"), "none"),
        (Said(by="x", dkim="pass"), "none"),
    ],
)
def test_verdicts(said, verdict):
    found = trust_of(EVA, said)
    assert (found.verdict, found.domain, found.source) == (verdict, "far.example", "provider")


def test_nothing_said_is_no_verdict():
    assert trust_of(EVA, Said(by="x")) is None
    assert trust_of("nobody", Said(by="x", dmarc="pass")) is None


def ses(dmarc: str, authors: list[str]) -> object:
    told = {
        "notificationType": "Received",
        "mail": {"source": "eva@far.example", "commonHeaders": {"from": authors}},
        "receipt": {
            "action": {"type": "SNS", "encoding": "UTF-8"},
            "spfVerdict": {"status": "GRAY"},
            "dkimVerdict": {"status": "FAIL"},
            "dmarcVerdict": {"status": dmarc},
            "dmarcPolicy": "REJECT",
        },
        "content": "From: eva@far.example\r\n\r\nx",
    }
    (event,) = parse_ses(SnsMessage(type="Notification", message=json.dumps(told)), NOW).events
    return event.trust


def test_ses_tells_what_dmarc_said():
    trust = ses("FAIL", [EVA])
    assert (trust.verdict, trust.spf, trust.dkim, trust.policy) == (
        "fail",
        "none",
        "fail",
        "reject",
    )
    assert ses("PASS", [EVA]).verdict == "pass"
    assert ses("PASS", [EVA, "evil@evil.example"]) is None


@pytest.mark.parametrize(
    ("dkim", "spf", "verdict"),
    [
        ("{@far.example : pass}", "softfail", "pass"),
        ("{@mailer.example : pass}", "softfail", "none"),
        ("none", "pass", "pass"),
        ("{@far.example : fail}", "none", "none"),
    ],
)
def test_sendgrid_tells_whose_signature_it_was(dkim, spf, verdict):
    fields = {
        "email": "From: eva@far.example\r\n\r\nx",
        "from": EVA,
        "envelope": '{"to": ["support@halden.example"], "from": "bounces@far.example"}',
        "dkim": dkim,
        "SPF": spf,
    }
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    request = WebhookRequest(
        method="POST",
        url="",
        headers={"content-type": "multipart/form-data; boundary=x"},
        query={},
        body="".join((*parts, "--x--\r\n")).encode(),
        received_at=NOW,
    )
    (event,) = parse_sendgrid(request).events
    assert event.trust.verdict == verdict


def connected(channel: str, **settings: str) -> object:
    registry = Registry.load()
    account = Account(
        inbox_id=InboxId("i"),
        channel=channel,
        name="",
        address="support@halden.example",
        hook_url="",
        settings=fill(registry.settings_type(channel), settings).values,
    )
    return registry.connect(account, StandInHttp())


def test_whose_results_within_a_mail_count():
    assert connected("email_mailgun", trusted_authserv="").authserv_ids == frozenset()
    named = connected("email_postmark", trusted_authserv="MX.postmark.example, other.example")
    assert isinstance(named, Relayed)
    assert named.authserv_ids == {"mx.postmark.example", "other.example"}
    assert connected("email_amazon_ses").authserv_ids == {"amazonses.com"}
