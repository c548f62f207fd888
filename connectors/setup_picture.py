"""How an inbox is set up, as a picture: which value goes from the provider's page into which field.

Drawn from the settings themselves, so that it cannot say otherwise than the form. Pure.
"""

import textwrap
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

import msgspec

from connectors.manifest import Manifest
from connectors.setting_fields import SettingField

WIDTH, LEFT, RIGHT, GAP = 740, 330, 300, 70
ROW, HEAD, PAD, LINE = 58, 56, 20, 16
WRAP, LONGEST = 40, 2
INK, FAINT, SHEET, PAPER, EDGE, ACCENT, SOFT = (
    "#191e27",
    "#5b616d",
    "#f3f4f7",
    "#ffffff",
    "#d7dae0",
    "#215aca",
    "#e4eeff",
)
FONT = "Inter, 'Noto Sans', 'Noto Sans SC', 'Helvetica Neue', Arial, sans-serif"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One value: where it is found, what its field is called, which way it goes."""

    where: str
    field: str
    note: str = ""
    back: bool = False


def setup_picture(manifest: Manifest, fields: Sequence[SettingField]) -> str:
    """An SVG of the provider's side, the inbox's form, and the values between them."""
    rows = [*_rows(fields), *_back(manifest)]
    height = HEAD + ROW * len(rows) + PAD * 2
    title = f"Setting up {manifest.name}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        _sheet(PAD, LEFT, height, manifest.name),
        _sheet(PAD + LEFT + GAP, RIGHT, height, "Inbox in Parley"),
        *(part for number, row in enumerate(rows) for part in _row(row, HEAD + PAD + ROW * number)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rows(fields: Iterable[SettingField]) -> list[Row]:
    """What must be filled in, and what is secret: the rest has a usual value."""
    return [
        Row(
            where=field.description or field.title,
            field=field.title,
            note=" · ".join(
                word
                for word in ("secret" if field.secret else "", "" if field.required else "optional")
                if word
            ),
        )
        for field in fields
        if field.required or field.secret or field.kind == "choice"
    ]


def _back(manifest: Manifest) -> list[Row]:
    if "webhook" not in manifest.transports:
        return []
    return [Row(where="Enter it as webhook address", field="Webhook address", back=True)]


def _sheet(x: int, width: int, height: int, title: str) -> str:
    return (
        f'<rect x="{x}" y="{PAD // 2}" width="{width}" height="{height - PAD}" rx="10"'
        f' fill="{SHEET}" stroke="{EDGE}"/>'
        f'<text x="{x + 16}" y="{PAD // 2 + 30}" font-size="15" font-weight="600"'
        f' fill="{INK}">{escape(title)}</text>'
    )


def _row(row: Row, y: int) -> list[str]:
    left, right, middle = PAD + 12, PAD + LEFT + GAP + 12, y + ROW // 2 - 5
    start, end = PAD + LEFT, PAD + LEFT + GAP
    if row.back:
        start, end = end, start
    tip = 8 if end > start else -8
    return [
        _card(
            left, y, LEFT - 24, textwrap.wrap(row.where, WRAP, max_lines=LONGEST, placeholder=" …")
        ),
        _card(right, y, RIGHT - 24, [row.field, *([row.note] if row.note else [])], bold=True),
        f'<path d="M{start} {middle}H{end - tip}" stroke="{ACCENT}" stroke-width="2"/>'
        f'<path d="M{end - tip} {middle - 5}L{end} {middle}L{end - tip} {middle + 5}z"'
        f' fill="{ACCENT}"/>',
    ]


def _card(x: int, y: int, width: int, lines: Sequence[str], *, bold: bool = False) -> str:
    first = y + 27 - (LINE // 2) * (len(lines) - 1)
    words = "".join(
        f'<text x="{x + 12}" y="{first + LINE * number}" font-size="13"'
        f' fill="{INK if number == 0 or not bold else FAINT}"'
        f"{' font-weight=' + chr(34) + '600' + chr(34) if bold and number == 0 else ''}>"
        f"{escape(line)}</text>"
        for number, line in enumerate(lines)
    )
    fill = SOFT if bold else PAPER
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{ROW - 12}" rx="6" fill="{fill}"'
        f' stroke="{EDGE}"/>{words}'
    )
