"""What the words of a block, and of those around it, say about it: by weights of words and pairs that were learnt.

Clutter has turns of phrase ('min read', 'may earn a commission', 'consult a professional') that no list has all of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from workers.clean.blocks import Block
from workers.clean.pairs import PairWeights
from workers.clean.running import RunningWords, numbered

Floats: TypeAlias = NDArray[np.float32]

COLUMNS = ("own", "near2", "near8", "kind", "parent", "before", "after")
WIDTHS = (2, 8)  # blocks to each side
OPENING = ""  # stands before the first word: `by` opens a byline, and is in any sentence


@dataclass(frozen=True, slots=True)
class Wording:
    """How much each word, and each pair of words in a row, speaks for the article: log-odds that add up."""

    numbers: Mapping[str, int]  # of the words of all phrases
    alone: NDArray[np.float64]  # by number
    pairs: PairWeights
    bias: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Self:
        """Return what `phrases` (UTF-8, a line each, a space in a pair), `phrase_weights` and `phrase_bias` hold."""
        phrases = [phrase.split(" ") for phrase in bytes(arrays["phrases"]).decode().split("\n")]
        weights = np.asarray(arrays["phrase_weights"], np.float64)
        numbers = numbered([OPENING, *chain.from_iterable(phrases)])
        alone = np.zeros(len(numbers) + 1)
        pairs: dict[tuple[int, int], float] = {}
        for words, weight in zip(phrases, weights.tolist(), strict=True):
            if len(words) == 1:
                alone[numbers[words[0]]] = weight
            else:
                first, second = (numbers[word] for word in words)
                pairs[first, second] = weight
        return cls(numbers, alone, PairWeights.of(pairs, len(alone)), float(arrays["phrase_bias"]))

    def scores(self, texts: Sequence[Sequence[str]]) -> Floats:
        """Return the log-odds that each list of words is the article's."""
        running = RunningWords.of(texts)
        words = running.numbers(self.numbers)
        before = np.roll(words, 1)
        before[running.firsts] = self.numbers[OPENING]
        sums = running.sums(self.alone[words]) + self.pairs.sums(before, words, running.text, len(texts))
        return sums.astype(np.float32) + np.float32(self.bias)

    def columns(self, page: Worded) -> Floats:
        """Return the figures of each block of a page, (blocks, `COLUMNS`)."""
        return page.columns(self.scores(page.texts))


@dataclass(frozen=True, slots=True)
class Worded:
    """The words at the head of each block of a page, and the numbers of its kind (tag and classes) and its parent."""

    texts: Sequence[Sequence[str]]
    kinds: NDArray[np.int64]
    parents: NDArray[np.int64]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Self:
        """Return what of `blocks` the figures are made of."""
        return cls(
            [block.words for block in blocks],
            _numbered([block.place.signature for block in blocks]),
            _numbered([id(block.place.parent) for block in blocks]),
        )

    def columns(self, scores: Floats) -> Floats:
        """Return, (blocks, `COLUMNS`), the scores of each block, those around it, of its kind and of its parent.

        Means are weighted by the root of the words, as the classifier's rows are.
        """
        if not len(scores):
            return np.zeros((0, len(COLUMNS)), np.float32)
        weights = np.sqrt(np.array([len(words) + 1 for words in self.texts], np.float64))
        weighted = scores * weights
        indices = np.arange(len(scores))
        around = []
        for width in WIDTHS:
            low, high = np.maximum(0, indices - width), np.minimum(len(scores), indices + width + 1)
            sums, totals = (np.concatenate([[0.0], np.cumsum(values)]) for values in (weighted, weights))
            around.append((sums[high] - sums[low]) / (totals[high] - totals[low]))
        grouped = [
            (np.bincount(group, weighted) / np.bincount(group, weights))[group] for group in (self.kinds, self.parents)
        ]
        before, after = np.concatenate([[0.0], scores[:-1]]), np.concatenate([scores[1:], [0.0]])
        return np.stack([scores, *around, *grouped, before, after], axis=1).astype(np.float32)


def _numbered(keys: Sequence[str | int]) -> NDArray[np.int64]:
    numbers: dict[str | int, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
