"""Senders checked against a real name server: what passes, what fails, what cannot be known."""

import time
from collections.abc import AsyncIterator

import dkim
import pytest

from connectors.events import SenderTrust
from connectors.kit.dns import DnsClient
from normalizer.trust.check import SenderCheck
from normalizer.trust.hop import Hop
from tests.normalizer.trust.signing import MAIL, key, record, signed
from tests.peers.name_server import BROKEN, SILENT, NameServer, serving

GOOD = Hop(ip="198.51.100.7", helo="mx.shop.example", mail_from="ada@shop.example")
STRANGER = Hop(ip="203.0.113.9", helo="evil.example", mail_from="bounce@evil.example")
KEY_NAME = ("s1._domainkey.shop.example", "TXT")


def zone() -> dict:
    return {
        ("shop.example", "TXT"): ["v=spf1 ip4:198.51.100.0/24 -all"],
        ("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject; sp=quarantine"],
        KEY_NAME: [record(key())],
        ("evil.example", "TXT"): ["v=spf1 ip4:203.0.113.9 -all"],
        ("s1._domainkey.evil.example", "TXT"): [record(key(number=1))],
        ("bare.example", "TXT"): ["v=spf1 ip4:198.51.100.0/24 -all"],
        ("quiet.example", "TXT"): ["google-site-verification=x"],
    }


@pytest.fixture
async def server() -> AsyncIterator[NameServer]:
    async with serving(zone()) as running:
        yield running


async def check(server: NameServer, mail: bytes, hop: Hop | None, **options) -> SenderTrust:
    """Patient, unless the test wants silence: machines that run tests are busy."""
    patience = 0.4 if SILENT in server.zone.values() else 20.0
    checker = SenderCheck(
        DnsClient([server.address], lookup_s=patience), **{"limit_s": 30.0, **options}
    )
    return await checker.check(mail, hop)


async def test_the_right_server_proves_the_author(server: NameServer) -> None:
    trust = await check(server, MAIL, GOOD)
    assert (trust.verdict, trust.spf, trust.dkim, trust.dmarc) == ("pass", "pass", "none", "pass")
    assert (trust.domain, trust.policy, trust.source) == ("shop.example", "reject", "computed")


async def test_a_signature_proves_the_author_whoever_delivers(server: NameServer) -> None:
    trust = await check(server, signed(), STRANGER)
    assert (trust.verdict, trust.dkim, trust.dkim_domain) == ("pass", "pass", "shop.example")


async def test_neither_is_a_forgery(server: NameServer) -> None:
    trust = await check(server, MAIL, STRANGER)
    assert (trust.verdict, trust.dmarc, trust.policy) == ("fail", "fail", "reject")
    assert "shop.example" in trust.reason


async def test_a_valid_signature_of_somebody_else_proves_nothing(server: NameServer) -> None:
    mail = signed(domain="evil.example", private=key(number=1))
    trust = await check(server, mail, STRANGER)
    assert (trust.verdict, trust.dkim) == ("fail", "none")


@pytest.mark.parametrize(
    "canonical", ["simple/simple", "relaxed/simple", "simple/relaxed", "relaxed/relaxed"]
)
async def test_all_canonical_forms(server: NameServer, canonical: str) -> None:
    assert (await check(server, signed(canonical=canonical), STRANGER)).dkim == "pass"


async def test_white_space_breaks_simple_and_not_relaxed(server: NameServer) -> None:
    def refolded(mail: bytes) -> bytes:
        return mail.replace(b"Subject:  Tent   pole", b"Subject: Tent pole")

    relaxed = await check(server, refolded(signed()), STRANGER)
    simple = await check(server, refolded(signed(canonical="simple/simple")), STRANGER)
    assert (relaxed.dkim, simple.dkim) == ("pass", "fail")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"The pole broke", b"The pole is fine"),
        (b"Subject:  Tent", b"Subject:  Lent"),
        (b"Ada <ada@shop.example>", b"Eve <eve@shop.example>"),
    ],
)
async def test_an_altered_mail_fails(server: NameServer, before: bytes, after: bytes) -> None:
    trust = await check(server, signed().replace(before, after), STRANGER)
    assert (trust.verdict, trust.dkim) == ("fail", "fail")


async def test_ed25519(server: NameServer) -> None:
    from nacl.encoding import Base64Encoder
    from nacl.signing import SigningKey

    private = SigningKey.generate()
    public = private.verify_key.encode(Base64Encoder).decode()
    server.zone[KEY_NAME] = [f"v=DKIM1; k=ed25519; p={public}"]
    header = dkim.sign(
        MAIL, b"s1", b"shop.example", private.encode(Base64Encoder),
        signature_algorithm=b"ed25519-sha256",
    )  # fmt: skip
    assert (await check(server, header + MAIL, STRANGER)).verdict == "pass"


@pytest.mark.parametrize(
    ("published", "result"),
    [
        (lambda: [record(key(number=5))], "fail"),  # rotated
        (lambda: ["v=DKIM1; p="], "permerror"),  # revoked
        (lambda: [], "permerror"),
        (lambda: [record(key()), record(key(number=5))], "permerror"),
        (lambda: ["v=DKIM1; k=rsa; p=AAAA"], "fail"),
        (lambda: ["v=DKIM1; k=rsa; p=" + "A" * 4000], "permerror"),
        (lambda: BROKEN, "temperror"),
        (lambda: SILENT, "temperror"),
    ],
)
async def test_keys_that_do_not_fit(server: NameServer, published, result: str) -> None:
    server.zone[KEY_NAME] = published()
    trust = await check(server, signed(), STRANGER)
    assert trust.dkim == result
    assert trust.verdict == ("temperror" if result == "temperror" else "fail")


async def test_short_keys_are_refused(server: NameServer, monkeypatch) -> None:
    weak = key(1024)
    monkeypatch.setattr("normalizer.trust.dkim.MIN_BITS", 1025)  # no library makes shorter ones
    server.zone[KEY_NAME] = [record(weak)]
    assert (await check(server, signed(private=weak), STRANGER)).verdict == "fail"


async def test_a_partly_signed_body_is_not_taken(server: NameServer) -> None:
    mail = signed(length=True) + b"Pay to this account instead.\r\n"
    trust = await check(server, mail, STRANGER)
    assert (trust.verdict, trust.dkim) == ("fail", "policy")


async def test_sha1_is_not_taken(server: NameServer) -> None:
    mail = signed(signature_algorithm=b"rsa-sha1")
    assert (await check(server, mail, STRANGER)).dkim == "policy"


async def test_an_expired_signature_fails(server: NameServer) -> None:
    then = time.time() - 90_000
    mail = signed()
    past = mail.replace(b"; q=dns/txt", b"; q=dns/txt; x=%d" % then, 1)
    assert past != mail
    assert (await check(server, past, STRANGER)).dkim == "fail"


async def test_the_second_signature_counts_too(server: NameServer) -> None:
    broken = signed().replace(b"bh=", b"bh=AAAA", 1)
    first = broken[: broken.index(b"From:")]
    assert (await check(server, first + signed(), STRANGER)).verdict == "pass"


@pytest.mark.parametrize(
    "extra",
    [b"From: Boss <boss@bank.example>\r\n", b"From: <ada@shop.example>\r\n"],
)
async def test_two_authors_are_nobody(server: NameServer, extra: bytes) -> None:
    for mail in (extra + signed(), signed().replace(b"From: Ada", extra + b"From: Ada", 1)):
        trust = await check(server, mail, GOOD)
        assert (trust.verdict, trust.dmarc) == ("fail", "permerror")


async def test_two_authors_in_one_field(server: NameServer) -> None:
    mail = MAIL.replace(b"<ada@shop.example>", b"<ada@shop.example>, <boss@bank.example>")
    assert (await check(server, mail, GOOD)).verdict == "fail"


@pytest.mark.parametrize("author", [b"From: \r\n", b"From: Boss <>\r\n", b""])
async def test_no_author(server: NameServer, author: bytes) -> None:
    mail = MAIL.replace(
        b"From: Ada <ada@shop.example>\r\n", author + b"Reply-To: a@shop.example\r\n"
    )
    assert (await check(server, mail, GOOD)).verdict == "fail"


async def test_a_subdomain_is_aligned_unless_the_owner_is_strict(server: NameServer) -> None:
    mail = MAIL.replace(b"ada@shop.example", b"ada@news.shop.example")
    relaxed = await check(server, signed(mail), STRANGER)
    assert (relaxed.verdict, relaxed.policy) == ("pass", "quarantine")
    server.zone["_dmarc.news.shop.example", "TXT"] = ["v=DMARC1; p=reject; adkim=s; aspf=s"]
    strict = await check(server, signed(mail), GOOD)
    assert (strict.verdict, strict.dkim, strict.spf) == ("fail", "pass", "pass")


async def test_a_public_suffix_is_aligned_with_nobody(server: NameServer) -> None:
    server.zone["s1._domainkey.co.uk", "TXT"] = [record(key())]
    server.zone["_dmarc.shop.co.uk", "TXT"] = ["v=DMARC1; p=none"]
    mail = MAIL.replace(b"ada@shop.example", b"ada@shop.co.uk")
    trust = await check(server, signed(mail, domain="co.uk"), STRANGER)
    assert (trust.verdict, trust.dkim) == ("fail", "none")


async def test_without_a_policy_only_a_clear_refusal_fails(server: NameServer) -> None:
    bare = MAIL.replace(b"shop.example", b"bare.example")
    refused = Hop(ip="203.0.113.9", helo="x.example", mail_from="ada@bare.example")
    assert (await check(server, bare, refused)).verdict == "fail"
    allowed = Hop(ip="198.51.100.9", helo="x.example", mail_from="ada@bare.example")
    trust = await check(server, bare, allowed)
    assert (trust.verdict, trust.dmarc) == ("pass", "none")
    quiet = MAIL.replace(b"shop.example", b"quiet.example")
    assert (await check(server, quiet, STRANGER)).verdict == "none"


async def test_the_null_sender_is_judged_by_its_greeting(server: NameServer) -> None:
    bounce = Hop(ip="198.51.100.7", helo="shop.example", mail_from="")
    trust = await check(server, MAIL, bounce)
    assert (trust.verdict, trust.spf_domain) == ("pass", "shop.example")


async def test_an_unknown_client_disproves_nothing_and_asks_nobody(server: NameServer) -> None:
    assert (await check(server, MAIL, None)).verdict == "none"
    assert not server.asked
    assert (await check(server, signed(), None)).verdict == "pass"


@pytest.mark.parametrize("fault", [SILENT, BROKEN])
@pytest.mark.parametrize("name", ["_dmarc.shop.example", "shop.example"])
async def test_a_silent_dns_is_not_a_forgery(server: NameServer, fault: str, name: str) -> None:
    server.zone[name, "TXT"] = fault
    hop = Hop(ip="203.0.113.9", helo="x.example", mail_from="ada@shop.example")
    assert (await check(server, MAIL, hop)).verdict == "temperror"


async def test_time_is_limited_whatever_answers(server: NameServer) -> None:
    chain = {("_dmarc.shop.example", "TXT"): SILENT, ("shop.example", "TXT"): SILENT}
    server.zone.update(chain)
    trust = await check(server, MAIL, GOOD, limit_s=0.01)
    assert trust.verdict == "temperror"


async def test_includes_in_a_circle_end_after_ten(server: NameServer) -> None:
    server.zone["shop.example", "TXT"] = ["v=spf1 include:loop.example -all"]
    server.zone["loop.example", "TXT"] = ["v=spf1 include:shop.example -all"]
    trust = await check(server, MAIL, GOOD)
    assert (trust.spf, trust.verdict) == ("permerror", "fail")
    assert sum(server.asked.values()) < 20


async def test_many_lookups_are_refused(server: NameServer) -> None:
    includes = " ".join(f"include:i{n}.example" for n in range(12))
    server.zone["shop.example", "TXT"] = [f"v=spf1 {includes} -all"]
    for n in range(12):
        server.zone[f"i{n}.example", "TXT"] = ["v=spf1 ip4:192.0.2.1 -all"]
    assert (await check(server, MAIL, GOOD)).spf == "permerror"


async def test_a_mail_of_a_thousand_signatures_asks_for_few_keys(server: NameServer) -> None:
    one = b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=k%d; h=from; bh=AA==; b=AAAA\r\n"
    mail = b"".join(one % n for n in range(1000)) + MAIL
    assert (await check(server, mail, STRANGER)).verdict == "fail"
    assert sum(count for (name, _), count in server.asked.items() if "_domainkey" in name) <= 4


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x00" * 500,
        b"DKIM-Signature: ;;;==\r\nFrom: a@shop.example\r\n\r\nx",
        b"DKIM-Signature: d=shop.example; s=s1; a=rsa-sha256; h=from; bh=!; b=!\r\n" + MAIL,
        b"DKIM-Signature: d=shop.example; s=s1; a=rsa-sha256; h=from; b="
        + b" " * 9000
        + b"\r\n"
        + MAIL,
        b"From: a@\xff\xfe.example\r\n\r\nx",
        b"From: a@shop.example\rSubject: x\r\rbody",
        b"From: a@" + b"a" * 300 + b".example\r\n\r\nx",
        b"\r\n\r\n" + MAIL,
    ],
)
async def test_anything_gets_a_verdict(server: NameServer, junk: bytes) -> None:
    assert (await check(server, junk, STRANGER)).verdict in {"fail", "none", "temperror"}
