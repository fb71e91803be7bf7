"""Articles a second from raw pages to confirmed outputs: Wiremill, the limit, and what people write today, in one run.

    python -m bench.end_to_end --brokers 127.0.0.1:9092 --articles 2000 --rounds 3

Systems take turns (a b c a b c …); the table has medians and ratios to the limit: `nlp.pipe` of the stock model over
the same clean texts, one process a core, without Kafka and cleaning. A program's rate is taken from the times of its
own outputs, between the first tenth and the last, so that starting up does not count.

With `--kill` each program is also killed (-9) in the middle and started again, and the articles that never came out
are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import corpus
from workers import broker
from workers.options import Stage, StageOptions
from workers.publish import Delivery, Topic
from workers.settings import Settings

QUIET_SECONDS = 45.0  # without an output, a program counts as done
WIREMILL = "wiremill"
WIREMILL_STOCK = "wiremill-stock"
LIMIT = "limit"
RIVALS = ("naive_faust", "faust_executor", "aiokafka_pool", "quix", "arroyo_pool")


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one system. Rates in articles a second, memory in MiB, CPU in seconds an article."""

    system: str
    rate: float
    out: int
    pss_mb: float = 0.0
    cpu_ms: float = 0.0
    lost: int | None = None


class Bench:
    """The raw articles and their clean texts, and the broker that all systems use."""

    def __init__(self, brokers: str, articles: int, rival_python: str) -> None:
        self.brokers = brokers
        self.rival_python = rival_python
        self.raw = [json.dumps(article, ensure_ascii=False).encode() for article in corpus.articles(articles)]
        self.texts = clean_texts(self.raw)
        self.words = sum(len(text.split()) for text in self.texts)

    def run(self, system: str, turn: int, *, kill: bool = False) -> Result:
        """Run one system once."""
        if system == LIMIT:
            return Result(system, len(self.texts) / limit_seconds(self.texts), len(self.texts))
        return asyncio.run(self._through_kafka(system, turn, kill=kill))

    async def _through_kafka(self, system: str, turn: int, *, kill: bool) -> Result:
        name = f"bench-{system}-{turn}-{int(time.time())}"
        settings = Settings.read(brokers=self.brokers, topic_prefix=name, group=name, partitions=8)
        await broker.create_topics(settings)
        async with broker.producer(settings) as producer:
            for number, value in enumerate(self.raw):
                await producer.send(settings.topic(Topic.RAW), value, b"%d" % number)
            await producer.flush()
        program = Program(self._command(system), worker_environment(settings, fast=system == WIREMILL))
        try:
            return await self._measure(system, settings, program, kill=kill)
        finally:
            program.stop()

    async def _measure(self, system: str, settings: Settings, program: Program, *, kill: bool) -> Result:
        times: list[int] = []
        urls: set[str] = set()
        last = time.monotonic()
        pss, killed = 0.0, False
        async with broker.consumer(settings, settings.topic(Topic.ENRICHED)) as reader:
            while len(urls) < len(self.raw) and time.monotonic() - last < QUIET_SECONDS:
                for records in (await reader.getmany(timeout_ms=500)).values():
                    last = time.monotonic()
                    times += [record.timestamp for record in records]
                    urls.update(json.loads(record.value)["url"] for record in records)
                pss = max(pss, program.pss_mb())
                if kill and not killed and len(urls) > len(self.raw) // 3:
                    program.kill()
                    program.start()
                    killed = True
        times.sort()
        tenth = len(times) // 10
        rate = (len(times) - tenth - 1) / max(0.001, (times[-1] - times[tenth]) / 1000) if len(times) > 10 else 0.0
        cpu = program.cpu_seconds() / max(1, len(urls)) * 1000
        return Result(system, rate, len(urls), pss, cpu, len(self.raw) - len(urls) if kill else None)

    def _command(self, system: str) -> list[str]:
        if system in (WIREMILL, WIREMILL_STOCK):
            return [sys.executable, "-m", "workers", "worker"]
        return [self.rival_python, "-m", f"bench.rivals.{system}"]


def worker_environment(settings: Settings, *, fast: bool) -> dict[str, str]:
    """Return the environment of a worker, and of the rivals, which read the last three."""
    return os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "WIREMILL_BROKERS": settings.brokers,
        "WIREMILL_TOPIC_PREFIX": settings.topic_prefix,
        "WIREMILL_GROUP": settings.group,
        "WIREMILL_WEB_PORT": "0",
        "WIREMILL_LOG_LEVEL": "WARNING",
        "WIREMILL_FAST": str(fast).lower(),
        "WIREMILL_SESSION_SECONDS": "10",
        "BROKERS": settings.brokers,
        "PREFIX": settings.topic_prefix,
        "GROUP": settings.group,
    }


class Program:
    """A system under test: a process and its descendants."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._cpu: dict[int, float] = {}
        self.start()

    def start(self) -> None:
        """Start it in a session of its own."""
        self._process = subprocess.Popen(
            self._command, env=self._environment, cwd=Path(__file__).parent.parent, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=None if os.environ.get("SHOW") else subprocess.DEVNULL,
        )  # fmt: skip

    def pss_mb(self) -> float:
        """Return the proportional memory of all its processes, and note their CPU time."""
        total = 0.0
        for process in self._tree():
            try:
                total += process.memory_full_info().pss / (1 << 20)
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
            except psutil.Error:
                continue
        return total

    def cpu_seconds(self) -> float:
        """Return the CPU time of all processes seen so far, starting up included."""
        return sum(self._cpu.values())

    def kill(self) -> None:
        """kill -9 of all its processes at once."""
        for process in self._tree():
            try:
                process.kill()
            except psutil.Error:
                continue
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end, then kill what is left."""
        tree = self._tree()
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(15)
        for process in tree:
            try:
                process.kill()
            except psutil.Error:
                continue
        self._process.wait()

    def _tree(self) -> list[psutil.Process]:
        try:
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        except psutil.Error:
            return []


def clean_texts(raw: Sequence[bytes]) -> list[str]:
    """Return the clean texts of the corpus, as our clean stage makes them."""
    from workers.stages import Stages

    stages = Stages(StageOptions(stages=(Stage.CLEAN,)))
    deliveries = [Delivery("raw", 0, number, None, value) for number, value in enumerate(raw)]
    outputs = [message for handled in stages.handle(Stage.CLEAN, deliveries) for message in handled.outputs]
    return [json.loads(message.value)["text"] for message in outputs]


def limit_seconds(texts: Sequence[str]) -> float:
    """Return how long `nlp.pipe` takes over the texts, stock model, one process a core, loading not counted."""
    context = multiprocessing.get_context("spawn")
    cores = len(os.sched_getaffinity(0))
    barrier = context.Barrier(cores + 1)
    shares = [list(texts[core::cores]) for core in range(cores)]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    processes = [context.Process(target=_pipe, args=(share, barrier)) for share in shares]
    for process in processes:
        process.start()
    barrier.wait()
    began = time.monotonic()
    barrier.wait()
    taken = time.monotonic() - began
    for process in processes:
        process.join()
    return taken


def _pipe(texts: list[str], barrier: Any) -> None:
    import warnings

    import spacy

    from workers.annotate.pipeline import locate

    warnings.filterwarnings("ignore", message=r".*W095")
    nlp = spacy.load(locate("md"))
    list(nlp.pipe(texts[:4]))
    barrier.wait()
    for _ in nlp.pipe(texts):
        pass
    barrier.wait()


def table(results: Sequence[Result], words: float) -> str:
    """Return the medians as a Markdown table; words an article are those of the clean texts."""
    systems = list(dict.fromkeys(result.system for result in results))
    rates = {name: [r.rate for r in results if r.system == name and r.lost is None] for name in systems}
    limit = statistics.median(rates.get(LIMIT) or [float("nan")])
    cores = len(os.sched_getaffinity(0))
    lines = [
        "| system | articles/s (min–max) | words/s/core | of the limit | CPU ms each | peak PSS MiB | lost by kill |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in systems:
        rate = statistics.median(rates[name]) if rates[name] else float("nan")
        mine = [r for r in results if r.system == name]
        lost = [str(r.lost) for r in mine if r.lost is not None]
        spread = f"{rate:.1f} ({min(rates[name]):.1f}–{max(rates[name]):.1f})" if rates[name] else "–"
        lines.append(
            f"| {name} | {spread} | {rate * words / cores:,.0f} | {rate / limit:.2f} | "
            f"{statistics.median(r.cpu_ms for r in mine):.0f} | {max(r.pss_mb for r in mine):.0f} | "
            f"{', '.join(lost) or '–'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the comparison and print its table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--systems", default=",".join((LIMIT, WIREMILL, WIREMILL_STOCK, *RIVALS)))
    parser.add_argument("--rival-python", default=sys.executable, help="one that has quixstreams and arroyo too")
    parser.add_argument("--kill", action="store_true", help="one more round with a kill -9 in the middle")
    given = parser.parse_args()
    bench = Bench(given.brokers, given.articles, given.rival_python)
    systems = given.systems.split(",")
    results: list[Result] = []
    for turn in range(given.rounds):
        for system in systems:
            results.append(bench.run(system, turn))
            print(results[-1], file=sys.stderr, flush=True)
    if given.kill:
        for system in (name for name in systems if name != LIMIT):
            results.append(bench.run(system, 99, kill=True))
            print(results[-1], file=sys.stderr, flush=True)
    print(f"{given.articles} articles, {bench.words / len(bench.texts):.0f} words each, {given.rounds} rounds")
    print(table(results, bench.words / len(bench.texts)))


if __name__ == "__main__":
    main()
