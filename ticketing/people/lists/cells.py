"""Cells that no spreadsheet runs as a formula, and back; pure.

Out: what begins with a sign that starts a formula gets an apostrophe in front (so does what looks
like that already). In: exactly that apostrophe is taken off; everything else is text as it stands.
"""

import csv
import io
import re
from collections.abc import Iterable

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # full-width ones too: some spreadsheets fold
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """Safe to open in a spreadsheet."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguarded(text: str) -> str:
    """What was guarded."""
    return text[1:] if _GUARDED.match(text) else text


def line_of(cells: Iterable[str]) -> str:
    """A line of CSV, its end included."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_MINIMAL).writerow([guarded(cell) for cell in cells])
    return out.getvalue()
