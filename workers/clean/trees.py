"""Boosted oblivious trees, applied with numpy alone: a small array file in place of a heavy runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ROWS_AT_ONCE = 2_000  # bounds the memory of one step to about 20 MB whatever the page


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose nodes of one level all ask the same question, `row[feature] > border`.

    A tree is `depth` questions; their answers, read as a binary number with the first question lowest, choose a leaf.
    """

    features: NDArray[np.int64]  # (trees, depth)
    borders: Floats  # (trees, depth)
    leaves: Floats  # (trees, 2 ** depth), in log-odds
    bias: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> Forest:
        """Return the forest in an opened `.npz` file."""
        return cls(
            np.asarray(arrays["features"], np.int64),
            np.asarray(arrays["borders"], np.float32),
            np.asarray(arrays["leaves"], np.float32),
            float(arrays["bias"]),
        )

    def probability(self, rows: Floats) -> Floats:
        """Return the probability of each row of `rows`, (rows, features)."""
        parts = [self._log_odds(rows[start : start + ROWS_AT_ONCE]) for start in range(0, len(rows), ROWS_AT_ONCE)]
        return np.asarray(1 / (1 + np.exp(-np.concatenate(parts))), np.float32) if parts else np.zeros(0, np.float32)

    def _log_odds(self, rows: Floats) -> Floats:
        trees, depth = self.features.shape
        columns = np.ascontiguousarray(rows.T)  # gathering whole columns is three times as fast as single values
        leaf = np.zeros((trees, len(rows)), np.int32)
        for level in range(depth):
            leaf += (columns[self.features[:, level]] > self.borders[:, level, None]).astype(np.int32) << level
        leaf += np.arange(trees, dtype=np.int32)[:, None] << depth
        return np.asarray(self.leaves.ravel()[leaf].sum(axis=0, dtype=np.float32) + self.bias, np.float32)
