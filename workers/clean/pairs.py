"""Weights of pairs of words in a row, found for all words of a page or a text at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PairWeights:
    """The weight of each pair that has one; words are given by number, from 0 to one below `len(begins)`."""

    begins: Flags  # by number: whether it is the first word of a pair
    ends: Flags  # and the second
    codes: Ints  # number of the first word * len(begins) + number of the second, in order
    weights: NDArray[np.float64]  # of these

    @classmethod
    def of(cls, pairs: Mapping[tuple[int, int], float], size: int) -> Self:
        """Return the weights of `pairs` of so many words."""
        begins, ends = np.zeros((2, size), bool)
        for first, second in pairs:
            begins[first] = ends[second] = True
        by_code = sorted((first * size + second, weight) for (first, second), weight in pairs.items())
        codes, weights = [code for code, _ in by_code], [weight for _, weight in by_code]
        return cls(begins, ends, np.array(codes, np.int64), np.array(weights, np.float64))

    def sums(
        self, first: Ints, second: Ints, text: Ints, count: int, *, among: Flags | None = None
    ) -> NDArray[np.float64]:
        """Return, for each of `count` texts, the sum of the weights of its pairs `first[i]`, `second[i]`.

        `text` says which text each pair stands in; only pairs `among` some count, where it is given.
        """
        maybe = self.begins[first] & self.ends[second]
        at = np.flatnonzero(maybe if among is None else maybe & among)
        if not len(at):
            return np.zeros(count)
        codes = first[at] * len(self.begins) + second[at]
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        weights = np.where(self.codes[places] == codes, self.weights[places], 0.0)
        return np.asarray(np.bincount(text[at], weights, count), np.float64)
