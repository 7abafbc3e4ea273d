"""An HTML page taken apart, strictly: every element is closed, in order, and no id is given twice."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "wbr", "img", "input", "link", "hr"}
CELL = {"td", "th"}
UNCLOSED = {"td": CELL, "th": CELL, "tr": CELL | {"tr"}, "/table": CELL | {"tr"}}
"""What HTML lets end by itself where these begin, or end: a page with a hundred thousand cells does not close them."""


class Page(HTMLParser):
    """Raises AssertionError where an element is closed that is not open, or an id comes again."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        """Tag, name and value of each."""
        self.ids: set[str] = set()
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []
        self.text = "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ended_by(tag)
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                assert value and value not in self.ids
                self.ids.add(value)

    def handle_endtag(self, tag: str) -> None:
        self.ended_by(f"/{tag}")
        if tag in ("td", "th", "dt", "li"):
            self.pieces.append(" ")
        assert self.open and self.open.pop() == tag, f"{tag} is closed at {self.getpos()}"

    def ended_by(self, what: str) -> None:
        while self.open and self.open[-1] in UNCLOSED.get(what, ()):
            self.open.pop()
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.pieces.append(data)

    def values(self, name: str) -> list[str]:
        """Of all attributes of this name."""
        return [value for _, attribute, value in self.attributes if attribute == name]

    def words(self) -> str:
        """The text with single blanks."""
        return " ".join(self.text.split())
