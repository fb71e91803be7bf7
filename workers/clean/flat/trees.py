"""Boosted oblivious trees, read from one small array file and applied with numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble in which every node of one level of a tree asks the same question: `x[feature] > border`.

    So a tree is `depth` questions and `2**depth` leaves, and a whole ensemble is applied to all rows at once.
    """

    features: NDArray[np.int64]  # (trees × depth), level by level within a tree, the lowest bit first
    borders: Floats  # the same shape
    leaves: Floats  # (trees × 2**depth)
    depth: int
    bias: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], name: str) -> Trees:
        """Return the ensemble called `name` in an opened `.npz` file."""
        leaves = np.asarray(arrays[f"{name}.leaves"], np.float32)
        features = np.asarray(arrays[f"{name}.features"], np.int64)
        depth = int(np.log2(leaves.shape[1]))
        bias = float(np.asarray(arrays[f"{name}.bias"], np.float64))
        return cls(
            features.ravel(), np.asarray(arrays[f"{name}.borders"], np.float32).ravel(), leaves.ravel(), depth, bias
        )

    def log_odds(self, rows: Floats) -> Floats:
        """Return the log-odds of each row of `rows`, (rows, features)."""
        trees = len(self.features) // self.depth
        columns = np.ascontiguousarray(rows.T)  # so that a question is asked of all rows in one sweep
        above = (columns[self.features] > self.borders[:, None]).reshape(trees, self.depth, len(rows))
        leaf = np.repeat((np.arange(trees, dtype=np.int32) << self.depth)[:, None], len(rows), axis=1)
        for level in range(self.depth):
            leaf += above[:, level].astype(np.int32) << level
        total: Floats = self.leaves[leaf].sum(axis=0, dtype=np.float32) + np.float32(self.bias)
        return total

    def probability(self, rows: Floats) -> Floats:
        """Return the probability of each row of `rows`."""
        return 1 / (1 + np.exp(-self.log_odds(rows)))
