"""A page as the sequence of its text blocks, each with where it stands: the input of the HTML classifier."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from workers.clean.block_words import ANCESTOR_TAGS, NAME_CLASSES

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
_NAMING = ("class", "id", "role")  # attributes that say what an element is for
CELL_BREAK = " | "
PROSE_CHARS = 80  # a block of as many characters, less than half of them links, is taken for running text

HEAD_CHARS = 400  # of a block, whose words are looked at: clutter says what it is at once

_WORD = re.compile(r"\w+")
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


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

    def __post_init__(self) -> None:
        self.words = _WORD.findall(self.text[:HEAD_CHARS].lower())


@dataclass(slots=True)
class _Open:
    """The block being read."""

    parts: list[str] = field(default_factory=list)
    link_chars: int = 0
    links: int = 0
    inner_names: int = 0
    emphasised_chars: int = 0
    breaks: int = 0  # `<br>` since the last text


class BlockReader:
    """Reads the blocks of one tree. Walks without recursion: pages nest as deep as their makers like."""

    def __init__(self, *, max_blocks: int = 1_000_000) -> None:
        self.max_blocks = max_blocks
        self.blocks: list[Block] = []
        self.places: list[Place] = []
        self._names: dict[str, int] = {}
        self._open = _Open()

    def read(self, root: Any) -> list[Block]:
        """Return the blocks under `root` (an lxml element) in the order of the source."""
        top = Place("html", None, 0, 0, 0, 0, "html", False)
        self.places.append(top)
        # (element, place, in a link, in emphasis, leaving)
        stack: list[tuple[Any, Place, bool, bool, bool]] = [(root, top, False, False, False)]
        while stack and len(self.blocks) <= self.max_blocks:
            element, place, linked, strong, leaving = stack.pop()
            tag = element.tag
            if leaving:
                if tag in BLOCK_TAGS:
                    self._flush(place)
                    place = place.parent or place
                if element.tail and element is not root:
                    self._add(element.tail, linked, strong)
                continue
            if not isinstance(tag, str) or tag in UNREAD:  # a comment, a processing instruction, a script
                if element.tail and element is not root:
                    self._add(element.tail, linked, strong)
                continue
            inside, inside_link, inside_strong = place, linked, strong
            if tag in BLOCK_TAGS:
                self._flush(place)
                inside = self._enter(element, tag, place)
            elif tag == "br":
                self._break(place)
            elif tag in CELLS:
                if self._open.parts:
                    self._open.parts.append(CELL_BREAK)
            else:
                if tag == "a":
                    inside_link = True
                    self._open.links += 1
                elif tag in ("b", "strong", "em", "i"):
                    inside_strong = True
                names = element.get("class")
                if names:
                    self._open.inner_names |= self._names_of(names)
            if text := element.text:
                self._add(text, inside_link, inside_strong)
            # the tail belongs to what is around the element: `leaving` carries the outer link and emphasis
            if len(element):
                stack.append((element, inside, linked, strong, True))
                stack += [(child, inside, inside_link, inside_strong, False) for child in reversed(element)]
                continue
            if inside is not place:
                self._flush(inside)
            if (tail := element.tail) and element is not root:
                self._add(tail, linked, strong)
        self._flush(top)
        self._sum_up()
        return self.blocks

    def _enter(self, element: Any, tag: str, parent: Place) -> Place:
        given = dict(element.items())  # one call into lxml in place of six
        own, classes, hidden = 0, "", parent.hidden
        if given:
            classes = given.get("class", "")
            for attribute in _NAMING:
                if names := given.get(attribute):
                    own |= self._names_of(names)
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

    def _names_of(self, names: str) -> int:
        found = self._names.get(names)
        if found is None:
            found = 0
            for part in _NAME_PART.findall(names[:400]):
                found |= NAME_CLASSES.get(part.lower(), 0)
            self._names[names] = found
        return found

    def _add(self, text: str, linked: bool, strong: bool) -> None:
        block = self._open
        if text.isspace():
            if block.parts:
                block.parts.append(" ")
            return
        block.parts.append(text)
        block.breaks = 0
        if linked:
            block.link_chars += len(text)
        if strong:
            block.emphasised_chars += len(text)

    def _break(self, place: Place) -> None:
        """Read a `<br>`: one ends a line, two in a row end a paragraph."""
        self._open.breaks += 1
        if self._open.breaks >= 2:
            self._flush(place)
        elif self._open.parts:
            self._open.parts.append("\x00")

    def _flush(self, place: Place) -> None:
        block, parts = self._open, self._open.parts
        if not parts:
            if block.links or block.inner_names:
                self._open = _Open()
            return
        self._open = _Open()
        text = " ".join("".join(parts).split()).strip(" \x00")  # three times as fast as a pattern
        if "\x00" in text:
            text = "\n".join(line.strip() for line in text.split("\x00") if line.strip())
        text = text.strip("| ") if CELL_BREAK in text else text
        if not text:
            return
        self.blocks.append(
            Block(
                text,
                place,
                min(block.link_chars, len(text)),
                block.links,
                block.inner_names,
                min(block.emphasised_chars, len(text)),
                text.count("\n") + 1,
            )
        )

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
