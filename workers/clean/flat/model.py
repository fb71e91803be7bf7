"""The learnt part of the flat path: one array file, read once a process with numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.lexical import WordWeights
from workers.clean.trees import Forest

VERSION = "2"
ARTEFACT = "flat_model.npz"  # made by `python -m bench.train_flat`; see docs/flat.md for data and licence


@dataclass(frozen=True, slots=True)
class FlatModel:
    """Which line breaks are inside paragraphs, which paragraphs are the article, and the weights of words."""

    version: str
    joins: Forest
    paragraphs: Forest
    stretches: Forest
    words: WordWeights
    join_threshold: float


@cache
def load_model() -> FlatModel:
    """Return the model that came with this version."""
    with as_file(files(__package__) / ARTEFACT) as path, np.load(path, allow_pickle=False) as arrays:
        return from_arrays(arrays)


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> FlatModel:
    """Return the model in an opened artefact."""
    words = bytes(arrays["words"]).decode().split("\n")
    weights = (arrays["weights"].astype(np.float32) * float(arrays["weight_step"])).tolist()
    return FlatModel(
        version=str(arrays["version"]),
        joins=Forest.from_arrays(arrays, "joins"),
        paragraphs=Forest.from_arrays(arrays, "paragraphs"),
        stretches=Forest.from_arrays(arrays, "stretches"),
        words=WordWeights.of(dict(zip(words, weights, strict=True))),
        join_threshold=float(arrays["join_threshold"]),
    )
