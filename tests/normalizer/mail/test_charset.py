"""Rules 2 to 4: charsets that are wrong, unknown, or called by another name."""

import pytest

from normalizer.mail.charset import decode, python_codec


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ks_c_5601-1987", "cp949"),
        ("iso-gb2312", "gb18030"),
        ("GB2312", "gb18030"),
        ("x-sjis", "cp932"),
        ("windows-1258", "cp1258"),
        ("iso-8859-1", "cp1252"),
        ("ISO-2022-JP-KDDI", "iso2022_jp"),
        ("cp-1251", "cp1251"),
        ('"utf-8"', "utf-8"),
        ("utf_8", "utf-8"),
        ("rot13", None),
        ("idna", None),
        ("unicode_escape", None),
        ("base64", None),
        ("", None),
        ("x-unknown", None),
        ("\x00", None),
    ],
)
def test_labels_mean_what_senders_mean(label, codec):
    assert python_codec(label) == codec


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Grüße", "utf-8", "us-ascii"),
        ("Grüße", "cp1252", "us-ascii"),
        ("Grüße", "utf-8", "iso-2022-jp-nonsense"),
        ("“smart” – €", "cp1252", "iso-8859-1"),
        ("안녕하세요 주문 문제가 있습니다", "cp949", "ks_c_5601-1987"),
        ("①髙﨑", "cp932", "shift_jis"),
        ("テント", "iso2022_jp", "ISO-2022-JP"),
        ("Zelt", "utf-16", "utf-16"),
        ("Привет, где мой заказ", "cp1251", None),
        ("您好，我的订单还没有到", "gb18030", None),
    ],
)
def test_text_comes_out_whole(text, codec, label):
    assert decode(text.encode(codec), label)[0] == text


def test_iso_2022_jp_with_vendor_characters_is_read():
    raw = b"\x1b$B-!\x1b(B \x1b$B%F%s%H\x1b(B"
    assert decode(raw, "iso-2022-jp")[0] == "① テント"


def test_what_fits_no_charset_is_made_safe_and_flagged():
    text, repaired = decode(b"\x81\xff\xfd abc", "utf-8")
    assert "abc" in text
    assert repaired


def test_utf8_under_another_label_is_read_but_for_its_stray_bytes():
    data = "Grüße, 差出人, ".encode() + b"caf\xe9"
    assert decode(data, "gb2312") == ("Grüße, 差出人, café", True)


@pytest.mark.parametrize(
    "label", ["utf-8", "iso-2022-jp", "utf-7", "hz", "utf-16", "big5", "cp932"]
)
def test_no_bytes_ever_raise(label):
    for seed in range(0, 256, 5):
        data = bytes((seed + place * 37) % 256 for place in range(300)) + b"\x1b$B" * 3
        assert isinstance(decode(data, label)[0], str)
