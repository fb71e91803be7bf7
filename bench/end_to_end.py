"""Articles a second from raw pages to confirmed outputs: Wiremill, the limit, and what people write today, in one run.

    python -m bench.end_to_end --brokers 127.0.0.1:9092 --articles 2000 --chunks 4

The corpus is cut into chunks, and the systems take turns over each: a b c …, a b c …; the table has the medians over
the chunks, with the least and the most. All systems do the same work over the same chunk, each on topics of its own
that hold the raw articles before it starts. The rate counts from a program's first output to its last, so that starting
up does not count: for Wiremill, which writes clean articles on the way, from the first of those, and for others from
the tenth part of their output, because some write their first outputs in one go. The limit is `bench.limit`.

`--brokers tansu` (or noida) takes an embedded broker, empty for each run. `--kill` kills (-9) each program, all its
processes, a third of the way through, starts it again, and counts the articles that never came out.

The rivals need an interpreter that has their frameworks beside Wiremill:

    python -m venv /tmp/rivals && /tmp/rivals/bin/pip install -e . quixstreams sentry-arroyo
    python -m bench.end_to_end --rival-python /tmp/rivals/bin/python …
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from bench import corpus, limit
from bench.programs import Program, Worker, broker_at, cpu_seconds, worker_environment
from workers import broker
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Topic
from workers.settings import Settings

PARTITIONS = 8
LOOK_SECONDS = 0.5  # between looks at the broker's offsets, which cost it next to nothing
MEMORY_SECONDS = 2.0  # between looks at the memory, which cost milliseconds a process
QUIET_SECONDS = 40.0  # without an output, a program counts as done
# After a kill: librdkafka's members are missed for 45 s, Faust's for 60 s, before another may have their partitions.
QUIET_SECONDS_KILLED = 100.0

LIMIT = "limit"
WIREMILL = "wiremill"
WIREMILL_STOCK = "wiremill-stock"
RIVALS = ("naive_faust", "faust_executor", "aiokafka_pool", "quix", "arroyo_pool")
STAGES = ("clean", "annotate", "rest of child", "parent", "broker")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Raw articles, and the clean texts that the limit works on."""

    raw: tuple[bytes, ...]
    texts: tuple[str, ...]

    @property
    def words(self) -> int:
        """Words of the clean texts."""
        return sum(len(text.split()) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one system over one chunk. `cpu_ms` an article, by stage where that is known, else `program`."""

    system: str
    chunk: int
    articles: int
    words: int
    seconds_each: float
    out: int
    copies: int = 0
    pss_mb: float = 0.0
    rss_mb: float = 0.0
    cpu_ms: Mapping[str, float] = field(default_factory=dict)
    killed: bool = False

    @property
    def rate(self) -> float:
        """Articles a second."""
        return 1 / self.seconds_each if self.seconds_each else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment of a run."""

    outputs: int
    cpu: Mapping[str, float]
    broker_cpu: float


def chunks_of(articles: int, chunks: int) -> list[Chunk]:
    """Return the corpus, cut."""
    raw = [json.dumps(article, ensure_ascii=False).encode() for article in corpus.articles(articles)]
    size = -(-len(raw) // chunks)
    pieces = [tuple(raw[start : start + size]) for start in range(0, len(raw), size)]
    return [Chunk(piece, tuple(clean_texts(piece))) for piece in pieces]


def clean_texts(raw: Sequence[bytes]) -> list[str]:
    """Return the clean texts of raw articles, as our clean stage makes them."""
    from workers.stages import Stages

    stages = Stages(StageOptions(stages=(Stage.CLEAN,)))
    deliveries = [Delivery("raw", 0, number, None, value) for number, value in enumerate(raw)]
    outputs = [message for handled in stages.handle(Stage.CLEAN, deliveries) for message in handled.outputs]
    return [json.loads(message.value)["text"] for message in outputs]


def run(system: str, chunk: Chunk, number: int, given: argparse.Namespace) -> Result:
    """Run one system over one chunk."""
    if system == LIMIT:
        taken = limit.measure(chunk.texts)
        count = len(chunk.texts)
        cpu = {"program": 1000 * taken.cpu_seconds / count}
        return Result(system, number, count, chunk.words, taken.seconds / count, count, rss_mb=taken.rss_mb, cpu_ms=cpu)
    with broker_at(given.brokers) as (address, server):
        name = f"bench-{system}-{number}-{int(time.time())}"
        settings = Settings.read(brokers=address, topic_prefix=name, group=name, partitions=PARTITIONS)
        return asyncio.run(Run(system, chunk, number, settings, server, given.rival_python, given.kill).measure())


@dataclass(frozen=True, slots=True)
class Run:
    """One program over one chunk."""

    system: str
    chunk: Chunk
    number: int
    settings: Settings
    server: psutil.Process | None
    rival_python: str
    kill: bool

    async def measure(self) -> Result:
        """Fill the raw topic, start the program, watch it, read what it wrote."""
        settings, raw = self.settings, self.chunk.raw
        await broker.create_topics(settings)
        async with broker.producer(settings) as producer:
            for index, value in enumerate(raw):
                await producer.send(settings.topic(Topic.RAW), value, b"%d" % index)
            await producer.flush()
        program = self._start()
        try:
            watched = Watched(program, self.server)
            await watched.until_done(settings, len(raw), kill=self.kill)
            stages = program.metrics("news_stage_cpu_seconds_total", "stage") if isinstance(program, Worker) else {}
        finally:
            program.stop()
        enriched = await read_all(settings, Topic.ENRICHED)
        urls = {json.loads(value)["url"] for _, value in enriched}
        times = [timestamp for timestamp, _ in enriched]
        first = [timestamp for timestamp, _ in await read_all(settings, Topic.CLEAN)] if stages else []
        return Result(
            self.system, self.number, len(raw), self.chunk.words, _seconds_each(times, first), len(urls),
            len(enriched) - len(urls), watched.pss_mb, watched.rss_mb, watched.cpu_ms(len(raw), stages), self.kill,
        )  # fmt: skip

    def _start(self) -> Program:
        if self.system in (WIREMILL, WIREMILL_STOCK):
            return Worker(self.settings, fast=self.system == WIREMILL)
        return Program([self.rival_python, "-m", f"bench.rivals.{self.system}"], worker_environment(self.settings))


class Watched:
    """A program while it works: its CPU time and memory, and those of the broker."""

    def __init__(self, program: Program, server: psutil.Process | None) -> None:
        self._program = program
        self._server = server
        self._looks: list[Look] = []
        self.pss_mb = self.rss_mb = 0.0

    async def until_done(self, settings: Settings, articles: int, *, kill: bool) -> None:
        """Look until all articles are out, or nothing has come for long. Kills and starts again if told to."""
        async with broker.consumer(settings, settings.topic(Topic.ENRICHED)) as reader:
            wanted, outputs, moved, looked = articles, 0, time.monotonic(), 0.0
            quiet = QUIET_SECONDS
            while time.monotonic() - moved < quiet:
                await asyncio.sleep(LOOK_SECONDS)
                before, outputs = outputs, await written(reader, settings, Topic.ENRICHED)
                if outputs > before:
                    moved = time.monotonic()
                self._looks.append(Look(outputs, self._program.cpu_seconds(), cpu_seconds(self._server)))
                if time.monotonic() - looked > MEMORY_SECONDS:
                    looked = time.monotonic()
                    pss, rss = self._program.memory_mb()
                    self.pss_mb, self.rss_mb = max(self.pss_mb, pss), max(self.rss_mb, rss)
                if kill and outputs > articles // 3:
                    self._program.kill()
                    self._program.start()
                    kill, quiet = False, QUIET_SECONDS_KILLED
                if outputs >= wanted:
                    distinct = {json.loads(value)["url"] for _, value in await read_all(settings, Topic.ENRICHED)}
                    if len(distinct) >= articles:
                        return
                    wanted = outputs + articles - len(distinct)

    def cpu_ms(self, articles: int, stages: Mapping[str, float]) -> dict[str, float]:
        """Return CPU milliseconds an article, starting up left out.

        The children's time is theirs since they were forked, when the model was loaded; that of others is taken from
        the tenth part of the outputs on.
        """
        last = self._looks[-1]
        first = next((look for look in self._looks if look.outputs >= articles // 10), last)
        between = 1000 / max(1, last.outputs - first.outputs)
        shares = {"broker": between * (last.broker_cpu - first.broker_cpu)}
        if not stages:
            return shares | {"program": between * (sum(last.cpu.values()) - sum(first.cpu.values()))}
        each = {stage: 1000 * seconds / articles for stage, seconds in stages.items()}
        rest = 1000 * last.cpu["children"] / articles - sum(each.values())
        return shares | each | {"rest of child": rest, "parent": between * (last.cpu["parent"] - first.cpu["parent"])}


async def written(reader: AIOKafkaConsumer, settings: Settings, topic: Topic) -> int:
    """Return how many records a fresh topic holds."""
    partitions = [TopicPartition(settings.topic(topic), number) for number in range(settings.partitions)]
    return sum((await reader.end_offsets(partitions)).values())


async def read_all(settings: Settings, topic: Topic) -> list[tuple[int, bytes]]:
    """Return the records of a topic as they are now: time in Unix milliseconds, and value."""
    found: list[tuple[int, bytes]] = []
    async with broker.consumer(settings, settings.topic(topic)) as reader:
        wanted = await written(reader, settings, topic)
        while len(found) < wanted:
            for records in (await reader.getmany(timeout_ms=500)).values():
                found += [(record.timestamp, record.value) for record in records]
    return found


def _seconds_each(times: Sequence[int], first: Sequence[int]) -> float:
    """Return the seconds an article took, from times in milliseconds; 0 where too few came out."""
    if len(times) < 10:
        return 0.0
    if first:
        return (max(times) - min(first)) / 1000 / len(times)
    ordered = sorted(times)
    tenth = len(ordered) // 10
    return max(1, ordered[-1] - ordered[tenth]) / 1000 / (len(ordered) - tenth - 1)


def table(results: Sequence[Result]) -> str:
    """Return the medians as Markdown tables: speed, then CPU by stage."""
    cores = len(os.sched_getaffinity(0))
    systems = list(dict.fromkeys(result.system for result in results))
    plain = {name: [r for r in results if r.system == name and not r.killed] for name in systems}
    bounds = {r.chunk: r.rate for r in plain.get(LIMIT, [])}
    lines = [
        "| system | chunks | articles/s | words/s/core | of the limit | peak PSS / RSS MiB | lost, twice by kill -9 |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, mine in plain.items():
        rates = [r.rate for r in mine] or [float("nan")]
        words = [r.rate * r.words / r.articles / cores for r in mine] or [float("nan")]
        shares = [r.rate / bounds[r.chunk] for r in mine if r.chunk in bounds] or [float("nan")]
        killed = [f"{r.articles - r.out} of {r.articles}, {r.copies}" for r in results if r.system == name and r.killed]
        memory = f"{max((r.pss_mb for r in mine), default=0):.0f} / {max((r.rss_mb for r in mine), default=0):.0f}"
        lines.append(
            f"| {name} | {len(mine)} | {_spread(rates, 1)} | {statistics.median(words):,.0f} | {_spread(shares, 2)} | "
            f"{memory} | {'; '.join(killed) or '–'} |"
        )
    lines += ["", f"| CPU ms an article | {' | '.join(STAGES)} | program | all |", "|---" * (len(STAGES) + 3) + "|"]
    for name, mine in plain.items():
        cells = [_median([r.cpu_ms[stage] for r in mine if stage in r.cpu_ms]) for stage in (*STAGES, "program")]
        lines.append(f"| {name} | {' | '.join(cells)} | {_median([sum(r.cpu_ms.values()) for r in mine])} |")
    short = [f"{r.system} {r.out} of {r.articles}" for r in results if not r.killed and r.out < r.articles]
    return "\n".join([*lines, *(["", f"Incomplete: {', '.join(short)}"] if short else [])])


def _spread(values: Sequence[float], digits: int) -> str:
    middle = f"{statistics.median(values):.{digits}f}"
    return f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})" if len(values) > 1 else middle


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f}" if values else ""


def main() -> None:
    """Run the comparison and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", default="127.0.0.1:9092", help="host:port, or noida, or tansu")
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--chunks", type=int, default=4)
    parser.add_argument("--systems", default=",".join((LIMIT, WIREMILL, WIREMILL_STOCK, *RIVALS)))
    parser.add_argument("--fewer", default="", help="system=chunks,…: slow ones that do only the first chunks")
    parser.add_argument("--rival-python", default=sys.executable, help="one that has quixstreams and arroyo too")
    parser.add_argument(
        "--kill", action="store_true", help="runs with a kill -9 in the middle, on the first chunk only"
    )
    parser.add_argument("--results", type=Path, help="JSON lines to add to; the tables are of all that it holds")
    given = parser.parse_args()
    systems = [name for name in given.systems.split(",") if name]
    most = {name: int(count) for name, _, count in (pair.partition("=") for pair in given.fewer.split(",")) if count}
    results = [Result(**json.loads(line)) for line in _lines(given.results)]
    chunks = chunks_of(given.articles, given.chunks) if systems else []
    for number, chunk in enumerate(chunks[:1] if given.kill else chunks):
        for system in systems:
            if number < most.get(system, given.chunks) and not (given.kill and system == LIMIT):
                results.append(run(system, chunk, number, given))
                print(results[-1], file=sys.stderr, flush=True)
                if given.results:
                    with given.results.open("a") as file:
                        file.write(json.dumps(asdict(results[-1])) + "\n")
    words = statistics.mean(r.words / r.articles for r in results)
    print(f"{given.articles} articles in {given.chunks} chunks, {words:.0f} words each, on {given.brokers}\n")
    print(table(results))


def _lines(path: Path | None) -> list[str]:
    return path.read_text().splitlines() if path and path.exists() else []


if __name__ == "__main__":
    main()
