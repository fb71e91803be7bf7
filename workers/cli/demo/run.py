"""The demo's articles on their way: produced, followed in the ledger, painted as they come out."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemas.codec import DecodeError, decode
from schemas.dead_letter import DeadLetter
from schemas.enriched import EnrichedArticle
from schemas.ledger import Fate, LedgerEntry
from schemas.raw import RawArticle
from workers.cli import connect
from workers.cli.exits import fail
from workers.cli.paint import legend, paint_article
from workers.cli.sources import Inputs, SourceError, Unreadable
from workers.cli.terminal import human_seconds, safe_line, stdout
from workers.publish import Topic
from workers.settings import Settings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from workers.cli.demo.process import WorkerProcess

QUIET_SECONDS = 60.0  # without any news from the worker, before we give up
POLL_MS = 200
# One input that is no article, so that a dead letter can be seen.
BROKEN = b'{"url": "https://estuarypost.example/broken", "headline": "A record of another programme", "text": 42}'


@dataclass(slots=True)
class Result:
    """What became of the inputs. `entries`: the stage and fate by input record."""

    inputs: int
    seconds: float = 0.0
    entries: dict[str, tuple[str, Fate]] = field(default_factory=dict)
    painted: int = 0

    @property
    def waiting(self) -> int:
        """How many raw inputs have no final fate, or are not painted, yet."""
        published = self._count("clean", Fate.PUBLISHED)
        annotated = sum(1 for stage, _ in self.entries.values() if stage == "annotate")
        cleaned = sum(1 for stage, _ in self.entries.values() if stage == "clean")
        return (self.inputs - cleaned) + max(0, published - annotated) + max(0, self.expected - self.painted)

    @property
    def expected(self) -> int:
        """How many enriched records there must be."""
        return self._count("annotate", Fate.PUBLISHED)

    @property
    def complete(self) -> bool:
        """Whether every input has its fate and every enriched record was seen."""
        return self.waiting == 0

    def _count(self, stage: str, fate: Fate) -> int:
        return sum(1 for entry in self.entries.values() if entry == (stage, fate))


async def show(settings: Settings, worker: WorkerProcess, files: list[str], *, text: bool, explain: bool) -> Result:
    """Produce the articles, paint each enriched record when it arrives, and return what became of them all."""
    inputs = _inputs(files)
    own_files = not files[0].endswith("samples")
    began = time.monotonic()
    count = await _produce(settings, inputs if own_files else [*inputs, BROKEN])
    console = stdout()
    words = f"produced  {count} inputs onto {settings.topic(Topic.RAW)}"
    took = f"  {human_seconds(time.monotonic() - began)}"
    console.print(Text.assemble(("✓ ", "bold green"), words, (took, "color(244)")))
    console.print()
    console.print(legend())
    console.print()
    result = Result(count)
    topics = [settings.topic(topic) for topic in (Topic.LEDGER, Topic.ENRICHED, Topic.DEAD_LETTER)]
    async with connect.admin(settings) as admin_client:
        partitions = await connect.partitions_of(admin_client, topics)
    async with connect.consumer(settings) as reader:
        reader.assign(partitions)
        await reader.seek_to_beginning(*partitions)
        await _follow(reader, settings, worker, result, text=text, explain=explain)
    result.seconds = time.monotonic() - began
    return result


async def _follow(
    reader: AIOKafkaConsumer, settings: Settings, worker: WorkerProcess, result: Result, *, text: bool, explain: bool
) -> None:
    """Take records of ledger, enriched and dead-letter topics until every input has its fate."""
    heard = time.monotonic()
    with _progress(result) as update:
        while not result.complete and worker.running and time.monotonic() - heard < QUIET_SECONDS:
            batches = await reader.getmany(timeout_ms=POLL_MS)
            for partition, records in batches.items():
                for record in records:
                    heard = time.monotonic()
                    shown = _take(partition.topic, record.value, settings, result, text=text, explain=explain)
                    if shown is not None:
                        update.print(shown)
            update()


def _take(topic: str, value: bytes, settings: Settings, result: Result, *, text: bool, explain: bool) -> Any:
    """Note one record; return what to paint of it, None for a ledger entry."""
    if topic == settings.topic(Topic.LEDGER):
        entry = decode(value, LedgerEntry)
        result.entries[entry.key] = (entry.stage, entry.fate)
        return None
    if topic == settings.topic(Topic.ENRICHED):
        result.painted += 1
        return paint_article(decode(value, EnrichedArticle), text=text, explain=explain)
    letter = decode(value, DeadLetter)
    origin = f"{letter.topic}/{letter.partition}/{letter.offset}"
    said = f"{letter.error.error_class.value}: {letter.error.message}"
    return Text.assemble(("✗ dead letter", "bold red"), f"  {origin}\n  ", (safe_line(said), "color(244)"), "\n")


class _Update:
    """Moves the progress line, and prints above it."""

    def __init__(self, result: Result, status: Any) -> None:
        self._result = result
        self._status = status
        self._console = status.console if status is not None else stdout()

    def __call__(self) -> None:
        if self._status is not None:
            done = sum(1 for stage, _ in self._result.entries.values() if stage == "clean")
            self._status.update(f"{done} of {self._result.inputs} cleaned, {self._result.painted} enriched …")

    def print(self, shown: Any) -> None:
        self._console.print(shown)


@contextmanager
def _progress(result: Result) -> Iterator[_Update]:
    if not sys.stdout.isatty():
        yield _Update(result, None)
        return
    with stdout().status("waiting for the first article …") as status:
        yield _Update(result, status)


def _inputs(files: list[str]) -> list[bytes]:
    try:
        found = list(Inputs(files))
    except SourceError as error:
        fail(str(error), hint="`wiremill demo --help` shows what it reads")
    for item in found:
        if isinstance(item, Unreadable):
            fail(f"{item.place}: {item.why}", hint="give files that can be read")
    return [item.value for item in found if not isinstance(item, Unreadable)]


async def _produce(settings: Settings, values: list[bytes]) -> int:
    """Send the values, keyed by URL or id where they have one; return how many the broker confirmed."""
    async with connect.producer(settings) as sender:
        headers = [("content-type", b"application/json")]
        sent = [
            await sender.send(settings.topic(Topic.RAW), value=value, key=_key(value), headers=headers)
            for value in values
        ]
        return len(await asyncio.gather(*sent))


def _key(value: bytes) -> bytes | None:
    try:
        article = decode(value, RawArticle)
    except DecodeError:
        return None
    return (article.url or article.id or "").encode() or None
