"""Seconds from a scraper's produce to confirmed outputs, at several shares of the capacity.

    python -m bench.latency --brokers 127.0.0.1:9092 --shares 0.1,0.5,0.9 --seconds 30

Articles come at random moments (a Poisson process), as scrapers send them. The clock starts with the time that the raw
record bears, given by the producer, and stops with that of the article's ledger entry, which the worker writes when the
broker has confirmed every output. All is read when the load is over, so that no consumer takes a share of the machine.
The capacity is measured at the beginning, unless it is given. Beside each latency stands the pure processing time of
the same articles, alone in one process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections.abc import Sequence
from itertools import islice

from bench import corpus
from bench.end_to_end import PARTITIONS, read_all, written
from bench.programs import Worker, broker_at
from workers import broker
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Topic
from workers.settings import Settings

WARM_UP = 16  # articles before the clock runs: every child has had work
FULL_SPEED = 400  # articles that show the capacity
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


async def send(settings: Settings, values: Sequence[bytes], rate: float | None) -> None:
    """Send the values at `rate` a second, or all at once, and wait until their outputs are written."""
    chance = random.Random(7)
    async with (
        broker.consumer(settings, settings.topic(Topic.ENRICHED)) as reader,
        broker.producer(settings) as producer,
    ):
        wanted = await written(reader, settings, Topic.ENRICHED) + len(values)
        due = time.monotonic()
        for value in values:
            await producer.send(settings.topic(Topic.RAW), value, json.loads(value)["url"].encode())
            if rate is not None:
                due += chance.expovariate(rate)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        await producer.flush()
        last, count = time.monotonic(), 0
        while count < wanted and time.monotonic() - last < QUIET_SECONDS:
            await asyncio.sleep(0.2)
            before, count = count, await written(reader, settings, Topic.ENRICHED)
            last = time.monotonic() if count > before else last


async def times(settings: Settings) -> dict[str, tuple[float, float]]:
    """Return when each article, by URL, was produced and when its outputs were confirmed, in Unix seconds."""
    produced = {json.loads(value)["url"]: moment / 1000 for moment, value in await read_all(settings, Topic.RAW)}
    ids = {}
    for _, value in await read_all(settings, Topic.ENRICHED):
        article = json.loads(value)
        ids[article["article_id"]] = article["url"]
    confirmed = {}
    for moment, value in await read_all(settings, Topic.LEDGER):
        entry = json.loads(value)
        if entry["stage"] == Stage.ANNOTATE and entry["article_id"] in ids:
            confirmed[ids[entry["article_id"]]] = moment / 1000
    return {url: (produced[url], moment) for url, moment in confirmed.items()}


async def capacity_of(settings: Settings, values: Sequence[bytes]) -> float:
    """Return articles a second at full speed: what passed in the middle of a burst."""
    await send(settings, values, None)
    found = await times(settings)
    moments = sorted(found[url][1] for url in (json.loads(value)["url"] for value in values) if url in found)
    low, high = len(moments) // 5, len(moments) * 19 // 20
    return (high - low) / (moments[high] - moments[low])


async def measure(settings: Settings, given: argparse.Namespace) -> None:
    """Run one worker through all shares and print a row for each."""
    source = corpus.values(seed=5)
    await broker.create_topics(settings)
    worker = Worker(settings)
    try:
        await send(settings, list(islice(source, WARM_UP)), 4)
        capacity = given.capacity or await capacity_of(settings, list(islice(source, FULL_SPEED)))
        print(f"capacity {capacity:.1f} articles a second\n")
        counts = {share: max(20, int(capacity * share * given.seconds)) for share in given.shares}
        parts = {share: list(islice(source, count)) for share, count in counts.items()}
        for share, values in parts.items():
            await send(settings, values, capacity * share)
        stalls = worker.metrics("news_loop_stall_seconds_bucket", "le")
    finally:
        worker.stop()
    found = await times(settings)
    print("| load | articles | p50 | p95 | p99 | alone p50 | alone p99 | p99 ÷ (2 × alone p99 + 50 ms) |")
    print("|---|---|---|---|---|---|---|---|")
    for share, values in parts.items():
        spans = [found[url] for url in (json.loads(value)["url"] for value in values) if url in found]
        taken = quantiles([end - start for start, end in spans])
        pure = quantiles(pure_seconds(values[:200]))
        cells = [f"{1000 * seconds:.0f} ms" for seconds in (*taken, pure[0], pure[2])]
        cells.append(f"{taken[2] / (2 * pure[2] + 0.05):.2f}")
        print(f"| {share:.0%} | {len(spans)} | {' | '.join(cells)} |", flush=True)
    print(f"\nticks of the event loop, late by at most so many seconds: {stalls}")


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th percentile."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--brokers", default="127.0.0.1:9092", help="host:port, or noida, or tansu")
    parser.add_argument("--capacity", type=float, help="articles a second; default: measured")
    parser.add_argument("--shares", type=lambda text: [float(s) for s in text.split(",")], default=[0.1, 0.5, 0.9])
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with broker_at(given.brokers) as (address, _):
        name = f"latency-{int(time.time())}"
        settings = Settings.read(brokers=address, topic_prefix=name, group=name, partitions=PARTITIONS)
        asyncio.run(measure(settings, given))


if __name__ == "__main__":
    main()
