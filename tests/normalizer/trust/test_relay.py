"""Authentication-Results: believed of a relay that is named in the settings, and of nobody else."""

import pytest

from normalizer.trust.relay import trust_of_relay
from tests.normalizer.trust.signing import MAIL

OURS = frozenset({"mx.halden.example"})
GMAIL = (
    b"Delivered-To: support@halden.example\r\n"
    b"Received: by 2002:a05:6000 with SMTP id x; Sun, 22 Nov 2026 02:00:00 -0800 (PST)\r\n"
    b"Received: from mx.shop.example (mx.shop.example. [198.51.100.7]) by mx.google.com;\r\n"
    b"Authentication-Results: mx.google.com;\r\n"
    b"       dkim=pass header.i=@shop.example header.s=s1 header.b=x1;\r\n"
    b"       spf=pass (google.com: domain of ada@shop.example designates 198.51.100.7 as permitted"
    b" sender) smtp.mailfrom=ada@shop.example;\r\n"
    b"       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=shop.example\r\n"
)
MICROSOFT = (
    b"Authentication-Results: spf=fail (sender IP is 203.0.113.9)\r\n"
    b" smtp.mailfrom=shop.example; dkim=none (message not signed)\r\n"
    b" header.d=none;dmarc=fail action=quarantine header.from=shop.example\r\n"
)


def field(value: str) -> bytes:
    return b"Authentication-Results: " + value.encode() + b"\r\n"


def test_gmail() -> None:
    trust = trust_of_relay(GMAIL + MAIL, frozenset({"mx.google.com"}))
    assert trust is not None
    assert (trust.verdict, trust.spf, trust.dkim, trust.dmarc) == ("pass",) * 4
    assert (trust.source, trust.by, trust.policy) == ("relay", "mx.google.com", "reject")


def test_microsoft_writes_no_name() -> None:
    assert trust_of_relay(MICROSOFT + MAIL, OURS) is None
    trust = trust_of_relay(MICROSOFT + MAIL, frozenset({"-"}))
    assert trust is not None
    assert (trust.verdict, trust.spf, trust.dmarc) == ("fail", "fail", "fail")


@pytest.mark.parametrize("trusted", [frozenset(), frozenset({"mx.other.example"}), OURS])
def test_fields_of_others_do_not_count(trusted: frozenset[str]) -> None:
    forged = field("evil.example; dmarc=pass header.from=shop.example")
    assert trust_of_relay(forged + MAIL, trusted) is None


def test_a_forged_field_of_our_relay_s_name_below_its_own() -> None:
    mail = (
        field("mx.halden.example; dmarc=fail header.from=shop.example")
        + b"Received: from evil.example by mx.halden.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        + field("mx.halden.example; dmarc=pass header.from=shop.example")
        + MAIL
    )
    trust = trust_of_relay(mail, OURS)
    assert trust is not None
    assert trust.verdict == "fail"


def test_a_forged_method_below_the_relay_s_received_line() -> None:
    mail = (
        field("mx.halden.example; spf=fail smtp.mailfrom=ada@evil.example")
        + b"Received: from evil.example by mx.halden.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        + field("mx.halden.example; dmarc=pass header.from=shop.example")
        + MAIL
    )
    trust = trust_of_relay(mail, OURS)
    assert trust is not None
    assert trust.verdict != "pass"


def test_a_result_for_another_author_is_not_this_one_s() -> None:
    mail = field("mx.halden.example; dmarc=pass header.from=evil.example") + MAIL
    trust = trust_of_relay(mail, OURS)
    assert trust is not None
    assert trust.verdict == "none"


def test_several_fields_of_one_relay_count_together() -> None:
    mail = (
        field("mx.halden.example; dmarc=pass (p=none dis=none) header.from=shop.example")
        + field("mx.halden.example 1; dkim=pass (2048-bit key) header.d=shop.example")
        + MAIL
    )
    trust = trust_of_relay(mail, OURS)
    assert trust is not None
    assert (trust.verdict, trust.dkim, trust.policy) == ("pass", "pass", "none")


def test_single_results_where_the_relay_judges_no_dmarc() -> None:
    passing = field('mx.halden.example; dkim=pass header.d="shop.example"; spf=softfail')
    other = field("mx.halden.example; dkim=pass header.d=evil.example")
    for start, verdict in ((passing, "pass"), (other, "none")):
        trust = trust_of_relay(start + MAIL, OURS)
        assert trust is not None
        assert trust.verdict == verdict


def test_two_authors_are_nobody_whatever_the_relay_says() -> None:
    mail = field("mx.halden.example; dmarc=pass header.from=shop.example") + MAIL
    mail = mail.replace(b"From: Ada", b"From: <boss@bank.example>\r\nFrom: Ada")
    trust = trust_of_relay(mail, OURS)
    assert trust is not None
    assert trust.verdict == "fail"


@pytest.mark.parametrize(
    "value",
    [
        "mx.halden.example",
        "mx.halden.example; none",
        "mx.halden.example;;;=;(((",
        ";",
        "(x)",
        "\x00",
    ],
)
def test_fields_without_results(value: str) -> None:
    assert trust_of_relay(field(value) + MAIL, OURS) is None


@pytest.mark.parametrize(
    "quoting",
    [
        "(domain of x; dmarc=pass header.from=shop.example does not designate)",
        "(a (nested; dmarc=pass header.from=shop.example) comment)",
        "(open; dmarc=pass header.from=shop.example",
    ],
)
def test_words_of_the_sender_that_the_relay_quotes(quoting: str) -> None:
    said = f"mx.halden.example; spf=fail {quoting} smtp.mailfrom=x@evil.example; dmarc=fail"
    trust = trust_of_relay(field(said) + MAIL, OURS)
    assert trust is not None
    assert trust.verdict != "pass"


def test_a_semicolon_in_a_quoted_address() -> None:
    sender = '"a; dmarc=pass header.from=shop.example"@evil.example'
    said = (
        f"mx.halden.example; spf=pass smtp.mailfrom={sender}; dmarc=fail header.from=shop.example"
    )
    trust = trust_of_relay(field(said) + MAIL, OURS)
    assert trust is not None
    assert trust.verdict == "fail"
