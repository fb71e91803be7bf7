"""Flat text as lines: what stands on each, what stood around it, and how many characters of which kind it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.stopwords import STOPWORDS

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

# The kinds of character that are counted on each line; their order is that of the columns of `Lines.counts`.
LOWER, UPPER, DIGIT, SPACE, TERMINAL, COMMA, QUOTE, RULE, OTHER = range(9)
KINDS = 9
# Then counts of words: all, with a capital or digit first, stop words.
WORDS, CAPITALISED, STOPS = range(KINDS, KINDS + 3)
COLUMNS = KINDS + 3

_MARKER = re.compile(r"(?:[*+•·▪◦‣●■»›>o-]|\(?\d{1,2}[.)])\s+(?=\S)")
_TABLE_SIZE = 0x3000  # code points above are letters, for our purpose
_WIDE_TERMINAL = (0x3002, 0xFF01, 0xFF1F)  # 。！？
_WIDE_COMMA = (0x3001, 0xFF0C, 0xFF1B)  # 、，；
WIDE_CHARS_PER_WORD = 2  # Chinese and Japanese put no spaces between words; most words have two characters


def _kind_table() -> NDArray[np.uint8]:
    table = np.full(_TABLE_SIZE + 1, OTHER, np.uint8)
    for code in range(_TABLE_SIZE):
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
    table[_TABLE_SIZE] = LOWER
    return table


_KIND = _kind_table()
MAX_LINES = 20_000  # that are not blank; the longest page seen has 3,000
SPLIT = {
    code: ("0" if chr(code).isdigit() else " ")
    for code in range(_TABLE_SIZE)
    if not chr(code).isalpha() and chr(code) not in "'’"
} | {ord("’"): "'"}


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
        marker = _MARKER.match(line)
        texts.append(line[marker.end() :] if marker and not line[0].isdigit() else line)
        marked.append(marker is not None)
        gaps.append(gap)
        gap = 0
    words = [line.lower().translate(SPLIT).split() for line in texts]
    n = len(texts)
    return Lines(
        texts, words, np.array(gaps, np.int64), np.array(marked, bool),
        _counts(texts, words), np.fromiter(map(start_kind, texts), np.uint8, n),
        np.fromiter(map(end_kind, texts), np.uint8, n), cut,
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


def _counts(texts: list[str], words: list[list[str]]) -> Floats:
    """Return the columns of `Lines.counts`: characters by kind, counted over the whole text at once, and words."""
    n = len(texts)
    table = np.zeros((n, COLUMNS), np.float32)
    if not n:
        return table
    codes = np.frombuffer("\n".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _KIND[np.minimum(codes, _TABLE_SIZE)]
    wide = codes >= _TABLE_SIZE
    east_asian = bool(wide.any())
    if east_asian:
        kinds[np.isin(codes, _WIDE_TERMINAL)] = TERMINAL
        kinds[np.isin(codes, _WIDE_COMMA)] = COMMA
    lengths = np.fromiter(map(len, texts), np.int64, n) + 1
    line = np.repeat(np.arange(n), lengths)[: len(kinds)]
    table[:, :KINDS] = np.bincount(line * KINDS + kinds, minlength=n * KINDS).reshape(-1, KINDS)
    table[:-1, SPACE] -= 1  # the line breaks
    begins_word = np.concatenate([[True], kinds[:-1] == SPACE])
    capital = begins_word & ((kinds == UPPER) | (kinds == DIGIT))
    table[:, CAPITALISED] = np.bincount(line[capital], minlength=n)
    table[:, WORDS] = np.fromiter(map(len, words), np.float32, n)
    is_stop = STOPWORDS.__contains__
    table[:, STOPS] = np.fromiter((sum(map(is_stop, lowered)) for lowered in words), np.float32, n)
    if east_asian:
        table[:, WORDS] += np.bincount(line, weights=wide, minlength=n) // WIDE_CHARS_PER_WORD
    return table
