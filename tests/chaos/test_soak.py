"""A soak: article after article through one worker, as many as `WIREMILL_SOAK_ARTICLES` says; what leaks, shows.

`WIREMILL_SOAK_SECONDS` ends the feeding earlier; the figures say how many articles it came to. They are written as they
come, a JSON line every 30 s, to `WIREMILL_SOAK_FILE` or a file in .cache, so that a soak that is cut short has told
something too.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median

import psutil
import pytest
from aiokafka import ConsumerRecord

from tests.harness.articles import article
from tests.harness.brokers import Broker
from tests.harness.kafka import Tape, as_input, create_topics, feed
from tests.harness.plugin import MakeWorker, Note
from tests.harness.processes import ROOT
from tests.harness.worker import Worker

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.embedded("tansu")]

COUNT = int(os.environ.get("WIREMILL_SOAK_ARTICLES", "1500"))
AHEAD = 3_000  # articles fed before they are needed; more would only fill the broker
FEED_SECONDS = float(os.environ.get("WIREMILL_SOAK_SECONDS", "inf"))
LEAST_PER_SECOND = 8.0  # on a crowded machine; below it the soak is given up
LONG_ARTICLES = 20_000  # in a shorter soak, what is made on first use looks like growth
SAMPLE_SECONDS = 2.0
NOTE_SECONDS = 30.0  # between lines of the file
CHILDREN = 2
# A child is replaced after so large a part of all records: long lives show what leaks, and several are recycled. In a
# soak of 100,000 articles that is 40,000 records (raw and clean), so 20,000 articles through both stages.
LIFE_SHARE = 0.2
SEED = 33
OUTPUTS = ("clean", "enriched", "quotes", "entities", "dead-letter")


def _place(record: ConsumerRecord) -> tuple[str, int, int]:
    return (record.topic, record.partition, record.offset)


def _entry(record: ConsumerRecord) -> tuple[tuple[str, int, int], str, dict[str, int]]:
    """Return of a ledger entry its place, fate and outputs: 100,000 whole ones would not fit."""
    entry = json.loads(record.value)
    return (entry["topic"], entry["partition"], entry["offset"]), entry["fate"], entry["outputs"]


@dataclass
class Life:
    """What one process took at each look, by how many records the worker, or its share of them a child, had handled.

    Memory in MiB; `private` is what it shares with no other process.
    """

    handled: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)
    private: list[float] = field(default_factory=list)

    def look(self, process: psutil.Process, handled: float) -> None:
        memory = process.memory_full_info()
        self.handled.append(handled)
        self.resident.append(memory.rss / 1_048_576)
        self.private.append(memory.uss / 1_048_576)

    @property
    def records(self) -> float:
        return self.handled[-1] - self.handled[0]

    def slope_mb(self, sizes: list[float]) -> float:
        """Return by how much it grows with 10,000 records, by the regression line over its last three quarters."""
        first = len(self.handled) // 4
        if self.handled[-1] == self.handled[first]:
            return 0.0
        return 10_000 * linear_regression(self.handled[first:], sizes[first:]).slope

    def __str__(self) -> str:
        return (
            f"{self.records:,.0f} records, {self.resident[-1]:.0f} MiB ({self.slope_mb(self.resident):+.2f} for each "
            f"10,000 records; private {self.private[-1]:.0f}, {self.slope_mb(self.private):+.2f})"
        )


class Marks:
    """What a worker and its children took, from look to look, and the file that tells it."""

    def __init__(self, path: Path) -> None:
        self.worker = Life()
        self.files: list[int] = []
        self.children: dict[int, Life] = {}
        self._path = path
        self._began = self._noted = time.monotonic()

    def look(self, worker: Worker, *, fed: int, handled: int) -> None:
        """Look at all processes; `handled` records are done, which the children share evenly."""
        process = psutil.Process(worker.pid)
        self.worker.look(process, handled)
        self.files.append(process.num_fds())
        for child in worker.descendants():
            try:
                if not child.children():  # the template has them as its children
                    life = self.children.get(child.pid, Life())
                    life.look(child, handled / CHILDREN)
                    self.children[child.pid] = life
            except psutil.NoSuchProcess:
                continue
        if time.monotonic() - self._noted >= NOTE_SECONDS:
            self._noted = time.monotonic()
            self.note(fed=fed, handled=handled, **self.figures())

    def figures(self) -> dict[str, object]:
        """Return what all processes take now, and how many children there were."""
        now = self.worker.handled[-1] / CHILDREN
        alive = [life for life in self.children.values() if life.handled[-1] == now]
        return {
            "worker_mb": round(self.worker.resident[-1], 1),
            "worker_files": self.files[-1],
            "children_mb": [round(life.resident[-1], 1) for life in alive],
            "children_private_mb": [round(life.private[-1], 1) for life in alive],
            "children_replaced": self.replaced,
        }

    def note(self, **facts: object) -> None:
        """Write a line to the file."""
        with self._path.open("a") as file:
            file.write(json.dumps({"seconds": round(time.monotonic() - self._began)} | facts) + "\n")

    @property
    def replaced(self) -> int:
        return max(0, len(self.children) - CHILDREN)

    def oldest(self) -> list[Life]:
        """Return the children that handled most, the longest life first, and none that lived half as long or less."""
        lives = sorted(self.children.values(), key=lambda life: -life.records)
        return [life for life in lives if life.records > lives[0].records / 2]


def _file() -> Path:
    """Return where the figures of this soak are written; nothing is there yet."""
    default = ROOT / ".cache" / time.strftime("soak-%Y%m%d-%H%M%S.jsonl")
    path = Path(os.environ.get("WIREMILL_SOAK_FILE") or default)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return path


async def test_memory_and_files_stay_flat(broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note) -> None:
    """No article is missing or done twice, each output is there, the worker does not grow, children are replaced."""
    await create_topics(broker.address, prefix)
    recycled_after = int(2 * COUNT * LIFE_SHARE)
    worker = make_worker(broker.address, pool_size=CHILDREN, model="sm", min_words=10, child_articles=recycled_after)
    path, seconds_most = _file(), COUNT / LEAST_PER_SECOND + 120
    marks = Marks(path)
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
            marks.look(worker, fed=fed, handled=handled)
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
    again = len(entries) - len({place for place, _, _ in entries})
    oldest = marks.oldest()
    slopes = [life.slope_mb(life.resident) for life in oldest]
    grown = marks.worker.slope_mb(marks.worker.resident) * marks.worker.records * 0.75 / 10_000
    files, later = marks.files[len(marks.files) // 4], marks.files[-1]
    marks.note(
        fed=fed, handled=len(entries), missing=len(missing), again=again, fates=fates, **marks.figures(),
        worker_slope_mb=round(marks.worker.slope_mb(marks.worker.resident), 3),
        children_slope_mb=[round(slope, 3) for slope in slopes], children_records=[life.records for life in oldest],
    )  # fmt: skip
    figures(
        f"{count} articles, {len(entries)} fates {dict(fates)}, missing {len(missing)}, again {again}; "
        f"{count / seconds:.0f} articles/s for {seconds:.0f} s; worker {marks.worker}; {files} files, then {later}; "
        f"{marks.replaced} children replaced, one every {recycled_after:,} records; those that lived longest: "
        f"{'; '.join(map(str, oldest))}; median {median(slopes):+.2f} for each 10,000 records; all in {path}"
    )
    assert not missing
    assert again == 0
    assert len(entries) == 2 * count
    assert {name: count for name, count in made.items() if count} == dict(claimed), (
        "an output is missing or there twice"
    )
    assert grown < (4 if count >= LONG_ARTICLES else 15), marks.worker.resident
    assert later <= files + 8, marks.files
    assert marks.replaced >= 1, "children are not replaced"
