"""Text of bytes that nobody labelled, or labelled wrongly.

The order: byte order mark, UTF-8 when valid, a hint (a charset that the same mail names elsewhere),
then what the bytes look like. Headers are a few words long, too short for statistics over all
charsets, so the commonest characters of each writing decide.
"""

import codecs
import re

_SAMPLE = 4096
_RUN = re.compile(rb"[\x80-\xff]{3,}|(?:[\x80-\xff][\x40-\x7e\x80-\xff]){2,}")
_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行"
    "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无力它"
    "与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新"
    "己制身果加西月话合回特代内信表化老给世位次度门任常先海通教原东声提立及比员解水名真论处走义各入几口认条平系"
    "气题活更别打女变四总何电数安少报才结反受目太量再感建务做接必场件计管期市直资命山金指许统区保至队形社便空决"
    "治展科司五基书非则听白界达光放强即像难且权思完设式色路记南品住告类求据程北边该交规万取格望觉术领共确传师观"
    "清今切院让识候带导争运請謝您這個們來為國說時會後經學現當沒動無與長機業問應體見間關點將兩頭話給門員論處義條"
    "號單價訂購商務網郵件聯繫謹此企訊息绩效客户服网站邮联系请谢"
)
_KOREAN = frozenset(
    "이다는을의에가고하한로를은지도기사서자대어리해시니수나라인아정그보일들부장있습합안녕요주문제"
)
_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_CYRILLIC = frozenset("оеаинтсрвлкмдпуя")
_WIDE = (
    ("gb18030", _CHINESE),
    ("big5hkscs", _CHINESE),
    ("cp949", _KOREAN),
    ("cp932", _KANA),
    ("euc_jp", _KANA),
)
_NARROW = (("cp1251", _CYRILLIC), ("koi8_r", _CYRILLIC), ("cp866", _CYRILLIC))
_WIDE_SHARE = 0.18
_NARROW_SHARE = 0.45
# Letters of Polish, Czech and their neighbours in windows-1250 that Western text hardly uses.
_CENTRAL = re.compile(rb"[A-Za-z][\x9c\x9f\xb3\xb9\xbf\xe6\xea\xf2\xf8\xec\x9a\x9e\xe8]")
_WESTERN = re.compile(rb"[A-Za-z][\xe4\xf6\xfc\xdf\xe9\xe0\xe7\xf1\xf4\xe5]")


def detect(data: bytes, hint: str | None = None) -> str:
    """The text; `hint` is a Python codec name. Never raises."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        pass
    if hint and hint not in {"utf-8", "ascii"}:
        try:
            return data.decode(hint)
        except (UnicodeError, ValueError):
            pass
    if mostly_utf8(data):
        return data.decode("utf-8", MIXED)
    return data.decode(_guess(data[:_SAMPLE]), "replace")


def codec_of(sample: bytes) -> str:
    """The codec that reads a file which begins like this; the sample may end within a character."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "utf-8-sig" if mostly_utf8(sample) else _guess(sample[:_SAMPLE])
    return "utf-8-sig"


def mostly_utf8(data: bytes) -> bool:
    """Whether more characters than not are UTF-8, of those beyond ASCII."""
    text = data.decode("utf-8", "replace")
    return sum(char > "\x7f" and char != "\ufffd" for char in text) > text.count("\ufffd")


def _guess(sample: bytes) -> str:
    if _RUN.search(sample):
        for family, share in ((_WIDE, _WIDE_SHARE), (_NARROW, _NARROW_SHARE)):
            best = max((_share(sample, codec, usual), codec) for codec, usual in family)
            if best[0] >= share:
                return best[1]
        return _statistics(sample)
    if len(_CENTRAL.findall(sample)) > len(_WESTERN.findall(sample)):
        return "cp1250"
    return "cp1252"


def _share(sample: bytes, codec: str, usual: frozenset[str]) -> float:
    """How many of the characters beyond ASCII are among the commonest of that writing."""
    text = sample.decode(codec, "replace")
    if text.count("\ufffd") > len(text) // 50:
        return 0.0
    beyond = [char for char in text.lower() if char > "\x7f" and char.isalpha()]
    return sum(char in usual for char in beyond) / len(beyond) if beyond else 0.0


def _statistics(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, steps=3, chunk_size=512).best()
    return best.encoding if best else "cp1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


# Stray bytes in text that is UTF-8 otherwise were pasted from windows-1252 more often than not.
MIXED = "windows-1252-for-stray-bytes"
codecs.register_error(MIXED, _as_windows_1252)
