"""Whatever a mail holds: an answer, and work that grows no faster than the mail."""

from datetime import UTC, datetime

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.dns import DnsAnswer
from normalizer.trust.canonical import canonical
from normalizer.trust.dkim import check_dkim
from normalizer.trust.head import read_head
from normalizer.trust.keys import NO_KEYS
from normalizer.trust.relay import read_results, trust_of_relay
from normalizer.trust.signatures import check_signatures
from tests.normalizer.trust.signing import MAIL, key, record, signed

AT = datetime(2026, 11, 22, tzinfo=UTC)
BODY = st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"\n", b"\r", b"x", b"  \r\n"])).map(
    b"".join
)
PIECES = st.sampled_from(
    [
        b"From: ", b"a@b.example", b"<", b">", b",", b"\r\n", b" ", b"\n\n", b"DKIM-Signature: ",
        b"v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=AA; b=AA", b"Authentication-Results: ",
        b"mx; dmarc=pass (", b'"', b")", b";", b"ARC-Seal: i=1; d=b", b"Content-Type: ",
        b"multipart/signed; boundary=b", b"application/pkcs7-mime; smime-type=signed-data",
        b"--b", b"-----BEGIN PGP SIGNED MESSAGE-----", b"\xff\x00", b"Received: x", b"=",
    ]
)  # fmt: skip


@pytest.mark.parametrize(("kind", "relaxed"), [(Relaxed, True), (Simple, False)])
@given(body=BODY)
@settings(max_examples=300, deadline=None)
def test_a_canonical_body_says_the_same_to_a_signature(kind, relaxed: bool, body: bytes) -> None:
    head = b"From: a@b.example\r\n\r\n"
    crlf = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    made = canonical(head + body, relaxed=relaxed)
    assert made.startswith(head)
    assert kind.canonicalize_body(made[len(head) :]) == kind.canonicalize_body(crlf)


@pytest.mark.parametrize("filler", [b" \t" * 5_000 + b"x", b"x" + b" " * 5_000 + b"\r\n" * 5_000])
def test_nothing_is_left_that_takes_quadratic_time(filler: bytes) -> None:
    made = canonical(MAIL + filler, relaxed=True)
    assert b"  " not in made.partition(b"\r\n\r\n")[2]
    assert b"\r\n\r\n\r\n" not in made


def test_white_space_does_not_break_a_relaxed_signature() -> None:
    mail = signed() + b"\r\n" * 50_000
    (signature,) = read_head(mail).signatures
    keys = {signature.key_name: DnsAnswer(outcome="found", records=(record(key()),))}
    assert check_dkim(mail.replace(b"broke.  ", b"broke.   \t" * 1), signature, keys) == "pass"


def test_a_signature_over_endless_fields_is_not_looked_at() -> None:
    names = b" : ".join([b"from"] + [b"x%d" % n for n in range(300)])
    mail = b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; b=AA; bh=AA; h=" + names
    (signature,) = read_head(mail + b"\r\n" + MAIL).signatures
    assert check_dkim(mail, signature, {}) == "policy"


@given(st.lists(PIECES, max_size=40).map(b"".join))
@settings(max_examples=400, deadline=None)
def test_any_mail_is_read(mail: bytes) -> None:
    head = read_head(mail)
    for signature in head.signatures:
        answer = DnsAnswer(outcome="found", records=(record(key()),))
        check_dkim(mail, signature, {signature.key_name: answer})
    trust_of_relay(mail, frozenset({"mx"}))
    check_signatures(mail, "a@b.example", NO_KEYS, AT)


@given(st.text(alphabet='();"\\=/. abdkimspf-', max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_results_are_read(value: str) -> None:
    read_results(value)
