"""The words of several texts in a row, by number: what is known of each is then a look-up in an array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
UNKNOWN = 0  # the number of all words that have no other


def numbered(words: Iterable[str]) -> dict[str, int]:
    """Return a number above `UNKNOWN` for each distinct word, in the order in which they come."""
    return {word: number for number, word in enumerate(dict.fromkeys(words), start=UNKNOWN + 1)}


@dataclass(frozen=True, slots=True)
class RunningWords:
    """All words of several texts in a row."""

    words: list[str]
    counts: Ints  # (texts,), words of each
    text: Ints  # (words,), which text each stands in

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Self:
        """Return the words of texts given as their words."""
        counts = np.fromiter(map(len, texts), np.int64, len(texts))
        return cls(list(chain.from_iterable(texts)), counts, np.repeat(np.arange(len(texts)), counts))

    @property
    def filled(self) -> Ints:
        """The texts that have words."""
        return np.flatnonzero(self.counts)

    @property
    def firsts(self) -> Ints:
        """Where the first word of each of the `filled` texts stands."""
        return (np.cumsum(self.counts) - self.counts)[self.filled]

    def numbers(self, known: Mapping[str, int]) -> Ints:
        """Return the number of each word, (words,); of words that are not `known`, `UNKNOWN`."""
        return np.fromiter(map(known.get, self.words, repeat(UNKNOWN)), np.int64, len(self.words))

    def sums(self, values: NDArray[np.floating | np.bool_ | np.integer]) -> NDArray[np.float64]:
        """Return, for each text, the sum of what its words have in `values`, (words,)."""
        return np.asarray(np.bincount(self.text, values, len(self.counts)), np.float64)
