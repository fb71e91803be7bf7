"""Quotation marks → passages: which stretches of the text stand in marks. Linear in the length of the text.

Marks are a system of three habits, each handled by its own small rule: pairs (“ ”, « », „ “), straight marks whose
side must be guessed from their neighbours (" and '' and ``), and single marks that look like apostrophes (‘ ’, ').
A pair never crosses a line break. A passage left open reaches to the end of its paragraph, as the press prints a
quotation of several paragraphs: each reopens, only the last one closes. So one odd mark spoils one paragraph at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.clean import Paragraph

_DOUBLE = re.compile(r"''|``|[\"“”„«»‟＂]")
_SINGLE = re.compile(r"['‘’‚‹›]")
_OPENERS = frozenset("“„«‟")
_CLOSERS = frozenset("”»")
_STRAIGHT = frozenset(['"', "''", "``", "＂"])
_BEFORE_OPENING = frozenset("([{—–-/:;,.…>”’'‘\"")  # what may touch an opening mark from the left, besides space

MAX_SINGLE_CHARS = 1200  # between single marks: a paragraph of British quotation, seldom more; bounds the search


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch in quotation marks. `start:end` with its marks, `inner_start:inner_end` without; code points."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    paragraph: int
    closed: bool
    single: bool

    def inner(self, text: str) -> str:
        """Return the words between the marks."""
        return text[self.inner_start : self.inner_end]


def find_passages(text: str, paragraphs: Iterable[Paragraph]) -> list[Passage]:
    """Return the outermost passages of `text` in order; they do not overlap."""
    passages: list[Passage] = []
    for index, paragraph in enumerate(paragraphs):
        passages.extend(_of_paragraph(text, paragraph.start, paragraph.end, index))
    return passages


def _of_paragraph(text: str, start: int, end: int, index: int) -> Iterator[Passage]:
    double = list(_double_passages(text, start, end, index))
    position = start
    for passage in double:
        yield from _single_passages(text, position, passage.start, index)
        yield passage
        position = passage.end
    yield from _single_passages(text, position, end, index)


def _double_passages(text: str, start: int, end: int, index: int) -> Iterator[Passage]:
    marks = [(m.start(), m.end()) for m in _DOUBLE.finditer(text, start, end)]
    if not marks:
        return
    open_marks: list[tuple[int, int]] = []  # outermost first; the inner ones are nested quotation
    straight_left = sum(text[a:b] in _STRAIGHT for a, b in marks)
    for at, after in marks:
        mark = text[at:after]
        if mark in _STRAIGHT:
            straight_left -= 1
        side = _side(text, at, after, start, end, bool(open_marks))
        if side == "open":
            # A second straight mark inside is nested only if two are left to close both; else a mark was forgotten.
            if not open_marks or mark not in _STRAIGHT or straight_left >= 2:
                open_marks.append((at, after))
        elif side == "close" and open_marks:
            opened = open_marks.pop()
            if mark in _STRAIGHT and text[opened[0] : opened[1]] not in _STRAIGHT and open_marks:
                opened = open_marks.pop()  # a straight mark closes what a straight mark opened
            if not open_marks:
                yield Passage(opened[0], after, opened[1], at, index, closed=True, single=False)
    if open_marks:
        opened = open_marks[0]
        if text[opened[1] : end].strip():
            yield Passage(opened[0], end, opened[1], end, index, closed=False, single=False)


def _side(text: str, at: int, after: int, start: int, end: int, is_open: bool) -> str:
    """Say whether the mark at `at:after` opens or closes: `open`, `close` or `stray`."""
    mark = text[at:after]
    before = text[at - 1] if at > start else " "
    behind = text[after] if after < end else " "
    if mark in _OPENERS:
        # A closing mark typed as an opening one: it touches a word on the left and none on the right.
        mistyped = is_open and not before.isspace() and not behind.isalnum() and behind not in "([$#@'‘“"
        return "close" if mistyped else "open"
    if mark in _CLOSERS:
        # At the head of a paragraph nothing can close: '” … then they will,” it read' begins with a mark mistyped.
        opens = not is_open and before.isspace() and (at == start or not behind.isspace())
        return "open" if opens else "close"
    can_open = not behind.isspace() and (before.isspace() or before in _BEFORE_OPENING)
    can_close = not before.isspace()
    if is_open:
        return "close" if can_close or not can_open else "open"
    if mark != "''" and before.isdigit() and not behind.isalpha():
        return "stray"  # inches, seconds
    return "open" if can_open or (not behind.isspace() and not can_close) else "stray"


def _single_passages(text: str, start: int, end: int, index: int) -> Iterator[Passage]:
    """Yield passages in single marks within `start:end`, which holds no double marks."""
    opened = -1
    for match in _SINGLE.finditer(text, start, end):
        at = match.start()
        before = text[at - 1] if at > 0 else " "
        behind = text[at + 1] if at + 1 < len(text) else " "
        if opened >= 0 and at - opened > MAX_SINGLE_CHARS:
            opened = -1
        if opened >= 0 and _closes_single(text, at, before, behind, end):
            yield Passage(opened, at + 1, opened + 1, at, index, closed=True, single=True)
            opened = -1
        elif _opens_single(match.group(), before, behind, text, at) and (opened < 0 or match.group() == "‘"):
            opened = at


def _opens_single(mark: str, before: str, behind: str, text: str, at: int) -> bool:
    if mark in "’›" or before.isalnum() or not (behind.isalnum() or behind in "[($…"):
        return False
    return not (mark == "'" and _ELIDED.match(text, at + 1))


_ELIDED = re.compile(r"(?:\d0s|em|til|cause|tis|twas|n)\b", re.IGNORECASE)  # 'em, '90s: apostrophes, not marks


def _closes_single(text: str, at: int, before: str, behind: str, end: int) -> bool:
    if text[at] == "‘" or before.isspace() or behind.isalnum():
        return False
    if before == "s" and behind == " ":  # a plural possessive, if another closing mark follows before the next opening
        rest = text[at + 1 : min(end, at + 160)]
        later = re.search(r"(?<=\S)['’](?![\w])|(?<!\w)['‘](?=\w)", rest)
        if later is not None and not rest[: later.start() + 1].endswith((" '", " ‘")) and rest[1:2].islower():
            return False
    return True
