"""The second look: each paragraph again, knowing what the first look thought of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.features import best_stretch, distance_to, shift, window_sums
from workers.clean.flat.lines import Floats

SURE, UNLIKELY = 0.7, 0.15  # first-look probabilities that count as article and as clutter
FAR_WORDS = 1_000


def stretch_features(probability: Floats, words: Floats) -> Floats:
    """Return one row a paragraph from the first look's probabilities and the words of each: (paragraphs, features)."""
    n = len(probability)
    odds = np.clip(np.log((probability + 1e-4) / (1 - probability + 1e-4)), -5, 5).astype(np.float32)
    weight = np.minimum(words, 60) + 2
    mass = (probability * weight).astype(np.float32)
    total = float(mass.sum()) + 1e-6
    columns: list[NDArray[Any]] = [probability, *(shift(odds, by, -6) for by in (1, -1, 2, -2, 3, -3))]
    for reach in (2, 5, 10, 25):
        for part, whole in zip(window_sums(mass, reach), window_sums(weight, reach), strict=True):
            columns.append(part / np.maximum(whole, 1))
    earlier = np.cumsum(mass) - mass
    later = total - earlier - mass
    columns += [earlier / total, later / total, np.minimum(earlier, 3_000), np.minimum(later, 3_000)]
    sure = probability > SURE
    columns += [
        *distance_to(sure),
        *distance_to(probability < UNLIKELY),
        *distance_to((probability > 0.85) & (words > 20)),
    ]
    at = np.arange(n)
    stretch = (0, 0)
    for bias in (1.0, 0.0):
        stretch = start, end = best_stretch((odds - bias) * np.sqrt(weight))
        columns += [((at >= start) & (at < end)).astype(np.float32), np.clip(at - start, -40, 40).astype(np.float32),
                    np.clip(end - at, -40, 40).astype(np.float32)]  # fmt: skip
    columns += _words_between(sure, words)
    start, end = stretch
    inside = probability[start:end]
    kept = probability > 0.5
    document = [
        total, float(mass[start:end].sum()) / total, kept.sum(), np.abs(np.diff(kept.astype(np.int8))).sum(),
        inside.mean() if len(inside) else 0.0, (np.abs(probability - 0.5) < 0.3).mean(),
    ]  # fmt: skip
    rows = np.stack(columns, axis=1).astype(np.float32)
    return np.concatenate([rows, np.broadcast_to(np.array(document, np.float32), (n, len(document)))], axis=1)


def _words_between(sure: NDArray[np.bool_], words: Floats) -> list[Floats]:
    """Return how many words lie between each paragraph and the nearest sure one before and behind it."""
    behind = np.cumsum(words)
    before = behind - words
    last = np.maximum.accumulate(np.where(sure, behind, -np.inf))
    last = np.concatenate([[-np.inf], last[:-1]])
    following = np.minimum.accumulate(np.where(sure, before, np.inf)[::-1])[::-1]
    following = np.concatenate([following[1:], [np.inf]])
    return [np.minimum(before - last, FAR_WORDS), np.minimum(following - behind, FAR_WORDS)]
