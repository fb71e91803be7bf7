"""The words met so far: each is spelled out, lower-cased and classified once, not at each of its tokens.

Words are told apart by the ids that spaCy gives them (hashes, the same in every vocabulary). Nine words in ten of an
article were in the articles before it. What is remembered changes no result, and is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore

_MAX_WORDS = 60_000  # about 12 MB; then it begins anew
_WORD_BITS = 18  # four slots for each word of a full table
_MIN_GROWTH = 1024  # rows

Ids = NDArray[np.uint64]
Numbers = NDArray[np.intp]
_Cell = TypeVar("_Cell", bound=np.generic)


class Spellings:
    """Strings under numbers in order of their first sight; number 0 is the empty string.

    The lowest bits of an id are its slot in a table, so that numpy looks up all ids of an article at once. Of ids that
    share a slot the last one learnt has it; a dict knows the others. Looking up each in the dict takes several times as
    long.
    """

    def __init__(self, bits: int) -> None:
        self._mask = np.uint64((1 << bits) - 1)
        self._slots: Numbers = np.zeros(1 << bits, dtype=np.intp)
        self._number: dict[int, int] = {0: 0}
        self._ids: Ids = np.zeros(1, dtype=np.uint64)
        self.spelled: NDArray[np.object_] = np.array([""], dtype=object)

    def __len__(self) -> int:
        return len(self._number)

    def numbers(self, ids: Ids, strings: StringStore) -> Numbers:
        """Return the numbers of the strings with these ids, learning those that are new."""
        found: Numbers = self._slots.take((ids & self._mask).view(np.intp))
        elsewhere = (self._ids.take(found) != ids).nonzero()[0]
        if len(elsewhere):
            others: list[int] = ids[elsewhere].tolist()
            if new := set(others).difference(self._number):
                self._learn(new, strings)
            found[elsewhere] = [self._number[key] for key in others]
        return found

    def _learn(self, new: Collection[int], strings: StringStore) -> None:
        begin, after = len(self), len(self) + len(new)
        self._number.update(zip(new, range(begin, after), strict=True))
        self._ids, self.spelled = with_room(self._ids, after), with_room(self.spelled, after)
        ids = np.array(list(new), dtype=np.uint64)
        self._ids[begin:after] = ids
        self._slots[ids & self._mask] = np.arange(begin, after)
        self.spelled[begin:after] = [strings[key] for key in new]


def with_room(column: NDArray[_Cell], rows: int) -> NDArray[_Cell]:
    """Return the column with at least so many rows."""
    if rows <= len(column):
        return column
    return np.concatenate([column, np.zeros(rows - len(column) + _MIN_GROWTH, dtype=column.dtype)])


class Lexemes:
    """Words under numbers, as columns: `spelled[numbers]` are the words of tokens, `chars[numbers]` their lengths."""

    def __init__(self) -> None:
        self._spellings = Spellings(_WORD_BITS)
        self._known = 0
        self.lower: NDArray[np.object_] = np.empty(0, dtype=object)
        self.chars: Numbers = np.empty(0, dtype=np.intp)

    def __len__(self) -> int:
        return len(self._spellings)

    @property
    def spelled(self) -> NDArray[np.object_]:
        """The words."""
        return self._spellings.spelled

    def numbers(self, ids: Ids, strings: StringStore) -> Numbers:
        """Return the numbers of words, learning those that are new."""
        found = self._spellings.numbers(ids, strings)
        if self._known < len(self):
            words = self.words(self._known)
            self.lower, self.chars = with_room(self.lower, len(self)), with_room(self.chars, len(self))
            self.lower[self._known : len(self)] = [word.lower() for word in words]
            self.chars[self._known : len(self)] = [len(word) for word in words]
            self._known = len(self)
        return found

    def words(self, begin: int) -> list[str]:
        """Return the words from number `begin` on."""
        found: list[str] = self.spelled[begin : len(self)].tolist()
        return found


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
        self._flags: NDArray[np.bool_] = np.zeros(0, dtype=bool)

    def tokens(self, table: Lexemes, numbers: Numbers) -> Numbers:
        """Return at which positions of `numbers` a word of this class stands."""
        if table is not self._table:
            self._table, self._known = table, 0
        if self._known < len(table):
            self._flags = with_room(self._flags, len(table))
            self._flags[self._known : len(table)] = [self._test(word) for word in table.words(self._known)]
            self._known = len(table)
        found: Numbers = self._flags.take(numbers).nonzero()[0]
        return found
