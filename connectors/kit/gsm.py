"""The 7-bit alphabet of mobile networks (3GPP TS 23.038 section 6.2.1)."""

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_MORE = {
    "\x0a": "\f", "\x14": "^", "\x28": "{", "\x29": "}", "\x2f": "\\",
    "\x3c": "[", "\x3d": "~", "\x3e": "]", "\x40": "|", "\x65": "€",
}  # fmt: skip
ESCAPE = "\x1b"
# Characters of a part of a long SMS: 153 in the 7-bit alphabet, 67 in any other.
PART_GSM, PART_UNICODE = 153, 67
PLAIN_GSM = frozenset(GSM) - {ESCAPE}
LONG_GSM = frozenset(GSM_MORE.values())


def is_gsm(text: str) -> bool:
    """Whether every character is in the 7-bit alphabet."""
    return all(char in PLAIN_GSM or char in LONG_GSM for char in text)


def gsm_length(text: str) -> int:
    """Septets of a text for which ``is_gsm``: the second table's characters take two."""
    return len(text) + sum(char in LONG_GSM for char in text)


def sms_length(text: str) -> int:
    """Length in characters of the 7-bit alphabet: a text that needs another one counts 2.3 times,
    so that 1,530 are ten parts of an SMS either way.
    """
    if is_gsm(text):
        return gsm_length(text)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return -(-units * PART_GSM // PART_UNICODE)


def from_gsm(text: str) -> str:
    """Septets that a gateway handed on as characters, as what they mean."""
    found, escaped = [], False
    for char in text:
        if escaped:
            found.append(GSM_MORE.get(char, _plain(char)))
        elif char != ESCAPE:
            found.append(_plain(char))
        escaped = char == ESCAPE and not escaped
    return "".join(found)


def _plain(char: str) -> str:
    return GSM[ord(char)] if ord(char) < len(GSM) else char
