"""Whether the pool's children stay as large as they are: many articles through both stages, memory on the way.

    python -m bench.pool_memory --articles 20000

Articles as in `bench.corpus`, one word in fifty never seen before, as names and figures are, each from another address.
The children are not replaced (a worker replaces each after WIREMILL_CHILD_ARTICLES). Prints the memory of the largest
child twenty times, and the slope of its resident memory over the second half by least squares: what it still gains in a
thousand articles. Exits with 1 when that is more than `--most`. Private memory grows for longer, without any being
taken: a page that the child shares with the template becomes its own when a reference count on it changes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import psutil

from bench import corpus
from bench.pipeline_memory import NEW_WORDS, SYLLABLES
from workers.options import Stage
from workers.pool import Pool
from workers.publish import Delivery, Topic
from workers.settings import Settings

BATCH = 8
LOOKS = 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """Articles done by all children, and the largest child's memory in MiB."""

    articles: int
    rss_mb: float
    private_mb: float


def values(seed: int) -> Iterator[bytes]:
    """Yield raw articles with words that never came before."""
    rng = random.Random(seed)
    for article in corpus.articles(sys.maxsize, seed):
        kind = "html" if "html" in article else "text"
        words = article[kind].split(" ")
        for place in range(NEW_WORDS // 2, len(words), NEW_WORDS):
            if words[place].isalpha():  # not markup
                words[place] = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))).capitalize() + str(
                    rng.randint(0, 99)
                )
        yield json.dumps(article | {kind: " ".join(words)}, ensure_ascii=False).encode()


async def work(pool: Pool, source: Iterator[bytes], articles: int) -> None:
    """Put so many articles through both stages, on all children at once."""
    left = articles

    async def one_after_the_other() -> None:
        nonlocal left
        while left > 0:
            left -= BATCH
            deliveries = [Delivery("raw", 0, 0, None, value) for value in islice(source, BATCH)]
            cleaned = [message for handled in await pool.run(Stage.CLEAN, deliveries) for message in handled.outputs]
            again = [Delivery("clean", 0, 0, one.key, one.value) for one in cleaned if one.topic is Topic.CLEAN]
            await pool.run(Stage.ANNOTATE, again)

    await asyncio.gather(*(one_after_the_other() for _ in range(pool.state().size)))


def look(pool: Pool, articles: int) -> Sizes:
    """Return the memory of the largest child."""
    found = [psutil.Process(pid).memory_full_info() for pid in pool.state().pids]
    return Sizes(articles, max(one.rss for one in found) / (1 << 20), max(one.uss for one in found) / (1 << 20))


def slope(looks: Sequence[Sizes]) -> float:
    """Return the MiB of resident memory that a child gains in a thousand articles, all children's together."""
    mean_x = sum(one.articles for one in looks) / len(looks)
    mean_y = sum(one.rss_mb for one in looks) / len(looks)
    across = sum((one.articles - mean_x) * (one.rss_mb - mean_y) for one in looks)
    return 1000 * across / sum((one.articles - mean_x) ** 2 for one in looks)


async def measure(articles: int, size: int) -> float:
    """Print the sizes on the way; return the slope."""
    pool = Pool(Settings.read().stage_options(), size=size, child_articles=10 * articles)
    await pool.start()
    source, looks, step = values(3), [], articles // LOOKS
    try:
        children = set(pool.state().pids)
        began = time.monotonic()
        print("| articles | resident MiB | private MiB |\n|---|---|---|")
        for turn in range(LOOKS + 1):
            looks.append(look(pool, turn * step))
            print(f"| {looks[-1].articles:,} | {looks[-1].rss_mb:.0f} | {looks[-1].private_mb:.0f} |", flush=True)
            if turn < LOOKS:
                await work(pool, source, step)
        assert children == set(pool.state().pids), "a child was replaced: the figures are not those of one process"
    finally:
        await pool.stop()
    found = slope(looks[LOOKS // 2 :])
    print(
        f"\nthe second half: {found:+.2f} MiB in 1,000 articles; {articles / (time.monotonic() - began):.0f} articles/s"
    )
    return found


def main() -> None:
    """Measure; exit with 1 if a child grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--children", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--most", type=float, default=1.0, help="MiB in 1,000 articles that still count as flat")
    given = parser.parse_args()
    sys.exit(asyncio.run(measure(given.articles, given.children)) > given.most)


if __name__ == "__main__":
    main()
