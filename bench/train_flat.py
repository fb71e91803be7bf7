"""Trains the flat path: `python -m bench.train_flat` writes `workers/clean/flat/flat_model.npz`.

Needs the dependency group `train` (catboost, scikit-learn, inscriptis, beautifulsoup4) and the evaluation folder.
`--cross-validate` measures instead of writing: five folds over sites, never a site on both sides, wrapped stories in
wrappers that the fold did not train on.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.flat_pages import (
    CLUTTER,
    CONTENT,
    UNKNOWN,
    FlatPage,
    locate,
    read_pages,
    read_wrappers,
    squeeze,
    stories_of,
    wrapped_pages,
)
from workers.clean.flat import model as flat_model
from workers.clean.flat.features import Units, look_at, unit_features
from workers.clean.flat.join import join_features
from workers.clean.flat.lexical import WordWeights, lexical_tokens
from workers.clean.flat.lines import WORDS, Floats, read_lines
from workers.clean.flat.paragraphs import put_together
from workers.clean.flat.stretches import stretch_features
from workers.clean.trees import Forest

FOLDS = 5
SEED = 1
JOIN_THRESHOLD = 0.65  # of breaks inside paragraphs .88 found, .86 right (benchmark pages, newline a text node)
JOIN_SHARE = 0.2  # of the pages whose line breaks are learnt from: more changed nothing
WEIGHT_STEP = 0.05  # of the words' weights, kept as whole numbers of it
MIN_SITES = 8  # a word must stand on pages of as many sites, or its weight learns a site
WRAPPED_EACH = 2
FOREIGN_SHARE = 0.15  # of pages seen once more with their words hidden, as pages in other languages are read
HEADLINE_SHARE = 0.4  # of titled pages that are given their headline, as many scrapers give it

Arrays = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Example:
    """A page as the classifier sees it."""

    page: FlatPage
    units: Units
    labels: NDArray[np.int8]
    fold: int
    headline: str | None = None
    foreign: bool | None = None


def folds_of(pages: Sequence[FlatPage]) -> dict[str, int]:
    """Return the fold of each site, by chance."""
    sites = sorted({page.site for page in pages})
    random.Random(SEED).shuffle(sites)
    return {site: number % FOLDS for number, site in enumerate(sites)}


# Joining ------------------------------------------------------------------------------------------------------------


def join_table(pages: Sequence[FlatPage], folds: Mapping[str, int]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return features, labels, weights and folds of the line breaks; a break is inside a paragraph if it is inside a
    block element of the page (the style `blocks` tells)."""
    blocks = {p.page_id: squeeze(p.flat, p.labels) for p in pages if p.style == "blocks"}
    tables, labels, weights, fold = [], [], [], []
    rng = random.Random(SEED)
    for page in pages:
        if page.page_id not in blocks or page.group == "wrapped" or rng.random() > JOIN_SHARE:
            continue
        stream, spread, ends = blocks[page.page_id]
        lines = read_lines(page.flat)
        rows = join_features(lines)
        places = locate(lines.texts, stream)
        for row, left, right in zip(rows, places, places[1:], strict=False):
            if left and right:
                inside = left[1] == right[0] and left[1] not in ends
                tables.append(row)
                labels.append(inside)
                content = spread[left[1] - 1] == CONTENT or spread[right[0]] == CONTENT
                weights.append(1.0 if content else 0.3)
                fold.append(folds[page.site])
    return (
        np.array(tables, np.float32),
        np.array(labels, np.float32),
        np.array(weights, np.float32),
        np.array(fold, np.float32),
    )


def boost(rows: Floats, labels: Floats, weights: Floats, *, trees: int, depth: int, seed: int) -> Arrays:
    """Return boosted oblivious trees as the arrays of `workers.clean.trees`."""
    from catboost import CatBoostClassifier

    learner = CatBoostClassifier(
        iterations=trees, depth=depth, learning_rate=min(0.15, 16 / trees), l2_leaf_reg=8, border_count=48, verbose=0,
        random_seed=seed, thread_count=2, bootstrap_type="Bernoulli", subsample=0.6, allow_writing_files=False,
    )  # fmt: skip
    learner.fit(rows, labels, sample_weight=weights)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trees.json"
        learner.save_model(str(path), format="json")
        grown = json.loads(path.read_text())
    shape = (len(grown["oblivious_trees"]), depth)
    features, borders = np.zeros(shape, np.int16), np.full(shape, np.inf, np.float32)
    leaves = np.zeros((shape[0], 1 << depth), np.float32)
    scale, bias = grown["scale_and_bias"]
    for number, tree in enumerate(grown["oblivious_trees"]):
        for level, split in enumerate(tree["splits"] or ()):  # a level that is missing asks x > inf: always no
            features[number, level], borders[number, level] = split["float_feature_index"], split["border"]
        leaves[number, : len(tree["leaf_values"])] = np.array(tree["leaf_values"]) * scale
    return {
        "features": features,
        "borders": borders,
        "leaves": leaves,
        "bias": np.array(bias[0] if isinstance(bias, list) else bias),
    }


def as_trees(arrays: Arrays) -> Forest:
    """Return trained arrays as the runtime reads them."""
    return Forest.from_arrays({f"x.{name}": array for name, array in arrays.items()}, "x")


# Paragraphs ---------------------------------------------------------------------------------------------------------


def to_example(page: FlatPage, joins: Forest, fold: int) -> Example | None:
    """Return the page's paragraphs with labels by majority of the words of their lines."""
    lines = read_lines(page.flat)
    if not len(lines):
        return None
    units, begins = put_together(lines, joins, JOIN_THRESHOLD)
    known = [label for label, line in zip(page.labels, page.flat.split("\n"), strict=True) if line.strip()]
    labels = []
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        words = [0.0, 0.0]
        for at in range(begin, end):
            if known[at] != UNKNOWN:
                words[known[at]] += float(lines.counts[at, WORDS])
        labels.append(UNKNOWN if not sum(words) else CONTENT if words[CONTENT] >= words[CLUTTER] else CLUTTER)
    return Example(page, units, np.array(labels, np.int8), fold)


def train_words(examples: Sequence[Example]) -> dict[str, float]:
    """Return the weights of words: a logistic regression on the words of each paragraph alone."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    chosen = [e for e in examples if e.page.style in ("blocks", "bs4_nl") or e.page.group == "wrapped"]
    rows = [
        (lexical_tokens(words), int(label), example)
        for example in chosen
        for at, label in enumerate(example.labels)
        if label != UNKNOWN and (words := example.units.words_of(at))
    ]
    sites: defaultdict[str, set[str]] = defaultdict(set)
    for tokens, _, example in rows:
        for token in tokens:
            sites[token].add(example.page.site)
    known = [token for token, where in sites.items() if len(where) >= MIN_SITES]
    number = {token: at for at, token in enumerate(known)}
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for tokens, _, _ in rows:
        found = [number[token] for token in tokens if token in number]
        columns += found
        values += [(1 + len(tokens)) ** -0.5] * len(found)
        starts.append(len(columns))
    table = csr_matrix((values, columns, starts), shape=(len(rows), len(known)))
    weights = [{"bench": 2.0, "wcxb": 1.0, "wrapped": 0.3}[example.page.group] for *_, example in rows]
    learner = LogisticRegression(C=0.4, max_iter=60)
    learner.fit(table, [label for _, label, _ in rows], sample_weight=weights)
    steps = np.round(learner.coef_[0] / WEIGHT_STEP).astype(int)
    return {token: float(step) * WEIGHT_STEP for token, step in zip(known, steps, strict=True) if abs(step) >= 3}


def with_variants(examples: Sequence[Example], rng: random.Random) -> list[Example]:
    """Return `examples`, some with their headline given, and copies of some with their words hidden."""
    varied = []
    for example in examples:
        given = example.page.title and rng.random() < HEADLINE_SHARE
        varied.append(replace(example, headline=example.page.title if given else None))
        if rng.random() < FOREIGN_SHARE:
            varied.append(replace(example, foreign=True))
    return varied


def features_of(examples: Sequence[Example], words: Sequence[Mapping[str, float]]) -> list[Floats]:
    """Return the rows of each page, with the words' weights of its own fold."""
    weights = [WordWeights.of(of_fold) for of_fold in words]
    return [
        unit_features(e.units, look_at(e.units, weights[e.fold], foreign=e.foreign), headline=e.headline)
        for e in examples
    ]


def weights_of(examples: Sequence[Example]) -> Floats:
    """Return the weight of each paragraph: pages weigh alike, long paragraphs more, news pages twice."""
    weights = []
    for example in examples:
        row = np.minimum(example.units.counts[:, WORDS], 60) + 5
        row[example.labels == UNKNOWN] = 0
        share = {"bench": 2.0, "wcxb": 1.0, "wrapped": 0.5}[example.page.group]
        weights.append(row / max(float(row.sum()), 1.0) * share * 100)
    return np.concatenate(weights).astype(np.float32)


def thin(examples: Sequence[Example], rng: random.Random) -> list[bool]:
    """Return which pages to train on: three in five of the benchmark's, a third of the others; styles are alike."""
    return [rng.random() < {"bench": 0.6, "wcxb": 0.3, "wrapped": 0.35}[example.page.group] for example in examples]


def stack(tables: Sequence[Floats], use: Sequence[bool]) -> Floats:
    """Return the rows of the pages in use, one below the other."""
    return np.concatenate([table for table, used in zip(tables, use, strict=True) if used])


def fit(examples: list[Example], rows: list[Floats], use: list[bool], skip: int | None, trees: int) -> Arrays:
    """Return trees fitted on the pages in use that are not of the fold `skip` (None: on all)."""
    chosen = [u and e.fold != skip for u, e in zip(use, examples, strict=True)]
    table = stack(rows, chosen)
    kept = [e for e, c in zip(examples, chosen, strict=True) if c]
    labels = np.concatenate([e.labels for e in kept])
    weights = weights_of(kept)
    known = labels != UNKNOWN
    return boost(table[known], labels[known].astype(np.float32), weights[known], trees=trees, depth=6, seed=SEED)


def second_rows(examples: Sequence[Example], rows: Sequence[Floats], first: Sequence[Floats]) -> list[Floats]:
    """Return the rows of the second look: what the first thought of the page, then what the first saw."""
    return [
        np.concatenate([stretch_features(p, e.units.counts[:, WORDS]), row], axis=1)
        for e, row, p in zip(examples, rows, first, strict=True)
    ]


def log(message: str, started: float) -> None:
    """Print what is done and the minutes it took."""
    print(f"{(time.time() - started) / 60:6.1f} min  {message}", flush=True)


def train(folder: Path, *, trees: tuple[int, int], cache: Path | None, out: Path | None) -> None:
    """Train by cross-validation (the second look needs the first's out-of-fold answers), then, for `out`, on all."""
    started = time.time()
    rng = random.Random(SEED)
    pages = read_pages(folder, cache=cache and cache.with_suffix(".pages"))
    folds = folds_of(pages)
    log(f"{len(pages)} pages", started)
    table, inside, weights, fold = join_table(pages, folds)
    joins = [
        boost(table[fold != k], inside[fold != k], weights[fold != k], trees=60, depth=6, seed=SEED)
        for k in range(FOLDS)
    ]
    log(f"{len(table)} line breaks", started)
    wrappers = read_wrappers()
    wrapper_fold = {name: number % FOLDS for number, name in enumerate(sorted(wrappers))}
    stories = stories_of(pages)
    for k in range(FOLDS):
        mine = [s for s in stories if folds[s.site] == k]
        pages += wrapped_pages(
            mine, {n: w for n, w in wrappers.items() if wrapper_fold[n] == k}, mine, each=WRAPPED_EACH, seed=k
        )
    made = [to_example(page, as_trees(joins[folds[page.site]]), folds[page.site]) for page in pages]
    examples = [example for example in made if example]
    words = [train_words([e for e in examples if e.fold != k]) for k in range(FOLDS)]
    log(f"weights of {len(words[0])} words", started)
    examples = with_variants(examples, rng)
    use = thin(examples, rng)
    rows = features_of(examples, words)
    log(f"{sum(map(len, rows))} paragraphs, {rows[0].shape[1]} features", started)
    firsts = [fit(examples, rows, use, k, trees[0]) for k in range(FOLDS)]
    first = [as_trees(firsts[e.fold]).probability(row) for e, row in zip(examples, rows, strict=True)]
    log("first look", started)
    again = second_rows(examples, rows, first)
    seconds = [fit(examples, again, use, k, trees[1]) for k in range(FOLDS)]
    log("second look", started)
    if cache:
        models = [pack(*parts) for parts in zip(joins, words, firsts, seconds, strict=True)]
        cache.write_bytes(pickle.dumps({"folds": folds, "models": models, "pages": pages}))
    if out:
        everything = train_words(examples)  # the trees keep to out-of-fold weights: in-fold ones flatter the words
        arrays = pack(
            boost(table, inside, weights, trees=60, depth=6, seed=SEED),
            everything,
            fit(examples, rows, use, None, trees[0]),
            fit(examples, again, use, None, trees[1]),
        )
        np.savez_compressed(out, allow_pickle=False, **arrays)
        log(f"wrote {out}, {out.stat().st_size} bytes", started)


def pack(joins: Arrays, words: Mapping[str, float], first: Arrays, second: Arrays) -> Arrays:
    """Return the artefact's arrays. Borders and leaves as 32-bit floats, words' weights as whole steps."""
    named = {"joins": joins, "paragraphs": first, "stretches": second}
    arrays = {f"{name}.{key}": array for name, group in named.items() for key, array in group.items()}
    steps = np.round(np.array(list(words.values())) / WEIGHT_STEP)
    return arrays | {
        "version": np.array(flat_model.VERSION),
        "join_threshold": np.array(JOIN_THRESHOLD),
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "weights": steps.astype(np.int16),
        "weight_step": np.array(WEIGHT_STEP),
    }


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval/clean"))
    parser.add_argument("--out", type=Path, help="default: where the worker reads it")
    parser.add_argument("--no-write", action="store_true", help="cross-validate only")
    parser.add_argument("--cache", type=Path, help="where to leave the out-of-fold answers, for bench.flat_eval")
    parser.add_argument("--trees", type=int, nargs=2, default=(150, 100), metavar=("FIRST", "SECOND"))
    asked = parser.parse_args()
    out = asked.out or Path(flat_model.__file__).with_name(flat_model.ARTEFACT)
    train(asked.data, trees=tuple(asked.trees), cache=asked.cache, out=None if asked.no_write else out)


if __name__ == "__main__":
    main()
