"""Simple HTML, as social networks write their posts, in words."""

from html.parser import HTMLParser

BLOCKS = {"p", "div", "blockquote", "ul", "ol", "pre"}
LINES = {"br", "li"}
SILENT = {"script", "style"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in LINES:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def words_of(html: str) -> str:
    """``<p>Hi<br>there</p>`` -> two lines."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()
