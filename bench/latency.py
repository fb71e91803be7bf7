"""Seconds from a scraper's produce to the enriched record in a consumer's hands, at several shares of the capacity.

    python -m bench.latency --brokers 127.0.0.1:9092 --capacity 45 --shares 0.1,0.5,0.9 --seconds 60

`--capacity` is the articles a second of `bench.end_to_end`. Articles come at random moments (a Poisson process), as
scrapers send them. Beside each latency stands the pure processing time of the same articles, alone in one process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence

from bench import corpus
from bench.end_to_end import Program, worker_environment
from workers import broker
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Topic
from workers.settings import Settings

WARM_UP = 8  # articles before the clock runs: every child has had work
QUIET_SECONDS = 30.0


def pure_seconds(values: Sequence[bytes]) -> list[float]:
    """Return how long both stages take over each value, alone in this process."""
    from workers.stages import Stages

    stages = Stages(StageOptions())
    stages.warm_up()
    taken = []
    for value in values:
        began = time.perf_counter()
        for cleaned in stages.handle(Stage.CLEAN, [Delivery("raw", 0, 0, None, value)]):
            for message in cleaned.outputs:
                stages.handle(Stage.ANNOTATE, [Delivery("clean", 0, 0, message.key, message.value)])
        taken.append(time.perf_counter() - began)
    return taken


async def latencies(settings: Settings, values: Sequence[bytes], rate: float) -> list[float]:
    """Send the values at `rate` a second through a running worker; return each one's seconds to the consumer."""
    sent: dict[str, float] = {}
    taken: dict[str, float] = {}
    chance = random.Random(7)

    async def produce() -> None:
        async with broker.producer(settings) as producer:
            for value in values:
                url = json.loads(value)["url"]
                sent[url] = time.monotonic()
                await producer.send(settings.topic(Topic.RAW), value, url.encode())
                await asyncio.sleep(chance.expovariate(rate))

    async with broker.consumer(settings, settings.topic(Topic.ENRICHED), fetch_max_wait_ms=50) as reader:
        producing = asyncio.create_task(produce())
        last = time.monotonic()
        while len(taken) < len(values) and time.monotonic() - last < QUIET_SECONDS:
            for records in (await reader.getmany(timeout_ms=100)).values():
                last = time.monotonic()
                for record in records:
                    url = json.loads(record.value)["url"]
                    if url in sent:
                        taken.setdefault(url, last - sent[url])
        await producing
    return list(taken.values())


async def measure(settings: Settings, raw: Sequence[bytes], shares: Sequence[float], given: argparse.Namespace) -> None:
    """Run one worker through all shares and print a row for each."""
    await broker.create_topics(settings)
    program = Program([sys.executable, "-m", "workers", "worker"], worker_environment(settings, fast=True))
    try:
        await latencies(settings, raw[:WARM_UP], 4)
        print("| load | articles | p50 | p95 | p99 | pure p50 | pure p99 | p99 ÷ (2 × pure p99 + 50 ms) |")
        print("|---|---|---|---|---|---|---|---|")
        rest = raw[WARM_UP:]
        for share in shares:
            count = max(20, min(len(rest), int(given.capacity * share * given.seconds)))
            values, rest = rest[:count], rest[count:] or raw[WARM_UP:]
            found = quantiles(await latencies(settings, values, given.capacity * share))
            pure = quantiles(pure_seconds(values[:200]))
            bound = 2 * pure[2] + 0.05
            cells = [f"{1000 * seconds:.0f} ms" for seconds in (*found, pure[0], pure[2])]
            print(f"| {share:.0%} | {count} | {' | '.join(cells)} | {found[2] / bound:.2f} |", flush=True)
    finally:
        program.stop()


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th percentile."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--capacity", type=float, required=True, help="articles a second, from bench.end_to_end")
    parser.add_argument("--shares", default="0.1,0.5,0.9")
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    shares = [float(share) for share in given.shares.split(",")]
    count = WARM_UP + int(given.capacity * given.seconds * sum(shares)) + 20 * len(shares)
    raw = [json.dumps(article, ensure_ascii=False).encode() for article in corpus.articles(count, seed=5)]
    name = f"latency-{int(time.time())}"
    settings = Settings.read(brokers=given.brokers, topic_prefix=name, group=name)
    asyncio.run(measure(settings, raw, shares, given))


if __name__ == "__main__":
    main()
