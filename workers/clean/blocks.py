"""A page as the sequence of its text blocks, each with where it stands: the input of the HTML classifier."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from workers.clean.block_words import ANCESTOR_TAGS, NAME_CLASSES
from workers.clean.folding import WORDS

# Elements whose text is never read by a reader of the page.
UNREAD: Final = frozenset(
    {
        "script", "style", "template", "svg", "head", "iframe", "select", "object", "embed", "canvas", "map", "math",
        "audio", "video", "datalist", "textarea", "noframes", "frameset", "applet",
    }
)  # fmt: skip

# Elements that begin and end a block. Everything else is inline.
BLOCK_TAGS: Final = frozenset(
    {
        "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hgroup", "hr", "legend", "li", "main", "menu", "nav", "noscript", "ol", "p", "picture", "pre", "search",
        "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "caption", "ul", "button", "input", "img",
        "amp-img", "video", "label",
    }
)  # fmt: skip
CELLS: Final = frozenset({"td", "th"})
EMPHASIS: Final = frozenset({"b", "strong", "em", "i"})
SECTIONS: Final = frozenset({"article", "main", "section"})
# What an element does to the text around it; any other stands in a line of it.
_BLOCK: Final = 0
_BREAK: Final = 1
_CELL: Final = 2
_LINK: Final = 3
_EMPHASIS: Final = 4
_INLINE: Final = 5
_UNREAD: Final = 6
_INSIDE_UNREAD: Final = 7  # below one, whose text and that behind it are not read either
_KINDS: Final[dict[str, int]] = {
    **dict.fromkeys(BLOCK_TAGS, _BLOCK), **dict.fromkeys(UNREAD, _UNREAD), "br": _BREAK, **dict.fromkeys(CELLS, _CELL),
    "a": _LINK, **dict.fromkeys(EMPHASIS, _EMPHASIS),
}  # fmt: skip
CELL_BREAK: Final = " | "
PROSE_CHARS: Final = 80  # a block of as many characters, less than half of them links, is taken for running text
CORE_SHARE: Final = 0.55  # of the page's prose: the smallest element with as much is taken for what holds the article

HEAD_CHARS: Final = 400  # of a block, whose words are looked at: clutter says what it is at once

_NAME_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@lru_cache(maxsize=20_000)  # 3 MB; the pages of a site call most of their elements alike
def names_of(names: str) -> int:
    """Return the bits of NAME_CLASSES for the names in an attribute (`entry-content articleBody`)."""
    found = 0
    for part in _NAME_PART.findall(names[:400]):
        found |= NAME_CLASSES.get(part.lower(), 0)
    return found


class Place:
    """A block-level element: what it is and what its ancestors are, and sums over the text below it."""

    def __init__(
        self, tag: str, parent: Place | None = None, *, names: int = 0, signature: str = "", hidden: bool = False
    ) -> None:
        self.tag = tag
        self.parent = parent
        self.own_names = names  # bits of NAME_CLASSES, from class, id and role
        self.signature = signature  # tag and classes: those of one template are alike
        self.hidden = hidden
        self.depth = 0
        self.tags = ANCESTOR_TAGS.get(tag, 0)  # bits, of this element and all above
        self.names = names  # of this element and all above
        self.near_names = names  # of this element and the two above
        self.section = self  # the nearest `<article>`, `<main>` or `<section>`, itself or above; else the topmost
        self.core = self  # the smallest element with most of the page's running text, itself or above; else the topmost
        if parent is not None:
            self.depth = parent.depth + 1
            self.tags |= parent.tags
            self.names |= parent.names
            self.near_names |= parent.own_names
            if parent.parent is not None:
                self.near_names |= parent.parent.own_names
            if tag not in SECTIONS:
                self.section = parent.section
        self.chars = 0  # of all text below
        self.link_chars = 0
        self.prose_chars = 0  # of blocks that look like sentences
        self.blocks = 0


class Block:
    """A run of text without a block-level break in it. `text` has single spaces; a line break stands for `<br>`."""

    def __init__(
        self, text: str, place: Place, *, link_chars: int, links: int, inner_names: int, emphasised_chars: int
    ) -> None:
        self.text = text
        self.place = place
        self.link_chars = link_chars
        self.links = links
        self.inner_names = inner_names  # NAME_CLASSES of the inline elements in it
        self.emphasised_chars = emphasised_chars
        self.lines = text.count("\n") + 1
        self.words: list[str] = []  # at its head, in lower case


class BlockReader:
    """Reads the blocks of one tree. Walks without recursion: pages nest as deep as their makers like."""

    def __init__(self, *, max_blocks: int = 1_000_000) -> None:
        self.max_blocks = max_blocks
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self._top = self._place = Place("html", signature="html")
        self._linked = self._emphasised = self._breaks = 0  # open elements; `<br>` since the last text
        # the block being read
        self._parts: list[str] = []
        self._link_chars = self._links = self._inner_names = self._emphasised_chars = 0

    def read(self, root: Any) -> list[Block]:
        """Return the blocks under `root` (an lxml element, without comments) in the order of the source."""
        self.places.append(self._top)
        above: list[Any] = []  # the element, and what it is in, from the root on
        kinds: list[int] = []  # of these
        # half the time of `iterwalk`, which tells of each end of an element
        for element in root.iter("*"):
            parent = element.getparent()
            while above and above[-1] is not parent:
                self._leave(above.pop(), kinds.pop())
            if kinds and kinds[-1] >= _UNREAD:
                kind = _INSIDE_UNREAD
            else:
                kind = _KINDS.get(element.tag, _INLINE)
                if kind == _BLOCK:
                    self._end_block()
                    if len(self.blocks) > self.max_blocks:
                        break
                self._begin(element, kind)
            above.append(element)
            kinds.append(kind)
        else:
            while len(above) > 1:
                self._leave(above.pop(), kinds.pop())
            self._end_block()
        heads = [block.text[:HEAD_CHARS].replace("\n", " ") for block in self.blocks]
        for block, words in zip(self.blocks, WORDS.words_of_each(heads), strict=True):
            block.words = words
        self._sum_up()
        return self.blocks

    def _begin(self, element: Any, kind: int) -> None:
        """Read an element's start and the text behind it."""
        if kind == _UNREAD:
            return
        if kind == _BLOCK:
            self._place = self._enter(element, self._place)
        elif kind == _BREAK:  # one ends a line, two in a row end a paragraph
            self._breaks += 1
            if self._breaks >= 2:
                self._end_block()
            elif self._parts:
                self._parts.append("\x00")
        elif kind == _CELL:
            if self._parts:
                self._parts.append(CELL_BREAK)
        else:
            if kind == _LINK:
                self._linked += 1
                self._links += 1
            elif kind == _EMPHASIS:
                self._emphasised += 1
            if names := element.get("class"):
                self._inner_names |= names_of(names)
        self._read_text(element.text)

    def _leave(self, element: Any, kind: int) -> None:
        """Read an element's end and the text behind it."""
        if kind == _INSIDE_UNREAD:
            return
        if kind == _BLOCK:
            self._end_block()
            self._place = self._place.parent or self._top
        elif kind == _LINK:
            self._linked -= 1
        elif kind == _EMPHASIS:
            self._emphasised -= 1
        self._read_text(element.tail)

    def _read_text(self, text: str | None) -> None:
        if not text:
            return
        if not text.isspace():
            self._parts.append(text)
            self._breaks = 0
            if self._linked:
                self._link_chars += len(text)
            if self._emphasised:
                self._emphasised_chars += len(text)
        elif self._parts:
            self._parts.append(" ")

    def _enter(self, element: Any, parent: Place) -> Place:
        tag: str = element.tag
        items: list[tuple[str, str]] = element.items()  # one call into lxml in place of six
        names, classes, hidden = 0, "", parent.hidden
        for name, value in items:
            if name == "class":
                classes = value
                names |= names_of(value)
            elif name in ("id", "role"):
                names |= names_of(value)
            elif not hidden and (
                name == "hidden"
                or (name == "aria-hidden" and value == "true")
                or (name == "style" and _HIDDEN_STYLE.search(value) is not None)
            ):
                hidden = True
        place = Place(tag, parent, names=names, signature=f"{tag}.{classes}", hidden=hidden)
        self.places.append(place)
        return place

    def _end_block(self) -> None:
        """End the block being read, if it has any text."""
        parts = self._parts
        if parts:
            text = " ".join("".join(parts).split()).strip(" \x00")  # three times as fast as a pattern
            if "\x00" in text:
                text = "\n".join([line.strip() for line in text.split("\x00") if line.strip()])
            if CELL_BREAK in text:
                text = text.strip("| ")
            if text:
                self.blocks.append(
                    Block(
                        text,
                        self._place,
                        link_chars=min(self._link_chars, len(text)),
                        links=self._links,
                        inner_names=self._inner_names,
                        emphasised_chars=min(self._emphasised_chars, len(text)),
                    )
                )
            parts.clear()
        self._link_chars = self._links = self._inner_names = self._emphasised_chars = 0

    def _sum_up(self) -> None:
        """Add each block's figures to its place, and each place's to its parent's; then find the cores."""
        for block in self.blocks:
            place = block.place
            chars = len(block.text)
            place.chars += chars
            place.link_chars += block.link_chars
            place.blocks += 1
            if chars >= PROSE_CHARS and block.link_chars < chars / 2:
                place.prose_chars += chars
        for place in reversed(self.places):
            parent = place.parent
            if parent is not None:
                parent.chars += place.chars
                parent.link_chars += place.link_chars
                parent.prose_chars += place.prose_chars
                parent.blocks += place.blocks
        of_core = CORE_SHARE * max(1, self._top.prose_chars)
        for place in self.places:  # each after its parent
            if place.parent is not None and place.prose_chars < of_core:
                place.core = place.parent.core
