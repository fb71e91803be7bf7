"""Seconds from starting a worker to its first confirmed article.

    python -m bench.start --brokers 127.0.0.1:9092 --rounds 5

An article waits on the topic when the process starts. The clock stops at the time that the broker's record of the
enriched article bears, which the worker writes when it sends it; `--brokers tansu` starts an embedded broker. The first
start is not counted: it may have to write bytecode, which an image and an installation by pip bring.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import time

from bench import corpus
from bench.programs import Worker, broker_at
from workers import broker
from workers.publish import Topic
from workers.settings import Settings

LONGEST_SECONDS = 60.0


async def first_article(settings: Settings, value: bytes) -> float:
    """Return the seconds from starting the process to the first enriched article."""
    await broker.create_topics(settings)
    async with broker.producer(settings) as producer:
        await producer.send_and_wait(settings.topic(Topic.RAW), value, b"first")
    async with broker.consumer(settings, settings.topic(Topic.ENRICHED)) as reader:
        began = time.time()
        worker = Worker(settings)
        try:
            record = await asyncio.wait_for(reader.getone(), LONGEST_SECONDS)
        finally:
            worker.stop()
    return float(record.timestamp) / 1000 - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    value = json.dumps(next(iter(corpus.articles(1))), ensure_ascii=False).encode()
    taken = []
    with broker_at(given.brokers) as (address, _):
        for turn in range(1 + given.rounds):
            name = f"start-{turn}-{int(time.time())}"
            settings = Settings.read(brokers=address, topic_prefix=name, group=name)
            seconds = asyncio.run(first_article(settings, value))
            print(f"{seconds:.2f} s{'' if turn else ', not counted'}", flush=True)
            if turn:
                taken.append(seconds)
    print(f"start to first article: {statistics.median(taken):.2f} s ({min(taken):.2f}–{max(taken):.2f})")


if __name__ == "__main__":
    main()
