"""Words of many lines at once: each character is folded by a table, then the lines are split at spaces."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

TABLE_SIZE = 0x3000  # few characters of news in alphabets are beyond
_BY_CONTEXT = 0


def code_points(lines: Sequence[str]) -> NDArray[np.uint32]:
    """Return the code points of the lines, a line break between two."""
    return np.frombuffer("\n".join(lines).encode("utf-32-le", "surrogatepass"), np.uint32)


class Folding:
    """Makes words of text: lower case, and of each character then what `fold` makes of it, one character or a space."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        self._fold = fold
        # by code point; 0 where the character does not say alone what becomes of it
        self.table = np.zeros(TABLE_SIZE + 1, np.uint32)  # the last is that of all beyond
        for code in range(TABLE_SIZE):
            lower = chr(code).lower()
            if len(lower) == 1 and lower != "σ":  # at the end of a word it is a ς
                self.table[code] = ord(fold(lower))
        self.table[ord("\n")] = ord("\n")

    def words_of(self, text: str) -> list[str]:
        """Return the words of one line."""
        return "".join(map(self._fold, text.lower())).split()

    def extended(self, codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
        """Return `codes` with those beyond the table numbered on from its end, the table with them, and them."""
        beyond = codes >= TABLE_SIZE
        if not beyond.any():
            return codes, self.table, codes[:0]
        distinct, places = np.unique(codes[beyond], return_inverse=True)
        numbered = codes.copy()
        numbered[beyond] = TABLE_SIZE + places
        folds = np.array([*map(self._fold_alone, map(chr, distinct.tolist())), _BY_CONTEXT], np.uint32)
        return numbered, np.append(self.table[:-1], folds), distinct

    def _fold_alone(self, char: str) -> int:
        lower = char.lower()
        if len(lower) > 1:
            return _BY_CONTEXT
        folded = self._fold(lower)
        return ord(" " if folded.isspace() else folded)

    def fold(self, lines: Sequence[str], codes: NDArray[np.uint32] | None = None) -> NDArray[np.uint32]:
        """Return the code points of the words of `lines`, none of which has a line break: spaces and breaks between.

        `codes` are their `code_points`, where the caller has them.
        """
        codes, table, _ = self.extended(code_points(lines) if codes is None else codes)
        folded = table.take(codes)
        if folded.all():
            return folded
        texts = _as_text(folded).split("\n")
        behind = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)) + 1)
        for at in set(np.searchsorted(behind, np.flatnonzero(folded == _BY_CONTEXT), side="right").tolist()):
            texts[at] = " ".join(self.words_of(lines[at]))
        return code_points(texts)

    def words_of_each(self, lines: Sequence[str]) -> list[list[str]]:
        """Return the words of each of `lines`, none of which has a line break."""
        return [line.split() for line in _as_text(self.fold(lines)).split("\n")] if lines else []

    def words_in(self, text: str) -> list[str]:
        """Return the words of all lines of `text`, in order."""
        return _as_text(self.fold(text.split("\n"))).split()


def _as_text(codes: NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


# What `\w+` finds in a text in lower case.
WORDS = Folding(lambda char: char if char.isalnum() or char == "_" else " ")
