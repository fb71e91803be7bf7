"""Trains the HTML path: `python -m bench.train_html ../shared/eval/clean` writes `workers/clean/html_blocks.npz`.

Needs the dependency group `train` (catboost, scikit-learn). Learns from WCXB (CC BY 4.0, Murrough Foley) and the
Scrapinghub article-extraction benchmark (MIT): first the weights of words (`bench.html_wording`), then the trees.
`--cross-validate FILE` writes, instead of a model, the probabilities that models trained on the other sites give to
every block; `bench.clean_eval` scores them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.html_pages import LabelledPage, block_weights, fold_of, label_page, read_pages
from bench.html_wording import figures
from workers.clean.sections import COLUMNS as SECTION_COLUMNS
from workers.clean.sections import with_sections
from workers.clean.trees import Forest
from workers.clean.wording import Wording

FOLDS = 5
SEED = 1
THRESHOLD = 0.55  # benchmark pages want .6 (F1 .9735, .9709 at .5), WCXB's guides .5 (.9461, .9440 at .6)
WEIGHT_POWER = 1.0  # of a block's words; the root gave WCXB .0013 less
EASY_SHARE = 0.25  # of short blocks outside the article that are learnt from, each for four: the time is the rows'
PARAMETERS: dict[str, Any] = {
    "depth": 6, "iterations": 500, "learning_rate": 0.08, "l2_leaf_reg": 5, "border_count": 32, "rsm": 0.35,
    "bootstrap_type": "Bernoulli", "subsample": 0.7, "random_seed": SEED, "thread_count": 2,
    "allow_writing_files": False, "verbose": 0,
}  # fmt: skip
OUTPUT = Path("workers/clean/html_blocks.npz")
VERSION = "3"


def rows_of(
    pages: Sequence[LabelledPage], columns: Mapping[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return features with the `columns` of the words, labels and weights."""
    chance = np.random.default_rng(SEED)
    parts = []
    for page in pages:
        weight = block_weights(page, WEIGHT_POWER)
        features = with_sections(page.features, columns[page.page_id])
        easy = (page.labels == 0) & (features[:, 1] < 12) & (features[:, 0] < 80)
        keep = ~easy | (chance.random(len(easy)) < EASY_SHARE)
        parts.append((features[keep], page.labels[keep], np.where(easy, weight / EASY_SHARE, weight)[keep]))
    features, labels, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return features, labels, weights.astype(np.float32)


def fit(pages: Sequence[LabelledPage]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a model trained on `pages`: weights of words, and the mean of two forests.

    The first asks nothing of sections, which come last among the figures.
    """
    columns, wording = figures(pages)
    features, labels, weights = rows_of(pages, columns)
    forests = [to_arrays(trees_of(seen, labels, weights)) for seen in (features[:, : -len(SECTION_COLUMNS)], features)]
    model = {"threshold": np.array(THRESHOLD), "version": np.array(VERSION)}
    return average(forests) | wording | model


def trees_of(
    features: NDArray[np.float32], labels: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, Any]:
    """Return CatBoost's JSON of the trees that it grows."""
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(**PARAMETERS)
    model.fit(features, labels, sample_weight=weights)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        model.save_model(str(path), format="json")
        return dict(json.loads(path.read_text("utf-8")))


def to_arrays(model: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return CatBoost's JSON as the arrays of `workers.clean.trees`.

    Shallow trees are filled with questions that no row passes.
    """
    trees, depth = model["oblivious_trees"], PARAMETERS["depth"]
    features = np.zeros((len(trees), depth), np.int16)
    borders = np.full((len(trees), depth), np.finfo(np.float32).max, np.float32)
    leaves = np.zeros((len(trees), 2**depth), np.float32)
    for number, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"] or ()):
            features[number, level] = split["float_feature_index"]
            borders[number, level] = split["border"]
        leaves[number, : len(tree["leaf_values"])] = tree["leaf_values"]
    scale, [bias] = model["scale_and_bias"]
    return {"features": features, "borders": borders, "leaves": leaves * np.float32(scale), "bias": np.array(bias)}


def average(forests: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Return one forest whose log-odds are the mean of those of `forests`."""
    joined = {name: np.concatenate([forest[name] for forest in forests]) for name in ("features", "borders", "leaves")}
    joined["leaves"] /= np.float32(len(forests))
    return joined | {"bias": np.mean([forest["bias"] for forest in forests])}


def main() -> None:
    """Train on all pages, or cross-validate over sites."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--cross-validate", type=Path, metavar="FILE")
    chosen = options.parse_args()
    pages: list[LabelledPage] = []
    for collection, name in (("bench", "bench_dev.jsonl.gz"), ("wcxb", "wcxb_dev.jsonl.gz")):
        found = (label_page(record, collection) for record in read_pages(chosen.data / name))
        pages += [page for page in found if page]
    print(f"{len(pages)} pages, {sum(len(page.labels) for page in pages)} blocks")
    if not chosen.cross_validate:
        np.savez_compressed(OUTPUT, **fit(pages))  # type: ignore[arg-type]  # numpy's stub takes no mapping
        print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes")
        return
    odds: dict[str, NDArray[np.float32]] = {}
    for fold in range(FOLDS):
        began = time.time()
        arrays = fit([page for page in pages if fold_of(page.site, FOLDS) != fold])
        forest, wording = Forest.from_arrays(arrays), Wording.from_arrays(arrays)
        for page in pages:
            if fold_of(page.site, FOLDS) == fold:
                columns = wording.columns(page.worded)
                odds[page.page_id] = forest.probability(with_sections(page.features, columns))
        print(f"fold {fold}: {time.time() - began:.0f} s", flush=True)
    np.savez_compressed(chosen.cross_validate, **odds)  # type: ignore[arg-type]  # numpy's stub takes no mapping


if __name__ == "__main__":
    main()
