"""Sets of ids too many for memory: a throw-away SQLite file beside the export."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

PAGE = 200


class Ledger:
    """Which ids were referred to, by kind; each is noted once."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE noted (kind TEXT, id TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
        )

    def note(self, kind: str, id: str) -> bool:
        """True the first time."""
        cursor = self._db.execute("INSERT OR IGNORE INTO noted VALUES (?, ?)", (kind, id))
        return cursor.rowcount == 1

    def pages(self, kind: str) -> Iterator[list[str]]:
        """All ids of a kind, sorted, a page at a time; what is noted meanwhile may be left out."""
        last = ""
        while True:
            rows = self._db.execute(
                "SELECT id FROM noted WHERE kind = ? AND id > ? ORDER BY id LIMIT ?",
                (kind, last, PAGE),
            ).fetchall()
            if not rows:
                return
            yield [row[0] for row in rows]
            last = rows[-1][0]

    def close(self) -> None:
        """Nothing of it is kept."""
        self._db.close()
