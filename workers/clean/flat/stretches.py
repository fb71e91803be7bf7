"""The second look: each paragraph again, knowing what the first look thought of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workers.clean.flat.features import as_rows, best_stretch, distance_to, shifted, stacked, window_sums, within
from workers.clean.flat.lines import Floats

SURE, UNLIKELY = 0.7, 0.15  # first-look probabilities that count as article and as clutter
FAR_WORDS = 1_000
REACHES = (2, 5, 10, 25)  # paragraphs before and behind, over which the share of article is taken
_MASS_AND_WEIGHT = [0] * len(REACHES) + [1] * len(REACHES)
_REACH_OF_EACH = 2 * REACHES


def stretch_features(probability: Floats, words: Floats) -> Floats:
    """Return one row a paragraph from the first look's probabilities and the words of each: (paragraphs, features)."""
    n = len(probability)
    odds = within(np.log((probability + 1e-4) / (1 - probability + 1e-4)), 5).astype(np.float32)
    weight = np.minimum(words, 60) + 2
    mass = (probability * weight).astype(np.float32)
    total = float(mass.sum()) + 1e-6
    sums = window_sums(stacked(mass, weight)[_MASS_AND_WEIGHT], _REACH_OF_EACH)
    around = sums[: len(REACHES)] / np.maximum(sums[len(REACHES) :], 1)
    earlier = np.cumsum(mass) - mass
    later = total - earlier - mass
    sure = probability > SURE
    flags = stacked(sure, probability < UNLIKELY, (probability > 0.85) & (words > 20))
    columns = [
        probability, *shifted(odds[None, :], (1, -1, 2, -2, 3, -3), -6), around,
        earlier / total, later / total, np.minimum(earlier, 3_000), np.minimum(later, 3_000), distance_to(flags),
    ]  # fmt: skip
    at = np.arange(n)
    stretch = (0, 0)
    for bias in (1.0, 0.0):
        stretch = start, end = best_stretch((odds - bias) * np.sqrt(weight))
        columns += [(at >= start) & (at < end), within(at - start, 40), within(end - at, 40)]
    columns += _words_between(sure, words)
    start, end = stretch
    inside = probability[start:end]
    kept = probability > 0.5
    document = [
        total, float(mass[start:end].sum()) / total, float(np.count_nonzero(kept)),
        float(np.count_nonzero(kept[1:] != kept[:-1])),
        float(inside.mean()) if len(inside) else 0.0, np.count_nonzero(np.abs(probability - 0.5) < 0.3) / n,
    ]  # fmt: skip
    return as_rows(columns, document, n)


def _words_between(sure: NDArray[np.bool_], words: Floats) -> list[Floats]:
    """Return how many words lie between each paragraph and the nearest sure one before and behind it."""
    behind = np.cumsum(words)
    before = behind - words
    last = np.maximum.accumulate(np.where(sure, behind, -np.inf))
    last = np.concatenate([[-np.inf], last[:-1]])
    following = np.minimum.accumulate(np.where(sure, before, np.inf)[::-1])[::-1]
    following = np.concatenate([following[1:], [np.inf]])
    return [np.minimum(before - last, FAR_WORDS), np.minimum(following - behind, FAR_WORDS)]
