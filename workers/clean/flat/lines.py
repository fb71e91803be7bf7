"""Flat text as lines: what stands on each, what stood around it, and how many characters of which kind it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean import kernel
from workers.clean.flat.stopwords import STOPWORDS
from workers.clean.flat.vocabulary import BASE, Flags, Ints, Words, WordTable
from workers.clean.folding import TABLE_SIZE, Folding, code_points

Floats = NDArray[np.floating[Any]]

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
_STOPS = WordTable(dict.fromkeys(sorted(STOPWORDS), 1))


def fold_lines(texts: list[str], codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the code points of the words of lines (see `Folding.fold`), of which `codes` are the code points."""
    return _FOLDING.fold(texts, codes)


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case, digits as 0, punctuation gone."""
    return _FOLDING.words_of(text)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text that are not blank. All sequences have one entry a line."""

    texts: list[str]  # without the spaces around and the list marker before
    words: Words  # lower case, digits as 0, punctuation gone
    stops: Flags  # which of the distinct words are function words
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
    stripped = [line.strip() for line in text.split("\n")]
    places = np.flatnonzero(np.fromiter(map(len, stripped), np.int64, len(stripped)))
    gaps = np.diff(places[:max_lines], prepend=-1) - 1
    lines = list(filter(None, stripped))
    cut = max(len(lines) - max_lines, 0)
    texts, marked = _without_markers(lines[:max_lines])
    codes = code_points(texts)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    behind = np.cumsum(lengths + 1)  # where the next line begins
    words, counts = read_words(texts, codes, lengths)
    stops = _STOPS.of(words.hashes) > 0
    edge_stops = _count_words(counts, words, stops)
    return Lines(
        texts, words, stops, gaps, marked, counts,
        _kinds(_START_KIND, codes[behind - lengths - 1], texts, start_kind),
        _kinds(_END_KIND, codes[behind - 2], texts, end_kind), edge_stops, cut,
    )  # fmt: skip


def read_words(texts: list[str], codes: NDArray[np.uint32], lengths: Ints) -> tuple[Words, NDArray[np.float32]]:
    """Return the words of lines and `Lines.counts`, of which those of words are yet to be counted but for capitals.

    `codes` are the lines' code points, `lengths` how many each has.
    """
    if kernel.compiled is not None:
        lines, most = len(texts), len(codes) // 2 + 1
        counts = np.empty((lines, COLUMNS), np.float32)
        hashes, (chars, running) = np.empty(most, np.uint64), np.empty((2, most), np.int64)
        words_of_lines = np.empty(lines, np.int64)
        numbered, folds, beyond = _FOLDING.extended(codes)
        kinds = np.concatenate([_KIND[:-1], _kinds_beyond(beyond), _KIND[-1:]]) if len(beyond) else _KIND
        found = kernel.compiled.read_words(numbered, folds, kinds, BASE, counts, words_of_lines, hashes, chars, running)
        if found is not None:
            distinct, words = found
            if len(beyond):
                counts[:, WORDS] = _wide_words(codes, lengths)
            return Words(hashes[:distinct], chars[:distinct], running[:words], words_of_lines), counts
    return Words.of(fold_lines(texts, codes), len(texts)), count_characters(codes, lengths)


def _without_markers(lines: list[str]) -> tuple[list[str], NDArray[np.bool_]]:
    """Return `lines` without bullets, and which had one or a number; numbers stay."""
    marked = np.zeros(len(lines), bool)
    for at, line in enumerate(lines):
        first = line[0]
        if (first in _MARKS or first.isdigit()) and (marker := _MARKER.match(line)):
            marked[at] = True
            if not first.isdigit():
                lines[at] = line[marker.end() :]
    return lines, marked


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


def count_characters(codes: NDArray[np.uint32], lengths: Ints) -> NDArray[np.float32]:
    """Return the counts of `read_words`. East Asian text has no spaces: its words are estimated by their characters."""
    n = len(lengths)
    table = np.zeros((n, COLUMNS), np.float32)
    line_of = _line_of(lengths)[: len(codes)]
    kinds = _KIND.take(codes, mode="clip")
    beyond = codes >= TABLE_SIZE
    if beyond.any():
        kinds[beyond] = _kinds_beyond(codes[beyond])
        table[:, WORDS] = _wide_words(codes, lengths)
    table[:, :KINDS] = np.bincount(line_of * KINDS + kinds, minlength=n * KINDS).reshape(-1, KINDS)
    table[:-1, SPACE] -= 1  # the line breaks
    begins_word = np.append(0, np.flatnonzero(kinds[:-1] == SPACE) + 1)[: len(codes)]
    firsts = kinds[begins_word]
    capital = begins_word[(firsts == UPPER) | (firsts == DIGIT)]
    table[:, CAPITALISED] = np.bincount(line_of[capital], minlength=n)
    return table


def _line_of(lengths: Ints) -> Ints:
    """Return the line of each code point, a line break behind each line."""
    return np.repeat(np.arange(len(lengths)), lengths + 1)


def _kinds_beyond(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the kinds of characters beyond the table."""
    kinds = np.full(len(codes), LOWER, np.uint8)
    kinds[np.isin(codes, _WIDE_TERMINAL)] = TERMINAL
    kinds[np.isin(codes, _WIDE_COMMA)] = COMMA
    return kinds


def _wide_words(codes: NDArray[np.uint32], lengths: Ints) -> Ints:
    """Return how many words of each line stand in characters beyond the table."""
    wide = np.bincount(_line_of(lengths)[: len(codes)][codes >= TABLE_SIZE], minlength=len(lengths))
    return wide // WIDE_CHARS_PER_WORD


def _count_words(counts: NDArray[np.float32], words: Words, stops: Flags) -> NDArray[np.bool_]:
    """Count words and stop words of each line into `counts`, and return `Lines.edge_stops`."""
    behind = np.cumsum(words.lengths)
    first = behind - words.lengths
    # one entry more, for the words that a line without any does not have
    of_running = np.append(stops[words.running], False)
    stops_behind = np.append(0, np.cumsum(of_running))
    counts[:, WORDS] += words.lengths
    counts[:, STOPS] = stops_behind[behind] - stops_behind[first]
    return np.stack([of_running[first], of_running[behind - 1]]) & (words.lengths > 0)
