"""Whether a process that annotates for days stays as large as it is.

    python -m bench.pipeline_memory [--articles 20000] [--words 150] [--usual]

Sends short articles with words that never came before (one in fifty, as names and figures do) through an `Annotator`,
eight at a time, and prints resident memory on the way. `--usual` runs the model's own pipes instead of the fast one.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Iterator
from itertools import islice
from typing import cast

import psutil

from schemas.clean import CleanArticle
from tests.harness.articles import article
from workers.annotate import AnnotateOptions, Annotator

NEW_WORDS = 50  # one word in so many was never seen before
SYLLABLES = ["ka", "lo", "mi", "ren", "sta", "vor", "bel", "dun", "tar", "os", "wik", "hei", "pra", "zu", "nol", "fer"]


def articles(words: int) -> Iterator[CleanArticle]:
    """Yield articles of about so many words, without end."""
    rng = random.Random(3)
    number = 0
    while True:
        text = cast(str, article(number, seed=3)["text"]).split(" ")[:words]
        for place in range(0, len(text), NEW_WORDS):
            text[place] = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))).capitalize() + str(rng.randint(0, 99))
        yield CleanArticle(article_id=f"memory-{number}", text=" ".join(text))
        number += 1


def main() -> None:
    """Print resident memory every twentieth of the way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("--usual", action="store_true")
    options = parser.parse_args()
    process = psutil.Process()
    start = time.perf_counter()
    annotator = Annotator(AnnotateOptions(fast=not options.usual))
    annotator.warm_up()
    gc.collect()
    gc.freeze()
    print(f"ready after {time.perf_counter() - start:.1f} s, {process.memory_info().rss / 1e6:.0f} MB", flush=True)
    source = articles(options.words)
    for done in range(0, options.articles, options.articles // 20):
        for _ in range(options.articles // 20 // 8):
            annotator.annotate(list(islice(source, 8)))
        print(f"{done + options.articles // 20:>7} articles {process.memory_info().rss / 1e6:8.0f} MB", flush=True)


if __name__ == "__main__":
    main()
