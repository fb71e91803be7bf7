"""Measures the flat path: `python -m bench.flat_eval --cache FILE`, FILE left by `bench.train_flat --cache`.

Every page is read by the model of its fold, which saw no page of its site and no wrapper like its own, through
`main_lines` as the worker calls it. The scorer is the evaluation folder's.
"""

from __future__ import annotations

import argparse
import pickle
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.flat_pages import FlatPage
from bench.scorer import load_scorer
from workers.clean.flat import FlatText, main_lines
from workers.clean.flat.headline import bare, is_same_headline
from workers.clean.flat.model import FlatModel, from_arrays
from workers.clean.memory import LineMemory

Read = Callable[[FlatPage], FlatText]


def report(name: str, pages: Sequence[FlatPage], read: Read, scorer: Any) -> None:
    """Print one row of the table: the article's body against the gold body."""
    docs = [scorer.score_doc(page.gold, "\n\n".join(read(page).paragraphs)) for page in pages]
    if docs:
        total = scorer.aggregate(docs)
        figures = "  ".join(f"{key} {total[key]:.4f}" for key in ("F1", "P", "R", "docF1", "lost10", "junk10", "empty"))
        print(f"{name:<34} n {len(docs):<5} {figures}", flush=True)


def with_siblings(
    pages: Sequence[FlatPage], models: Sequence[FlatModel], folds: dict[str, int]
) -> tuple[list[FlatPage], Read]:
    """Return the pages whose site has another page, and a reader whose memory has read that one first."""
    by_site: defaultdict[tuple[str, str], list[FlatPage]] = defaultdict(list)
    for page in pages:
        by_site[page.site, page.style].append(page)
    paired = [page for group in by_site.values() if len(group) > 1 for page in group]

    def read(page: FlatPage) -> FlatText:
        model, memory = models[folds[page.site]], LineMemory()
        for sibling in by_site[page.site, page.style]:
            if sibling.page_id != page.page_id:
                main_lines(sibling.flat, source=page.site, memory=memory, model=model)
        return main_lines(page.flat, source=page.site, memory=memory, model=model)

    return paired, read


def headlines(pages: Sequence[FlatPage], read: Read) -> None:
    """Print how often the headline of a page is found: word for word, nearly, wrong, or none."""
    seen = Counter()  # type: Counter[str]
    for page in pages:
        found = read(page).headline
        if found is None:
            seen["none"] += 1
        elif bare(found) == bare(page.title or ""):
            seen["right"] += 1
        else:
            seen["near" if is_same_headline(found, page.title or "") else "wrong"] += 1
    print("headline", {kind: round(count / len(pages), 3) for kind, count in seen.items()})


def speed(pages: Sequence[FlatPage]) -> None:
    """Print milliseconds of CPU a page, of the worker's own model."""
    main_lines(pages[0].flat)
    spent = []
    for page in pages:
        begun = time.process_time()
        main_lines(page.flat)
        spent.append((time.process_time() - begun) * 1000)
    spent.sort()
    figures = (statistics.median(spent), statistics.mean(spent), spent[int(len(spent) * 0.99)])
    print("ms of CPU a page: median {:.2f}  mean {:.2f}  p99 {:.2f}".format(*figures))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/eval/clean"))
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=400, help="WCXB and wrapped pages to score")
    parser.add_argument(
        "--only", help="a letter each: s(tyles) w(cxb) m(emory) r(wrapped) h(eadlines) t(ime)", default="swmrht"
    )
    asked = parser.parse_args()
    scorer = load_scorer(asked.data)
    cached = pickle.loads(asked.cache.read_bytes())
    folds, models = cached["folds"], [from_arrays(arrays) for arrays in cached["models"]]
    groups: defaultdict[str, list[FlatPage]] = defaultdict(list)
    for page in cached["pages"]:
        groups[page.group].append(page)
    for pages in (groups["wcxb"], groups["wrapped"]):
        random.Random(0).shuffle(pages)
    bench, wcxb, wrapped = groups["bench"], groups["wcxb"][: asked.sample], groups["wrapped"][: asked.sample]

    def read(page: FlatPage) -> FlatText:
        return main_lines(page.flat, model=models[folds[page.site]])

    if "s" in asked.only:
        report("benchmark, four styles pooled", bench, read, scorer)
        for style in sorted({page.style for page in bench}):
            report(f"  {style}", [page for page in bench if page.style == style], read, scorer)
    if "w" in asked.only:
        report("WCXB, four styles pooled", wcxb, read, scorer)
    if "m" in asked.only:
        paired, remembering = with_siblings(bench, models, folds)
        report("benchmark, alone", paired, read, scorer)
        report("benchmark, one sibling seen", paired, remembering, scorer)
    if "r" in asked.only:
        report("wrapped stories, unseen wrappers", wrapped, read, scorer)
        report(
            "  headline given",
            wrapped,
            lambda p: main_lines(p.flat, headline=p.title, model=models[folds[p.site]]),
            scorer,
        )
    if "h" in asked.only:
        headlines([page for page in wcxb if page.title], read)
    if "t" in asked.only:
        speed(bench)


if __name__ == "__main__":
    main()
