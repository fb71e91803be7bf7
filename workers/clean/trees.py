"""Boosted oblivious trees, applied with numpy or the C kernel: a small array file in place of a heavy runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean import kernel

Floats = NDArray[np.float32]
ROWS_AT_ONCE = 2_000  # bounds the memory of one step to about 10 MB whatever the page
MAX_DEPTH = 8  # answers to as many questions fit a byte


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose nodes of one level all ask the same question, `row[feature] > border`.

    A tree is `depth` questions; their answers, read as a binary number with the first question lowest, choose a leaf.
    Trees share questions: each is answered once a row, a byte an answer.
    """

    features: NDArray[np.int64]  # (questions,)
    borders: Floats  # (questions,)
    questions: NDArray[np.int64]  # (trees, depth), indices into the two above
    leaves: Floats  # (trees, 2 ** depth), in log-odds
    bias: float

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any], name: str = "") -> Forest:
        """Return the forest called `name` in an opened `.npz` file; a file of one forest gives it no name.

        The file has `features` and `borders` of each tree, level by level, `leaves` and `bias`.
        """
        prefix = f"{name}." if name else ""
        leaves = np.asarray(arrays[f"{prefix}leaves"], np.float32)
        depth = leaves.shape[1].bit_length() - 1
        if depth > MAX_DEPTH:
            raise ValueError(f"{prefix}leaves: trees are {depth} deep, at most {MAX_DEPTH} levels are read")
        features = np.asarray(arrays[f"{prefix}features"], np.int64).ravel()
        borders = np.asarray(arrays[f"{prefix}borders"], np.float32).ravel()
        asked = np.empty(len(features), [("feature", np.int64), ("border", np.float32)])
        asked["feature"], asked["border"] = features, borders
        distinct, questions = np.unique(asked, return_inverse=True)
        return cls(
            np.ascontiguousarray(distinct["feature"]),
            np.ascontiguousarray(distinct["border"]),
            np.ascontiguousarray(questions.reshape(-1, depth), np.int64),
            np.ascontiguousarray(leaves),
            float(arrays[f"{prefix}bias"]),
        )

    def probability(self, rows: NDArray[np.floating[Any]]) -> Floats:
        """Return the probability of each row of `rows`, (rows, features)."""
        parts = [self._log_odds(rows[start : start + ROWS_AT_ONCE]) for start in range(0, len(rows), ROWS_AT_ONCE)]
        return np.asarray(1 / (1 + np.exp(-np.concatenate(parts))), np.float32) if parts else np.zeros(0, np.float32)

    def _log_odds(self, rows: NDArray[np.floating[Any]]) -> Floats:
        # by columns, so that a question is asked of all rows in one sweep
        columns = np.ascontiguousarray(rows.T, np.float32)
        if kernel.compiled is None or len(rows) == 1:  # numpy adds up one row in an order of its own
            return self.walk(columns) + np.float32(self.bias)
        sums = np.empty(len(rows), np.float32)
        depth = self.questions.shape[1]
        kernel.compiled.walk(columns, self.features, self.borders, self.questions, self.leaves, depth, sums)
        return sums + np.float32(self.bias)

    def walk(self, columns: Floats) -> Floats:
        """Return the sum of the leaves of each row, given as columns, (features, rows), with numpy."""
        trees, depth = self.questions.shape
        answers = (columns.take(self.features, axis=0) > self.borders[:, None]).view(np.uint8)
        leaf = answers.take(self.questions[:, 0], axis=0)
        for level in range(1, depth):
            leaf |= answers.take(self.questions[:, level], axis=0) << np.uint8(level)
        places = leaf + (np.arange(trees, dtype=np.int32) << depth)[:, None]
        return np.asarray(self.leaves.take(places).sum(axis=0, dtype=np.float32), np.float32)
