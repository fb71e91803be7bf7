"""Fits the weights of `workers/clean/flat/headline.py`: `python -m bench.train_headline --cache FILE`.

FILE is left by `bench.train_flat --cache`; every page is read by the model of its fold. Prints how often the best
candidate is the title of the page (five folds over sites), and the weights to put into the module.
"""

from __future__ import annotations

import argparse
import pickle
import random
from pathlib import Path

import numpy as np

from workers.clean.flat import headline, judge
from workers.clean.flat.model import from_arrays


def main() -> None:
    """Read the arguments, fit, print."""
    from sklearn.linear_model import LogisticRegression

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=800)
    asked = parser.parse_args()
    cached = pickle.loads(asked.cache.read_bytes())
    models = [from_arrays(arrays) for arrays in cached["models"]]
    pages = [page for page in cached["pages"] if page.group == "wcxb" and page.title]
    random.Random(1).shuffle(pages)
    tables, labels, folds = [], [], []
    absent = 0
    for page in pages[: asked.pages]:
        fold = cached["folds"][page.site]
        judged = judge(page.flat, model=models[fold])
        found = judged and headline.candidates(judged.units, judged.look, judged.probability, judged.kept)
        right = (
            [headline.is_same_headline(judged.units.texts[at], page.title) for at in found[0]]
            if judged and found
            else []
        )
        if not any(right):
            absent += 1
            continue
        tables.append(np.array(found[1] if found else []))
        labels.append(np.array(right))
        folds.append(fold)
    best = []
    for fold in sorted(set(folds)):
        mine = [at for at, f in enumerate(folds) if f == fold]
        rest = [at for at, f in enumerate(folds) if f != fold]
        learner = LogisticRegression(max_iter=500, fit_intercept=False)
        learner.fit(np.concatenate([tables[at] for at in rest]), np.concatenate([labels[at] for at in rest]))
        for at in mine:
            scores = tables[at] @ learner.coef_[0]
            best.append((float(scores.max()), bool(labels[at][int(scores.argmax())])))
    print(f"{len(tables)} pages with the title among the candidates, {absent} without; best candidate right:")
    for bar in (-9.0, -2.0, -1.5, -1.0, -0.5, 0.0):
        above = [right for score, right in best if score > bar]
        print(f"  above {bar:5.1f}: {len(above) / len(best):.3f} of them, right {sum(above) / len(above):.3f}")
    learner = LogisticRegression(max_iter=500, fit_intercept=False).fit(np.concatenate(tables), np.concatenate(labels))
    for name, weight in zip(headline.WEIGHTS, learner.coef_[0], strict=True):
        print(f'    "{name}": {weight:.2f},')


if __name__ == "__main__":
    main()
