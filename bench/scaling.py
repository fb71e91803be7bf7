"""What more workers and partitions give, and what a change of their number costs, on this machine.

    python -m bench.scaling --brokers 127.0.0.1:9092

First the pace: workers × children × partitions, each with a backlog of its own, articles a second while all workers are
up. Then a worker joins, leaves on SIGTERM, joins again and is killed (-9) while articles come steadily; for each event,
from the broker's records: how long no article at all was finished, the longest that an article took from produce to
confirmed outputs, the most records that waited, and how many articles were done twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice, pairwise

from aiokafka.structs import TopicPartition

from bench import corpus
from bench.end_to_end import QUIET_SECONDS, read_all, written
from bench.latency import times
from bench.programs import Worker, broker_at
from workers import broker
from workers.options import Stage
from workers.publish import Topic
from workers.settings import Settings

# Workers, children each, partitions of each topic.
SHAPES = ((1, 1, 8), (1, 2, 8), (2, 1, 8), (4, 1, 8), (1, 2, 1), (2, 1, 1), (2, 1, 2), (4, 1, 4))
LOOK_SECONDS = 0.5
SESSION_SECONDS = 10.0  # of the workers here; 20 by default
# Seconds from the beginning of the second part: what happens, and when it is over.
EVENTS = (
    ("steady", 4.0, 10.0),
    ("joins", 10.0, 22.0),
    ("leaves on SIGTERM", 22.0, 30.0),
    ("joins again", 30.0, 42.0),
    ("is killed", 42.0, 64.0),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How many workers, children of each, and partitions."""

    workers: int
    children: int
    partitions: int


def settings_for(address: str, name: str, partitions: int) -> Settings:
    """Return settings with topics and group of their own."""
    unique = f"scale-{name}-{int(time.time())}"
    return Settings.read(brokers=address, topic_prefix=unique, group=unique, partitions=partitions)


async def pace(settings: Settings, shape: Shape, values: Sequence[bytes]) -> float:
    """Return articles a second in the middle of a backlog, all workers up before the first article comes."""
    await broker.create_topics(settings)
    with ExitStack() as stack:
        for _ in range(shape.workers):
            worker = Worker(settings, pool_size=shape.children, session_seconds=SESSION_SECONDS)
            stack.callback(worker.stop)
        await _all_in(settings, shape.workers)
        async with broker.producer(settings) as producer:
            for value in values:
                await producer.send(settings.topic(Topic.RAW), value, json.loads(value)["url"].encode())
            await producer.flush()
        await _all_out(settings, len(values))
    moments = sorted(confirmed for _, confirmed in (await times(settings)).values())
    low, high = len(moments) // 5, len(moments) * 9 // 10
    return (high - low) / (moments[high] - moments[low])


async def _all_out(settings: Settings, articles: int) -> None:
    """Return when so many articles are enriched, or none was for long."""
    async with broker.consumer(settings, settings.topic(Topic.ENRICHED)) as reader:
        count, moved = 0, time.monotonic()
        while count < articles and time.monotonic() - moved < QUIET_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            before, count = count, await written(reader, settings, Topic.ENRICHED)
            moved = time.monotonic() if count > before else moved


async def _all_in(settings: Settings, workers: int) -> None:
    """Return when the group is stable and has all workers; they share its partitions as far as there are enough."""
    async with broker.admin(settings) as client:
        for _ in range(600):
            [group] = (await client.describe_consumer_groups([settings.group]))[0].groups
            state, members = group[2], group[5]
            if state == "Stable" and len(members) == workers:
                return
            await asyncio.sleep(0.1)
    raise TimeoutError("the workers did not come into one group within 60 s")


@dataclass(frozen=True, slots=True)
class Cost:
    """What an event cost: seconds without any finished article, the slowest article, the most waiting, twice done."""

    event: str
    still_seconds: float
    slowest_seconds: float
    most_waiting: int
    twice: int


async def events(settings: Settings, values: Sequence[bytes], rate: float) -> list[Cost]:
    """Let a second worker come and go while articles come at `rate` a second; return what each event cost."""
    await broker.create_topics(settings)
    first = Worker(settings, pool_size=1, session_seconds=SESSION_SECONDS)
    second: Worker | None = None
    waiting: list[tuple[float, int]] = []
    try:
        await _all_in(settings, 1)
        began = time.time()
        end = began + EVENTS[-1][2]
        tasks = [
            asyncio.create_task(_feed(settings, values, rate, end)),
            asyncio.create_task(_watch(settings, waiting, end)),
        ]
        for event, start, _ in EVENTS[1:]:
            await asyncio.sleep(max(0.0, began + start - time.time()))
            if event.startswith("joins"):
                second = Worker(settings, pool_size=1, session_seconds=SESSION_SECONDS)
            elif second is not None:
                second.terminate() if "SIGTERM" in event else second.kill()
        await asyncio.gather(*tasks)
        await asyncio.sleep(5)
    finally:
        first.stop()
        if second is not None:
            second.stop()
    return await _costs(settings, began, waiting)


async def _feed(settings: Settings, values: Sequence[bytes], rate: float, end: float) -> None:
    """Send the values again and again, each time from other addresses, until `end`."""
    due, number = time.time(), 0
    async with broker.producer(settings) as producer:
        while time.time() < end:
            value = json.loads(values[number % len(values)])
            value["url"] += f"-{number}"
            await producer.send(settings.topic(Topic.RAW), json.dumps(value).encode(), value["url"].encode())
            number += 1
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.time()))


async def _watch(settings: Settings, waiting: list[tuple[float, int]], end: float) -> None:
    """Note how many records of both stages' topics the group has not committed."""
    partitions = [TopicPartition(settings.topic(topic), number) for topic in broker.READ_TOPICS
                  for number in range(settings.partitions)]  # fmt: skip
    while time.time() < end:
        waiting.append((time.time(), sum(at.lag for at in (await broker.bounds(settings, partitions)).values())))
        await asyncio.sleep(LOOK_SECONDS)


async def _costs(settings: Settings, began: float, waiting: Sequence[tuple[float, int]]) -> list[Cost]:
    spans = list((await times(settings)).values())
    entries = [(moment / 1000, json.loads(value)) for moment, value in await read_all(settings, Topic.LEDGER)]
    moments = sorted(moment for moment, entry in entries if entry["stage"] == Stage.ANNOTATE)
    seen: Counter[tuple[str, int, int]] = Counter()
    again = []
    for moment, entry in sorted(entries, key=lambda pair: pair[0]):
        place = entry["topic"], entry["partition"], entry["offset"]
        if seen[place]:
            again.append(moment)
        seen[place] += 1
    costs = []
    for event, start, end in EVENTS:
        low, high = began + start, began + end
        inside = [low, *(moment for moment in moments if low <= moment < high), high]
        costs.append(Cost(
            event,
            max(after - before for before, after in pairwise(inside)),
            max((confirmed - produced for produced, confirmed in spans if low <= confirmed < high), default=0.0),
            max((count for moment, count in waiting if low <= moment < high), default=0),
            sum(low <= moment < high for moment in again),
        ))  # fmt: skip
    return costs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", default="127.0.0.1:9092", help="host:port, or tansu")
    parser.add_argument("--articles", type=int, default=400, help="of the backlog of each shape")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rate", type=float, default=20, help="articles a second while workers come and go")
    parser.add_argument("--only", choices=("pace", "events"))
    given = parser.parse_args()
    values = list(islice(corpus.values(seed=9), given.articles))
    with broker_at(given.brokers) as (address, _):
        if given.only != "events":
            found: dict[Shape, list[float]] = {}
            for turn in range(given.rounds):
                for shape in (Shape(*numbers) for numbers in SHAPES):
                    settings = settings_for(
                        address, f"{shape.workers}-{shape.children}-{shape.partitions}-{turn}", shape.partitions
                    )
                    found.setdefault(shape, []).append(asyncio.run(pace(settings, shape, values)))
                    print(shape, found[shape], flush=True)
            print("\n| workers | children each | partitions | articles/s |\n|---|---|---|---|")
            for shape, rates in found.items():
                print(f"| {shape.workers} | {shape.children} | {shape.partitions} | {statistics.median(rates):.1f} |")
        if given.only != "pace":
            costs = asyncio.run(events(settings_for(address, "events", 8), values, given.rate))
            print(f"\n{given.rate:g} articles a second, session {SESSION_SECONDS:g} s\n")
            print("| a second worker | no article for | slowest article | most waiting | done twice |")
            print("|---|---|---|---|---|")
            for one in costs:
                seconds = f"{one.still_seconds:.1f} s | {one.slowest_seconds:.1f} s"
                print(f"| {one.event} | {seconds} | {one.most_waiting} | {one.twice} |")


if __name__ == "__main__":
    main()
