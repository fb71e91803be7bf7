"""Measures the clean stage: `python -m bench.clean_eval ../shared/eval/clean` (body, metadata, rejections, time).

`--probabilities FILE` takes what `bench.train_html --cross-validate FILE` wrote in place of the shipped model, so that
no page is scored by a model that saw its site. The body is scored by the folder's `score.py`; the metadata here.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.html_pages import read_pages
from bench.scorer import load_scorer
from schemas.clean import CleanArticle, Rejected
from schemas.raw import RawArticle
from workers.clean import CleanOptions, clean, page
from workers.clean.trees import Forest

COLLECTIONS = (("benchmark", "bench_dev.jsonl.gz"), ("WCXB", "wcxb_dev.jsonl.gz"))
SAME_TITLE = 0.8  # of the words of both, shared: gold titles come with and without subtitles
ANY = CleanOptions(languages=frozenset(), min_words=0)


class Recorded(Forest):
    """A forest that has the answers: those of models that did not see the page's site."""

    answer: Any = None

    def probability(self, rows: Any) -> Any:
        """Return the recorded probabilities of the page at hand."""
        if len(self.answer) != len(rows):
            raise ValueError(f"{len(self.answer)} blocks were recorded, the page has {len(rows)}: record again")
        return self.answer


def body_of(article: CleanArticle) -> str:
    """Return the text without its headline: gold bodies are without."""
    parts = [article.text[p.start : p.end] for p in article.paragraphs]
    if article.headline and parts and parts[0] == article.headline:
        parts = parts[1:]
    return "\n".join(parts)


def plain(text: str | None) -> list[str]:
    """Return the words of `text` without case."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text or "").casefold())


def likeness(left: str | None, right: str | None) -> float:
    """Return the share of words that two strings share, 0 to 1."""
    a, b = Counter(plain(left)), Counter(plain(right))
    total = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / total if total else 0.0


def names_of(text: str) -> set[str]:
    """Return the names in a gold byline."""
    return {" ".join(plain(name)) for name in re.split(r";|,| and | & ", text)} - {""}


def is_right_author(gold: str, article: CleanArticle) -> bool:
    """Return whether one of the article's authors is one of the gold byline's."""
    found = {" ".join(plain(name)) for name in article.authors}
    return bool(names_of(gold) & found) or any(likeness(gold, name) >= SAME_TITLE for name in article.authors)


def metadata_row(records: Sequence[dict[str, Any]], found: Sequence[CleanArticle | None]) -> str:
    """Return how often title, author and date are right, and how often given where gold has none."""
    pairs = [(r, a) for r, a in zip(records, found, strict=True) if a is not None]
    titles = [likeness(r["gold_title"], a.headline) >= SAME_TITLE for r, a in pairs]
    exact = [plain(r["gold_title"]) == plain(a.headline) for r, a in pairs]
    author = [is_right_author(r["gold_author"], a) for r, a in pairs if r["gold_author"]]
    author_invented = [bool(a.authors) for r, a in pairs if not r["gold_author"]]
    days = [(r["gold_date"], a.published_at.date().isoformat() if a.published_at else None) for r, a in pairs]
    date = [gold == day for gold, day in days if gold]
    date_invented = [day is not None for gold, day in days if not gold]
    mean = statistics.mean
    return (
        f"title right {mean(titles):.3f} (exact {mean(exact):.3f})   author right {mean(author):.3f} "
        f"invented {mean(author_invented):.3f}   date right {mean(date):.3f} invented {mean(date_invented):.3f}"
    )


def by_source(records: Sequence[dict[str, Any]], found: Sequence[CleanArticle | None]) -> str:
    """Return, by source and confidence of authors and date, how often they are right, wrong, and of a page without."""
    counts: defaultdict[tuple[str, str, float], Counter[str]] = defaultdict(Counter)
    for record, article in zip(records, found, strict=True):
        if article is None:
            continue
        if article.published_at:
            day, gold = article.published_at.date().isoformat(), record["gold_date"]
            verdict = "none" if not gold else "right" if gold == day else "wrong"
            counts["date", str(article.published_at_source), article.published_at_confidence or 0][verdict] += 1
        if article.authors:
            gold = record["gold_author"]
            verdict = "none" if not gold else "right" if is_right_author(gold, article) else "wrong"
            counts["author", str(article.authors_source), article.authors_confidence or 0][verdict] += 1
    return "\n".join(f"{field} {source} at {sure}: {dict(c)}" for (field, source, sure), c in sorted(counts.items()))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--probabilities", type=Path)
    options.add_argument("--every", type=int, default=1, help="only every n-th page")
    chosen = options.parse_args()
    score = load_scorer(chosen.data)
    recorded = None
    if chosen.probabilities:
        recorded = np.load(chosen.probabilities)
        shipped = page.load_model()
        forest = Recorded(*(getattr(shipped.forest, field.name) for field in fields(Forest)))
        stand_in = replace(shipped, forest=forest)
        page.load_model = lambda: stand_in  # type: ignore[assignment]  # the one place that asks for the model
    for collection, name in COLLECTIONS:
        records = list(read_pages(chosen.data / name))[:: chosen.every]
        articles: list[CleanArticle | None] = []
        seconds, fates, methods = [], Counter[str](), Counter[str]()
        for record in records:
            if recorded is not None:
                object.__setattr__(forest, "answer", recorded.get(record["id"], np.zeros(0, np.float32)))
            raw = RawArticle(url=record["url"], html=record["html"])
            began = time.process_time()
            outcome = clean(raw, options=ANY)
            seconds.append(time.process_time() - began)
            fates[outcome.reason if isinstance(outcome, Rejected) else "published"] += 1
            articles.append(None if isinstance(outcome, Rejected) else outcome)
            if isinstance(outcome, CleanArticle) and outcome.extraction:
                methods[outcome.extraction.method] += 1
        bodies = [body_of(article) if article else "" for article in articles]
        rows = [score.score_doc(r["gold_body"], body) for r, body in zip(records, bodies, strict=True)]
        admitted = [row for row, article in zip(rows, articles, strict=True) if article]
        print(score.header())
        print(score.row(f"{collection}, all", score.aggregate(rows)))
        print(score.row(f"{collection}, admitted", score.aggregate(admitted)))
        spent = sorted(seconds)
        print(
            f"ms a page: median {1000 * statistics.median(spent):.1f}, p99 {1000 * spent[int(len(spent) * 0.99)]:.1f}"
        )
        print(f"fates (of articles: each rejection is wrong) {dict(fates)}; methods {dict(methods)}")
        if "gold_title" in records[0]:
            print(metadata_row(records, articles))
            print(by_source(records, articles))


if __name__ == "__main__":
    main()
