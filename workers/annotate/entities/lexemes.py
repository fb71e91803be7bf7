"""The words met so far: each is spelled out, lower-cased and classified once, not at each of its tokens.

Words are told apart by the ids that spaCy gives them (hashes, the same in every vocabulary). Nine words in ten of an
article were in the articles before it. What is remembered changes no result, and is bounded.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore

_MAX_WORDS = 60_000  # about 10 MB; then it begins anew

Numbers = NDArray[np.intp]


class Lexemes:
    """Words under numbers from 0, as columns: `spelled[numbers]` are the words of tokens."""

    def __init__(self) -> None:
        self._number: dict[int, int] = {}
        self._words: list[str] = []
        self.spelled: NDArray[np.object_] = np.empty(0, dtype=object)
        self.lower: NDArray[np.object_] = np.empty(0, dtype=object)

    def __len__(self) -> int:
        return len(self._words)

    def numbers(self, ids: list[int], strings: StringStore) -> Numbers:
        """Return the numbers of words, learning those that are new."""
        number = self._number
        try:
            return np.array([number[key] for key in ids], dtype=np.intp)
        except KeyError:
            self._learn(set(ids).difference(number), strings)
            return np.array([number[key] for key in ids], dtype=np.intp)

    def words(self, begin: int) -> list[str]:
        """Return the words from number `begin` on."""
        return self._words[begin:]

    def _learn(self, ids: set[int], strings: StringStore) -> None:
        for key in ids:
            self._number[key] = len(self._words)
            self._words.append(strings[key])
        if len(self._words) > len(self.spelled):
            empty = np.empty(len(self._words) + 1024, dtype=object)
            self.spelled, self.lower = (np.concatenate([column, empty]) for column in (self.spelled, self.lower))
        begin = len(self._words) - len(ids)
        self.spelled[begin : len(self._words)] = self._words[begin:]
        self.lower[begin : len(self._words)] = [word.lower() for word in self._words[begin:]]


_lexemes = Lexemes()


def lexemes() -> Lexemes:
    """Return the table that this process shares; a new one where the old one is full."""
    global _lexemes
    if len(_lexemes) > _MAX_WORDS:
        _lexemes = Lexemes()
    return _lexemes


class WordClass:
    """Words that `test` holds for. Each is asked about once; then a token costs an index."""

    def __init__(self, test: Callable[[str], bool]) -> None:
        self._test = test
        self._table: Lexemes | None = None
        self._known = 0
        self._flags = np.zeros(0, dtype=bool)

    def tokens(self, table: Lexemes, numbers: Numbers) -> Numbers:
        """Return at which positions of `numbers` a word of this class stands."""
        if table is not self._table:
            self._table, self._known = table, 0
        if self._known < len(table):
            if len(self._flags) < len(table):
                self._flags = np.concatenate([self._flags, np.zeros(len(table.spelled), dtype=bool)])
            self._flags[self._known : len(table)] = [self._test(word) for word in table.words(self._known)]
            self._known = len(table)
        return np.flatnonzero(self._flags[numbers])
