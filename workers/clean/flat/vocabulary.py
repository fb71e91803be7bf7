"""The words of a text as numbers: what is asked of every word is asked of each distinct one, once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lines import Ints
from workers.clean.flat.stopwords import STOPWORDS

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The distinct words of a text and where each stands."""

    words: list[str]  # each once; the arrays below name them by their place here
    stops: Flags  # (words,), which are function words
    tokens: list[str]  # the words in the order of the text
    running: Ints  # (tokens,), the same as numbers
    paragraph: Ints  # (tokens,), where each of `running` stands
    lengths: Ints  # (paragraphs,), in tokens
    each: Ints  # the words of a paragraph without repetition, paragraph after paragraph
    each_paragraph: Ints  # where each of `each` stands

    @classmethod
    def of(cls, paragraphs: Sequence[Sequence[str]]) -> Vocabulary:
        """Return the vocabulary of paragraphs given as their words."""
        tokens = list(chain.from_iterable(paragraphs))
        words = list(dict.fromkeys(tokens))
        numbers = dict(zip(words, range(len(words)), strict=True))
        running = np.fromiter(map(numbers.__getitem__, tokens), np.int64, len(tokens))
        lengths = np.fromiter(map(len, paragraphs), np.int64, len(paragraphs))
        paragraph = np.repeat(np.arange(len(paragraphs)), lengths)
        pairs = np.sort(paragraph * len(words) + running)
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        each_paragraph, each = np.divmod(pairs, max(len(words), 1))
        return cls(words, cls._which(words, STOPWORDS), tokens, running, paragraph, lengths, each, each_paragraph)

    @staticmethod
    def _which(words: Sequence[str], among: Collection[str]) -> Flags:
        return np.fromiter(map(among.__contains__, words), bool, len(words))

    def which(self, among: Collection[str]) -> Flags:
        """Return which of the words are in `among` (a set), (words,)."""
        return self._which(self.words, among)

    def count(self, wanted: Flags) -> Ints:
        """Return how many distinct words of each paragraph are `wanted`, (paragraphs,)."""
        return np.bincount(self.each_paragraph[wanted[self.each]], minlength=len(self.lengths))

    def words_in(self, paragraphs: Flags) -> Flags:
        """Return which words stand in any of the paragraphs, (words,)."""
        found = np.zeros(len(self.words), bool)
        found[self.running[paragraphs[self.paragraph]]] = True
        return found
