"""What the words of a paragraph speak for: learnt weights of words, of pairs, and of the first and last word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lines import Floats
from workers.clean.flat.vocabulary import Vocabulary, WordTable
from workers.clean.pairs import PairWeights

EDGE_WORDS = 24  # words at either end of a paragraph whose weights count: the rest says little more


def lexical_tokens(words: Sequence[str]) -> list[str]:
    """Return the tokens whose weights are learnt: words, pairs of words, and the first and last word as such."""
    if len(words) > 2 * EDGE_WORDS:
        words = [*words[:EDGE_WORDS], *words[-EDGE_WORDS:]]
    if not words:
        return []
    pairs = [f"{a} {b}" for a, b in pairwise(words)] if len(words) <= EDGE_WORDS else []
    return [*words, *pairs, f"^{words[0]}", f"{words[-1]}$"]


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The weights of tokens as `lexical_tokens` writes them, in arrays, so that no token has to be written out."""

    numbers: WordTable  # of the words of all tokens; 0 is any other word
    alone: NDArray[np.float64]  # by number, as the next two
    first: NDArray[np.float64]
    last: NDArray[np.float64]
    pairs: PairWeights

    @classmethod
    def of(cls, weights: Mapping[str, float]) -> WordWeights:
        """Return the weights of tokens given by token."""
        words = {word for token in weights for word in token.removeprefix("^").removesuffix("$").split(" ")}
        numbers = {word: number for number, word in enumerate(sorted(words), start=1)}
        size = len(numbers) + 1
        alone, first, last = np.zeros((3, size))
        pairs: dict[tuple[int, int], float] = {}
        for token, weight in weights.items():
            if " " in token:
                before, after = (numbers[word] for word in token.split(" "))
                pairs[before, after] = weight
            elif token.startswith("^"):
                first[numbers[token[1:]]] = weight
            elif token.endswith("$"):
                last[numbers[token[:-1]]] = weight
            else:
                alone[numbers[token]] = weight
        return cls(WordTable(numbers), alone, first, last, PairWeights.of(pairs, size))

    def score(self, text: Vocabulary) -> Floats:
        """Return for each paragraph the sum of its tokens' weights, over the square root of their number and one."""
        tokens = self.numbers.of(text.words.hashes)[text.running]
        lengths, n = text.lengths, len(text.lengths)
        some = np.flatnonzero(lengths)
        ends = text.ends()
        alone = self.alone[tokens]
        for at in np.flatnonzero(lengths > 2 * EDGE_WORDS).tolist():
            alone[ends[at] - lengths[at] + EDGE_WORDS : ends[at] - EDGE_WORDS] = 0
        total: Floats = np.zeros(n) + np.bincount(text.paragraph, alone, n)
        total[some] += self.first[tokens[(ends - lengths)[some]]] + self.last[tokens[ends[some] - 1]]
        short = lengths <= EDGE_WORDS
        counted = text.beside & short[text.paragraph[:-1]]
        total = total + self.pairs.sums(tokens[:-1], tokens[1:], text.paragraph[:-1], n, among=counted)
        count = np.minimum(lengths, 2 * EDGE_WORDS) + np.where(short, lengths - 1, 0) + 2
        return np.where(lengths > 0, total / np.sqrt(1 + count), 0.0)
