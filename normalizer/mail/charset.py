"""Bytes to text, never raising: the declared charset, then a detected one, then what is safe.

The label table follows the WHATWG Encoding Standard where senders do: Latin-1 means windows-1252,
GB2312 means GB18030, Shift_JIS means CP932.
"""

import codecs
import re
from functools import lru_cache

from normalizer.mail.detect import detect, mostly_utf8

_ALIASES = {
    "ascii": "ascii",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "ansi_x3.110-1983": "iso8859-1",
    "iso-8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "windows-949": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "windows-936": "gb18030",
    "iso-gb2312": "gb18030",
    "euc-cn": "gb18030",
    "chinesebig5": "big5hkscs",
    "chinese": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "cp943c": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp-kddi": "iso-2022-jp",
    "iso-2022-jp-ms": "iso-2022-jp",
    "x-windows-iso2022jp": "iso-2022-jp",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode-2-0-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "ansi": "cp1252",
    "iso-ir-111": "koi8-r",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
}
# Tried in this order when text labelled ISO-2022-JP holds vendor characters or bare Shift_JIS.
_JAPANESE = ("iso2022_jp", "iso2022_jp_2004", "iso2022_jp_ext")
# Codecs whose encoded form is (or may be) plain ASCII.
_ESCAPED = frozenset({"iso2022_jp", "iso2022_kr", "hz", "utf-7", "utf-16", "utf-16-le", "utf-16-be",
                      "utf-32", "iso2022_jp_2", "iso2022_jp_1", "iso2022_jp_3", "iso2022_jp_2004",
                      "iso2022_jp_ext", "utf-32-le", "utf-32-be"})  # fmt: skip
_LABEL = re.compile(r"[^a-z0-9_.:+-]")
_WINDOWS = re.compile(r"(?:cp|windows|win|ms|x-cp|x-ansi|ibm)[-_ ]?(\d{3,5})$")


@lru_cache(maxsize=512)
def python_codec(label: str) -> str | None:
    """The name of the text codec that a charset label means, or None when nothing knows it."""
    name = _LABEL.sub("", label.strip().lower())
    name = _ALIASES.get(name, name)
    if match := _WINDOWS.match(name):
        name = _ALIASES.get(f"windows-{match[1]}", f"cp{match[1]}")
    return _known_codec(name) or _known_codec(name.replace("_", "-")) or _known_codec(name[2:])


def _known_codec(name: str) -> str | None:
    if not name or name.startswith(("idna", "punycode", "raw", "unicode_e", "unicode-e", "undef")):
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    return info.name if getattr(info, "_is_text_encoding", False) else None


def decode(data: bytes, label: str | None, hint: str | None = None) -> tuple[str, bool]:
    """The text of `data`, and whether the declared charset had to be left (or was unknown)."""
    codec = python_codec(label) if label else None
    if data.isascii() and codec not in _ESCAPED:
        return data.decode("ascii"), False
    if codec is None or codec == "ascii":
        return detect(data, hint), bool(label)
    text = _strict(data, codec)
    if text is not None:
        return text, False
    return _repair(data, codec), True


def _strict(data: bytes, codec: str) -> str | None:
    if codec.startswith("utf-16") and data.isascii() and b"\x00" not in data:
        return None
    try:
        text = data.decode(codec)
    except (UnicodeError, ValueError):
        return None
    return text.removeprefix("\ufeff")


def _repair(data: bytes, codec: str) -> str:
    if codec.startswith("iso2022_jp"):
        return _japanese(data)
    if codec == "utf-8" or (codec.startswith("utf-16") and b"\x00" not in data):
        return detect(data)
    if mostly_utf8(data):
        return detect(data)
    return data.decode(codec, "replace")


def _japanese(data: bytes) -> str:
    for codec in _JAPANESE:
        text = _strict(data, codec)
        if text is not None:
            return text
    if b"\x1b" not in data:
        return _strict(data, "cp932") or detect(data)
    return _jis_rows(data)


def _jis_rows(data: bytes) -> str:
    """ISO-2022-JP with vendor rows, which the codec refuses, read through CP932 two by two."""
    out: list[str] = []
    for chunk in re.split(rb"(?=\x1b)", data):
        if chunk.startswith((b"\x1b$B", b"\x1b$@")):
            out.append(_jis_to_cp932(chunk[3:]))
        elif chunk.startswith(b"\x1b("):
            out.append(chunk[3:].decode("cp932", "replace"))
        else:
            out.append(chunk.decode("cp932", "replace"))
    return "".join(out)


def _jis_to_cp932(pairs: bytes) -> str:
    out = bytearray()
    for high, low in zip(pairs[::2], pairs[1::2], strict=False):
        row = (high - 0x21) // 2
        lead = 0x81 if row < 0x1F else 0xC1  # noqa: PLR2004 the rows of JIS X 0208
        out.append((row + lead) & 0xFF)
        gap = 0x1F if low < 0x60 else 0x20  # noqa: PLR2004 0x7F is skipped in Shift_JIS
        out.append((low + (gap if high % 2 else 0x7E)) & 0xFF)
    return bytes(out).decode("cp932", "replace")
