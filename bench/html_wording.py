"""Learns which words speak for the article and which for clutter (`workers.clean.wording`), from labelled pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.html_pages import LabelledPage, block_weights, fold_of
from workers.clean.wording import OPENING, Wording

MIN_SITES = 8  # that have a phrase: one site's own turns of phrase tell nothing of the next
PHRASES = 8_000  # kept; ranked on two folds by area under the curve, WCXB: 2,000 .908, 4,000 .910, 8,000 .912, all .913
STRENGTH = 0.1  # inverse of the penalty; .03 to .3 did the same
WORD_WEIGHT_POWER = 0.5  # of a block's words
PARTS = 4  # of the pages: the classifier learns from the figures of weights that did not see the page's site


def figures(pages: Sequence[LabelledPage]) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[Any]]]:
    """Return, by page, the columns of `workers.clean.wording` as a page of an unseen site has them; and the weights.

    The weights, learnt from all pages, are the arrays that `Wording.from_arrays` reads.
    """
    counts, phrases, sites = _counts(pages)
    labels = np.concatenate([page.labels for page in pages]) > 0
    weights = np.concatenate([block_weights(page, WORD_WEIGHT_POWER) for page in pages])
    parts = np.repeat([fold_of(f"{page.site} words", PARTS) for page in pages], [len(page.labels) for page in pages])
    every = np.arange(len(phrases))
    columns: dict[str, NDArray[np.float32]] = {}
    for part in range(PARTS):
        rest = parts != part
        model = _fitted(counts[rest], labels[rest], weights[rest])
        wording = Wording.from_arrays(_arrays(model, phrases, every))
        for page in pages:
            if fold_of(f"{page.site} words", PARTS) == part:
                columns[page.page_id] = wording.columns(page.worded)
    rank = -np.abs(_fitted(counts, labels, weights).coef_[0]) * np.sqrt(sites)
    chosen = np.sort(np.argsort(rank, kind="stable")[:PHRASES])
    return columns, _arrays(_fitted(counts[:, chosen], labels, weights), phrases, chosen)


def _counts(pages: Sequence[LabelledPage]) -> tuple[Any, list[str], NDArray[np.int64]]:
    """Return how often each block has each phrase, the phrases, and on how many sites each of them is."""
    from scipy.sparse import csr_matrix

    seen_on: defaultdict[str, set[str]] = defaultdict(set)
    for page in pages:
        for words in page.worded.texts:
            for phrase in _phrases(words):
                seen_on[phrase].add(page.site)
    phrases = sorted(phrase for phrase, sites in seen_on.items() if len(sites) >= MIN_SITES)
    places = {phrase: place for place, phrase in enumerate(phrases)}
    columns: list[int] = []
    ends = [0]
    for page in pages:
        for words in page.worded.texts:
            columns += [places[phrase] for phrase in _phrases(words) if phrase in places]
            ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(ends) - 1, len(phrases)))
    matrix.sum_duplicates()
    return matrix, phrases, np.array([len(seen_on[phrase]) for phrase in phrases])


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """Yield the words, and the pairs of them with a space, the first with what stands before it."""
    yield from words
    for first, second in zip((OPENING, *words), words, strict=False):
        yield f"{first} {second}"


def _fitted(counts: Any, labels: NDArray[np.bool_], weights: NDArray[np.float32]) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, solver="liblinear").fit(counts, labels, sample_weight=weights)


def _arrays(model: Any, phrases: Sequence[str], chosen: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the weights of the `chosen` phrases as `Wording.from_arrays` reads them."""
    return {
        "phrases": np.frombuffer("\n".join(phrases[place] for place in chosen).encode(), np.uint8),
        "phrase_weights": model.coef_[0].round(3).astype(np.float32),
        "phrase_bias": np.array(model.intercept_[0]),
    }
