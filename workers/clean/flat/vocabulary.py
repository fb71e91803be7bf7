"""The words of a text as numbers: hashed all at once, so that no word is written out nor looked up by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.clean.fingerprint import mixed
from workers.clean.folding import code_points

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Hashes = NDArray[np.uint64]

BASE = 0x9E3779B97F4A7C15  # odd, so that its powers have inverses; its bits are those of the golden ratio
_POWERS_KEPT = 1 << 15  # 0.5 MB; a longer text works out its own


def _powers_of(base: int, count: int) -> Hashes:
    """Return the powers of `base` from the 0th on, of which 64 bits are kept."""
    powers = np.full(count, base & (1 << 64) - 1, np.uint64)
    powers[:1] = 1
    return np.multiply.accumulate(powers)


_INVERSE = pow(BASE, -1, 1 << 64)
_POWERS, _INVERSES = _powers_of(BASE, _POWERS_KEPT), _powers_of(_INVERSE, _POWERS_KEPT)


def hash_runs(values: NDArray[np.unsignedinteger], starts: Ints, ends: Ints) -> Hashes:
    """Return a 64-bit hash of each run `values[start:end]`: Rabin and Karp's polynomial (1987), mixed; 0 of no values.

    The same values give the same hash wherever they stand: all powers are of places in the whole, of which each run's
    first is taken back.
    """
    n = len(values)
    powers, inverses = (_POWERS, _INVERSES) if n <= _POWERS_KEPT else (_powers_of(BASE, n), _powers_of(_INVERSE, n))
    sums = np.zeros(n + 1, np.uint64)
    np.cumsum(values * powers[:n], out=sums[1:])
    return mixed((sums[ends] - sums[starts]) * inverses[np.minimum(starts, len(inverses) - 1)])


def hash_words(words: Sequence[str]) -> Hashes:
    """Return the hashes of `words`, folded as `lines.words_of` folds them, (words,)."""
    behind = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)) + 1)
    return hash_runs(code_points(words), np.append(0, behind[:-1])[: len(words)], behind - 1)


class WordTable:
    """Numbers of words: of each of `values` its own, of all other words 0."""

    def __init__(self, values: Mapping[str, int]) -> None:
        hashes = hash_words(list(values))
        order = np.argsort(hashes)
        self._hashes = np.append(hashes[order], np.uint64(0))
        self._values = np.append(np.fromiter(values.values(), np.int64, len(values))[order], 0)

    def of(self, hashes: Hashes) -> Ints:
        """Return the number of each word, given as hashes."""
        at = np.searchsorted(self._hashes[:-1], hashes)
        numbers: Ints = self._values[at] * (self._hashes[at] == hashes)
        return numbers


@dataclass(frozen=True, slots=True)
class Words:
    """The words of lines: the distinct ones, in any order, and where each stands."""

    hashes: Hashes  # (distinct,); the other arrays name words by their place here
    chars: Ints  # (distinct,)
    running: Ints  # (words,), all words in the order of the text
    lengths: Ints  # (lines,), in words

    @classmethod
    def of(cls, folded: NDArray[np.uint32], lines: int) -> Words:
        """Return the words of so many lines that are `folded` (see `Folding.fold`)."""
        inked = np.zeros(len(folded) + 2, bool)
        np.greater(folded, ord(" "), out=inked[1:-1])
        edges = np.flatnonzero(inked[1:] != inked[:-1])
        starts, ends = edges[::2], edges[1::2]
        hashes = hash_runs(folded, starts, ends)
        order = np.argsort(hashes)
        in_order = hashes[order]
        new = np.ones(len(hashes), bool)
        np.not_equal(in_order[1:], in_order[:-1], out=new[1:])
        running = np.empty(len(hashes), np.int64)
        running[order] = np.cumsum(new) - 1
        behind = np.append(np.searchsorted(starts, np.flatnonzero(folded == ord("\n"))), len(starts))[:lines]
        lengths = np.diff(behind, prepend=0)
        return cls(in_order[new], (ends - starts)[order[new]], running, lengths)

    def which(self, among: Hashes) -> Flags:
        """Return which of the distinct words are `among` a few, (distinct,)."""
        found: Flags = np.logical_or.reduce(self.hashes[:, None] == among, axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a text by paragraph."""

    words: Words
    stops: Flags  # (distinct,), which words are function words
    lengths: Ints  # (paragraphs,), in words
    paragraph: Ints  # (words,), where each of the running words stands
    beside: Flags  # (words - 1,), whether the next word stands in the same paragraph
    each: Ints  # the words of a paragraph without repetition, paragraph after paragraph
    each_paragraph: Ints  # where each of `each` stands

    @classmethod
    def of(cls, words: Words, stops: Flags, lengths: Ints) -> Vocabulary:
        """Return the vocabulary of paragraphs that have so many of the running words each."""
        distinct = max(len(words.hashes), 1)
        paragraph = np.repeat(np.arange(len(lengths)), lengths)
        pairs = np.sort(paragraph * distinct + words.running)
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        each_paragraph, each = np.divmod(pairs, distinct)
        beside = paragraph[1:] == paragraph[:-1]
        return cls(words, stops, lengths, paragraph, beside, each, each_paragraph)

    @property
    def running(self) -> Ints:
        """All words in the order of the text, as their places among the distinct ones."""
        return self.words.running

    def count(self, wanted: Flags) -> Ints:
        """Return how many distinct words of each paragraph are `wanted`, (paragraphs,)."""
        return np.bincount(self.each_paragraph[wanted[self.each]], minlength=len(self.lengths))

    def words_in(self, paragraphs: Flags) -> Flags:
        """Return which words stand in any of the paragraphs, (distinct,)."""
        found = np.zeros(len(self.words.hashes), bool)
        found[self.running[paragraphs[self.paragraph]]] = True
        return found

    def ends(self) -> Ints:
        """Return where the running words of each paragraph end, (paragraphs,)."""
        return np.cumsum(self.lengths)

    def keys(self) -> Hashes:
        """Return a hash of each paragraph's words in their order: paragraphs that have the same read alike."""
        ends = self.ends()
        return hash_runs(self.words.hashes[self.running], ends - self.lengths, ends)
