"""A soak: article after article through one worker, as many as `WIREMILL_SOAK_ARTICLES` says; what leaks, shows.

`WIREMILL_SOAK_SECONDS` ends the feeding earlier; the figures say how many articles it came to.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import linear_regression, mean

import psutil
import pytest
from aiokafka import ConsumerRecord

from tests.harness.articles import article
from tests.harness.brokers import Broker
from tests.harness.kafka import Tape, as_input, create_topics, feed
from tests.harness.plugin import MakeWorker, Note
from tests.harness.worker import Worker

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.embedded("tansu")]

COUNT = int(os.environ.get("WIREMILL_SOAK_ARTICLES", "1500"))
AHEAD = 3_000  # articles fed before they are needed; more would only fill the broker
FEED_SECONDS = float(os.environ.get("WIREMILL_SOAK_SECONDS", "inf"))
LEAST_PER_SECOND = 8.0  # on a crowded machine; below it the soak is given up
LONG_ARTICLES = 20_000  # in a shorter soak, what is made on first use looks like growth
SAMPLE_SECONDS = 2.0
SEED = 33
OUTPUTS = ("clean", "enriched", "quotes", "entities", "dead-letter")


def _place(record: ConsumerRecord) -> tuple[str, int, int]:
    return (record.topic, record.partition, record.offset)


def _entry(record: ConsumerRecord) -> tuple[tuple[str, int, int], str, dict[str, int]]:
    """Return of a ledger entry its place, fate and outputs: 100,000 whole ones would not fit."""
    entry = json.loads(record.value)
    return (entry["topic"], entry["partition"], entry["offset"]), entry["fate"], entry["outputs"]


@dataclass
class Marks:
    """What a worker took at each look. Memory in MiB."""

    handled: list[int] = field(default_factory=list)
    worker_mb: list[float] = field(default_factory=list)
    worker_files: list[int] = field(default_factory=list)
    child_mb: list[float] = field(default_factory=list)
    children: set[int] = field(default_factory=set)

    def look(self, worker: Worker, handled: int) -> None:
        process = psutil.Process(worker.pid)
        self.handled.append(handled)
        self.worker_mb.append(process.memory_info().rss / 1_048_576)
        self.worker_files.append(process.num_fds())
        sizes = [0.0]
        for child in worker.descendants():
            try:
                if not child.children():  # the template has them as its children
                    sizes.append(child.memory_info().rss / 1_048_576)
                    self.children.add(child.pid)
            except psutil.NoSuchProcess:
                continue
        self.child_mb.append(max(sizes))

    def grown_mb(self) -> float:
        """Return by how much the worker grew over the last three quarters of the soak, by its regression line."""
        first = len(self.handled) // 4
        handled, sizes = self.handled[first:], self.worker_mb[first:]
        return linear_regression(handled, sizes).slope * (handled[-1] - handled[0])


async def test_memory_and_files_stay_flat(broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note) -> None:
    """No article is missing or done twice, each output is there, the worker does not grow, children are replaced."""
    await create_topics(broker.address, prefix)
    recycled_after = max(200, COUNT // 20)
    worker = make_worker(broker.address, pool_size=2, model="sm", min_words=10, child_articles=recycled_after)
    marks, seconds_most = Marks(), COUNT / LEAST_PER_SECOND + 120
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(Tape(broker.address, f"{prefix}.ledger", keep=_entry))
        raw = await stack.enter_async_context(Tape(broker.address, f"{prefix}.raw", keep=_place))
        outputs = {
            name: await stack.enter_async_context(Tape(broker.address, f"{prefix}.{name}", keep=_place))
            for name in OUTPUTS
        }
        began, count, fed, handled = time.monotonic(), COUNT, 0, 0
        while handled < 2 * count:
            assert worker.running, worker.tail()
            assert time.monotonic() - began < seconds_most, f"{handled} of {2 * count} fates after {seconds_most:.0f} s"
            if time.monotonic() - began > FEED_SECONDS:
                count = fed
            if fed < count and fed - handled / 2 < AHEAD:
                more = min(1_000, count - fed)
                inputs = (as_input(article(fed + number, seed=SEED, paragraphs=1)) for number in range(more))
                await feed(broker.address, f"{prefix}.raw", inputs, idempotent=broker.idempotent)
                fed += more
            handled = len(await ledger.pull())
            marks.look(worker, handled // 2)
            await asyncio.sleep(SAMPLE_SECONDS)
        seconds = time.monotonic() - began
        entries = await ledger.pull()
        places = await raw.pull() + await outputs["clean"].pull()
        made = {f"{prefix}.{name}": len(await tape.pull()) for name, tape in outputs.items()}
    fates = Counter(fate for _, fate, _ in entries)
    missing = set(places) - {place for place, _, _ in entries}
    claimed: Counter[str] = Counter()
    for _, _, counts in entries:
        claimed.update(counts)
    replaced = len(marks.children) - 2
    again = len(entries) - len({place for place, _, _ in entries})
    grown = marks.grown_mb()
    files = f"{marks.worker_files[len(marks.worker_files) // 4]} files, then {marks.worker_files[-1]}"
    figures(
        f"{count} articles, {len(entries)} fates {dict(fates)}, missing {len(missing)}, again {again}; "
        f"{count / seconds:.0f} articles/s for {seconds:.0f} s; worker {mean(marks.worker_mb):.0f} MiB, grown by "
        f"{grown:+.1f} MiB over the last three quarters; {files}; largest child {max(marks.child_mb):.0f} MiB; "
        f"{replaced} children replaced, one every {recycled_after} articles"
    )
    assert not missing
    assert again == 0
    assert len(entries) == 2 * count
    assert {name: count for name, count in made.items() if count} == dict(claimed), (
        "an output is missing or there twice"
    )
    assert grown < (4 if count >= LONG_ARTICLES else 15), marks.worker_mb
    assert marks.worker_files[-1] <= marks.worker_files[len(marks.worker_files) // 4] + 8, marks.worker_files
    assert replaced >= count // recycled_after // 2, "children are not replaced"
