"""Flat text as lines: what stands on each, what stood around it, and how many characters of which kind it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.stopwords import STOPWORDS
from workers.clean.folding import TABLE_SIZE, Folding, code_points

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

# The kinds of character that are counted on each line; their order is that of the columns of `Lines.counts`.
LOWER, UPPER, DIGIT, SPACE, TERMINAL, COMMA, QUOTE, RULE, OTHER = range(9)
KINDS = 9
# Then counts of words: all, with a capital or digit first, stop words.
WORDS, CAPITALISED, STOPS = range(KINDS, KINDS + 3)
COLUMNS = KINDS + 3

_MARKER = re.compile(r"(?:[*+•·▪◦‣●■»›>o-]|\(?\d{1,2}[.)])\s+(?=\S)")
_MARKS = frozenset("*+•·▪◦‣●■»›>o-(")  # a line that begins with none of these nor a digit needs not meet the pattern
_WIDE_TERMINAL = (0x3002, 0xFF01, 0xFF1F)  # 。！？
_WIDE_COMMA = (0x3001, 0xFF0C, 0xFF1B)  # 、，；
WIDE_CHARS_PER_WORD = 2  # Chinese and Japanese put no spaces between words; most words have two characters


def _kind_table() -> NDArray[np.uint8]:
    """Return the kind of each character; all beyond the table are letters, for our purpose."""
    table = np.full(TABLE_SIZE + 1, OTHER, np.uint8)
    for code in range(TABLE_SIZE):
        char = chr(code)
        if char.isspace():
            table[code] = SPACE
        elif char.isdigit():
            table[code] = DIGIT
        elif char.isupper():
            table[code] = UPPER
        elif char.isalpha():
            table[code] = LOWER
    for chars, kind in ((".!?…", TERMINAL), (",;:", COMMA), ("\"'“”‘’«»„", QUOTE), ("|/\\<>›•·©→_=+*#~@", RULE)):
        for char in chars:
            table[ord(char)] = kind
    table[TABLE_SIZE] = LOWER
    return table


_KIND = _kind_table()
MAX_LINES = 20_000  # that are not blank; the longest page seen has 3,000


def _fold(char: str) -> str:
    """Letters and apostrophes stay, digits become 0, and what is left is a space."""
    if char in "'’":
        return "'"
    if ord(char) >= TABLE_SIZE or char.isalpha():
        return char
    return "0" if char.isdigit() else " "


_FOLDING = Folding(_fold)


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case, digits as 0, punctuation gone."""
    return _FOLDING.words_of(text)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text that are not blank. All sequences have one entry a line."""

    texts: list[str]  # without the spaces around and the list marker before
    words: list[list[str]]  # lower case, digits as 0, punctuation gone
    gaps: Ints  # blank lines before
    marked: NDArray[np.bool_]  # stood behind a list marker
    counts: Floats  # (lines, COLUMNS)
    starts: NDArray[np.uint8]  # how each begins, see `start_kind`
    ends: NDArray[np.uint8]  # and ends, see `end_kind`
    edge_stops: NDArray[np.bool_]  # (2, lines): whether its first and its last word is a stop word
    cut: int = 0  # lines that were too many to read

    def __len__(self) -> int:
        return len(self.texts)


def read_lines(text: str, *, max_lines: int = MAX_LINES) -> Lines:
    """Return the lines of `text` that hold something; those after `max_lines` are only counted."""
    texts: list[str] = []
    gaps: list[int] = []
    marked: list[bool] = []
    gap = 0
    cut = 0
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            gap += 1
            continue
        if len(texts) == max_lines:
            cut += 1
            continue
        first = line[0]
        marker = _MARKER.match(line) if first in _MARKS or first.isdigit() else None
        texts.append(line[marker.end() :] if marker and not first.isdigit() else line)
        marked.append(marker is not None)
        gaps.append(gap)
        gap = 0
    codes = code_points(texts)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    behind = np.cumsum(lengths + 1)  # where the next line begins
    line_of = np.repeat(np.arange(len(texts)), lengths + 1)[: len(codes)]
    words = _FOLDING.words_of_each(texts, codes)
    counts, edge_stops = _counts(codes, line_of, words)
    return Lines(
        texts, words, np.array(gaps, np.int64), np.array(marked, bool), counts,
        _kinds(_START_KIND, codes[behind - lengths - 1], texts, start_kind),
        _kinds(_END_KIND, codes[behind - 2], texts, end_kind), edge_stops, cut,
    )  # fmt: skip


_ENDS = {**dict.fromkeys(".!?…。！？", 1), **dict.fromkeys(",;–—-&/", 2), ":": 3, **dict.fromkeys("([{“‘$£€#", 4)}
_CLOSERS = "\"'”’)]»」』"
_STARTS = {**dict.fromkeys(".,;:!?)]}%”’…", 1), **dict.fromkeys("–—-&/|", 2), **dict.fromkeys("([“‘\"'«", 3)}


def end_kind(text: str) -> int:
    """0 a letter, 1 the end of a sentence, 2 a comma or dash, 3 a colon, 4 an opening sign, 5 a closing quote."""
    last = text[-1]
    if last.isalnum():
        return 0
    kind = _ENDS.get(last, 0)
    if kind == 0 and last in _CLOSERS:
        return _ENDS.get(text.rstrip(_CLOSERS)[-1:], 5)
    return kind


def start_kind(text: str) -> int:
    """0 other, 1 a sign that closes, 2 a dash, 3 a sign that opens, 4 lower case, 5 upper case, 6 digit, 7 `'s`."""
    first = text[0]
    if first.isupper():
        return 5
    if first.islower():
        return 4
    if first in "'’" and text[1:2].islower() and not text[2:3].isalpha():
        return 7
    return 6 if first.isdigit() else _STARTS.get(first, 0)


_BY_CONTEXT = 255  # in the two tables below: the character does not say alone of what kind the line's end is


def _edge_table(kind_of: Callable[[str], int], by_context: str) -> NDArray[np.uint8]:
    """Return what `kind_of` says of a line of one character, for each character; others than `by_context` settle it."""
    table = np.fromiter((kind_of(chr(code)) for code in range(TABLE_SIZE)), np.uint8, TABLE_SIZE)
    table[[ord(char) for char in by_context if ord(char) < TABLE_SIZE]] = _BY_CONTEXT
    return np.append(table, np.uint8(_BY_CONTEXT))


_START_KIND = _edge_table(start_kind, "'’")
_END_KIND = _edge_table(end_kind, _CLOSERS)


def _kinds(
    table: NDArray[np.uint8], codes: NDArray[np.uint32], texts: list[str], kind_of: Callable[[str], int]
) -> NDArray[np.uint8]:
    """Return how the lines begin or end, by the characters there: from the `table`, else as `kind_of` the line says."""
    kinds = table[np.minimum(codes, TABLE_SIZE)]
    for at in np.flatnonzero(kinds == _BY_CONTEXT).tolist():
        kinds[at] = kind_of(texts[at])
    return kinds


def _counts(
    codes: NDArray[np.uint32], line_of: Ints, words: list[list[str]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the columns of `Lines.counts`, counted over the whole text at once, and `Lines.edge_stops`."""
    n = len(words)
    table = np.zeros((n, COLUMNS), np.float32)
    kinds = _KIND[np.minimum(codes, TABLE_SIZE)]
    wide = codes >= TABLE_SIZE
    east_asian = bool(wide.any())
    if east_asian:
        kinds[np.isin(codes, _WIDE_TERMINAL)] = TERMINAL
        kinds[np.isin(codes, _WIDE_COMMA)] = COMMA
    table[:, :KINDS] = np.bincount(line_of * KINDS + kinds, minlength=n * KINDS).reshape(-1, KINDS)
    table[:-1, SPACE] -= 1  # the line breaks
    begins_word = np.concatenate([[True], kinds[:-1] == SPACE])
    capital = begins_word & ((kinds == UPPER) | (kinds == DIGIT))
    table[:, CAPITALISED] = np.bincount(line_of[capital], minlength=n)
    lengths = np.fromiter(map(len, words), np.int64, n)
    behind = np.cumsum(lengths)
    # one entry more, for the words that a line without any does not have
    stops = np.fromiter(chain(map(STOPWORDS.__contains__, chain.from_iterable(words)), (False,)), bool)
    stops_behind = np.concatenate([[0], np.cumsum(stops)])
    first = behind - lengths
    table[:, WORDS] = lengths
    table[:, STOPS] = stops_behind[behind] - stops_behind[first]
    edge_stops = np.stack([stops[first], stops[behind - 1]]) & (lengths > 0)
    if east_asian:
        table[:, WORDS] += np.bincount(line_of, weights=wide, minlength=n) // WIDE_CHARS_PER_WORD
    return table, edge_stops
