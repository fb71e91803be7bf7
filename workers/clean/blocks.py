"""A page as the sequence of its text blocks, each with where it stands: the input of the HTML classifier."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from workers.clean.block_words import ANCESTOR_TAGS, NAME_CLASSES
from workers.clean.folding import WORDS

# Elements whose text is never read by a reader of the page.
UNREAD = frozenset(
    {
        "script", "style", "template", "svg", "head", "iframe", "select", "object", "embed", "canvas", "map", "math",
        "audio", "video", "datalist", "textarea", "noframes", "frameset", "applet",
    }
)  # fmt: skip

# Elements that begin and end a block. Everything else is inline.
BLOCK_TAGS = frozenset(
    {
        "html", "body", "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hgroup", "hr", "legend", "li", "main", "menu", "nav", "noscript", "ol", "p", "picture", "pre", "search",
        "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "caption", "ul", "button", "input", "img",
        "amp-img", "video", "label",
    }
)  # fmt: skip
CELLS = frozenset({"td", "th"})
EMPHASIS = frozenset({"b", "strong", "em", "i"})
# What an element does to the text around it; any other stands in a line of it.
_BLOCK, _UNREAD, _BREAK, _CELL, _LINK, _EMPHASIS, _INLINE = range(7)
_KINDS = {
    **dict.fromkeys(BLOCK_TAGS, _BLOCK), **dict.fromkeys(UNREAD, _UNREAD), "br": _BREAK, **dict.fromkeys(CELLS, _CELL),
    "a": _LINK, **dict.fromkeys(EMPHASIS, _EMPHASIS),
}  # fmt: skip
_NAMING = ("class", "id", "role")  # attributes that say what an element is for
CELL_BREAK = " | "
PROSE_CHARS = 80  # a block of as many characters, less than half of them links, is taken for running text

HEAD_CHARS = 400  # of a block, whose words are looked at: clutter says what it is at once

_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@lru_cache(maxsize=20_000)  # 3 MB; the pages of a site call most of their elements alike
def names_of(names: str) -> int:
    """Return the bits of NAME_CLASSES for the names in an attribute (`entry-content articleBody`)."""
    found = 0
    for part in _NAME_PART.findall(names[:400]):
        found |= NAME_CLASSES.get(part.lower(), 0)
    return found


@dataclass(slots=True, eq=False)
class Place:
    """A block-level element: its tag, what its ancestors are, and sums over the text below it."""

    tag: str
    parent: Place | None
    depth: int
    tags: int  # bits of ANCESTOR_TAGS, of this element and all above
    names: int  # bits of NAME_CLASSES, from class and id of this element and all above
    own_names: int
    signature: str
    hidden: bool
    chars: int = 0  # of all text below
    link_chars: int = 0
    prose_chars: int = 0  # of blocks that look like sentences
    blocks: int = 0
    near_names: int = 0  # of this element and the two above


@dataclass(slots=True, eq=False)
class Block:
    """A run of text without a block-level break in it. `text` has single spaces; a line break stands for `<br>`."""

    text: str
    place: Place
    link_chars: int = 0
    links: int = 0
    inner_names: int = 0  # NAME_CLASSES of the inline elements in it
    emphasised_chars: int = 0
    lines: int = 1
    words: list[str] = field(default_factory=list)  # at its head, in lower case


class BlockReader:
    """Reads the blocks of one tree. Walks without recursion: pages nest as deep as their makers like."""

    def __init__(self, *, max_blocks: int = 1_000_000) -> None:
        self.max_blocks = max_blocks
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        # the block being read
        self._parts: list[str] = []
        self._link_chars = self._links = self._inner_names = self._emphasised_chars = 0

    def read(self, root: Any) -> list[Block]:
        """Return the blocks under `root` (an lxml element, without comments) in the order of the source."""
        top = place = Place("html", None, 0, 0, 0, 0, "html", False)
        self.places.append(top)
        parts, blocks = self._parts, self.blocks
        linked = emphasised = breaks = 0  # open elements; `<br>` since the last text
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            kind = _KINDS.get(element.tag, _INLINE)
            if event == "start":
                if kind == _UNREAD:
                    walk.skip_subtree()
                    continue
                if kind == _BLOCK:
                    if parts or self._links or self._inner_names:
                        self._flush(place)
                    if len(blocks) > self.max_blocks:
                        break
                    place = self._enter(element, element.tag, place)
                elif kind == _BREAK:  # one ends a line, two in a row end a paragraph
                    breaks += 1
                    if breaks >= 2:
                        self._flush(place)
                    elif parts:
                        parts.append("\x00")
                elif kind == _CELL:
                    if parts:
                        parts.append(CELL_BREAK)
                else:
                    if kind == _LINK:
                        linked += 1
                        self._links += 1
                    elif kind == _EMPHASIS:
                        emphasised += 1
                    if names := element.get("class"):
                        self._inner_names |= names_of(names)
                text = element.text
            else:
                if kind == _BLOCK:
                    if parts or self._links or self._inner_names:
                        self._flush(place)
                    place = place.parent or top
                elif kind == _LINK:
                    linked -= 1
                elif kind == _EMPHASIS:
                    emphasised -= 1
                text = element.tail if element is not root else None
            if not text:
                continue
            if not text.isspace():
                parts.append(text)
                breaks = 0
                if linked:
                    self._link_chars += len(text)
                if emphasised:
                    self._emphasised_chars += len(text)
            elif parts:
                parts.append(" ")
        self._flush(top)
        heads = [block.text[:HEAD_CHARS].replace("\n", " ") for block in blocks]
        for block, words in zip(blocks, WORDS.words_of_each(heads), strict=True):
            block.words = words
        self._sum_up()
        return blocks

    def _enter(self, element: Any, tag: str, parent: Place) -> Place:
        given = dict(element.items())  # one call into lxml in place of six
        own, classes, hidden = 0, "", parent.hidden
        if given:
            classes = given.get("class", "")
            for attribute in _NAMING:
                if names := given.get(attribute):
                    own |= names_of(names)
            if not hidden:
                style = given.get("style")
                hidden = (
                    "hidden" in given
                    or given.get("aria-hidden") == "true"
                    or bool(style and _HIDDEN_STYLE.search(style))
                )
        place = Place(
            tag,
            parent,
            parent.depth + 1,
            parent.tags | ANCESTOR_TAGS.get(tag, 0),
            parent.names | own,
            own,
            f"{tag}.{classes}",
            hidden,
            near_names=own | parent.own_names | (parent.parent.own_names if parent.parent else 0),
        )
        self.places.append(place)
        return place

    def _flush(self, place: Place) -> None:
        """End the block being read, if it has any text, in `place`."""
        text = " ".join("".join(self._parts).split()).strip(" \x00")  # three times as fast as a pattern
        if "\x00" in text:
            text = "\n".join(line.strip() for line in text.split("\x00") if line.strip())
        text = text.strip("| ") if CELL_BREAK in text else text
        if text:
            self.blocks.append(
                Block(
                    text,
                    place,
                    min(self._link_chars, len(text)),
                    self._links,
                    self._inner_names,
                    min(self._emphasised_chars, len(text)),
                    text.count("\n") + 1,
                )
            )
        self._parts.clear()
        self._link_chars = self._links = self._inner_names = self._emphasised_chars = 0

    def _sum_up(self) -> None:
        """Add each block's figures to its place, and each place's to its parent's."""
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
