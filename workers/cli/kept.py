"""Articles that were kept: records of the clean and enriched topics or of files, and what was made of them then."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.codec import DecodeError, decode, decode_json, unframed
from schemas.enriched import EnrichedArticle
from workers.cli.sources import Found, Inputs, Unreadable
from workers.publish import Topic

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

    from workers.settings import Settings

TOPICS = (Topic.ENRICHED, Topic.CLEAN)


@dataclass(frozen=True, slots=True)
class Kept:
    """A source of kept articles: a topic's newest record of each article, or a file's lines."""

    settings: Settings
    name: str
    since: datetime | None = None

    @property
    def is_topic(self) -> bool:
        """Whether the source is one of our topics, named with or without the prefix; a file of that name goes first."""
        return self.topic is not None and not Path(self.name).exists()

    @property
    def topic(self) -> Topic | None:
        """The topic that the name names, None where it names none."""
        bare = self.name.removeprefix(f"{self.settings.topic_prefix}.")
        return Topic(bare) if bare in TOPICS else None

    def __iter__(self) -> Iterator[Found | Unreadable]:
        """Yield the records. Blocks; a topic is read to where it ended when this began."""
        if not self.is_topic:
            yield from Inputs([self.name], as_clean=True)
            return
        assert self.topic is not None
        records = _newest(self.settings, self.topic, self.since)
        loop = asyncio.new_event_loop()  # its own: this runs in the thread that reads
        try:
            while True:
                try:
                    record = loop.run_until_complete(anext(records))
                except StopAsyncIteration:
                    return
                place = f"{record.topic}/{record.partition}/{record.offset}"
                yield Found(record.topic, record.offset, place, unframed(record.value))
        finally:
            loop.run_until_complete(records.aclose())
            loop.close()


class Baseline:
    """What was made of each article then, held compressed: about a fifth of its JSON."""

    def __init__(self, kept: Kept | None) -> None:
        """Read it all. None: the articles bring their own, since they are enriched ones."""
        self._packed: dict[str, bytes] | None = None
        if kept is not None:
            self._packed = {}
            for item in kept:
                if isinstance(item, Found) and (values := _values(item.value)).get("article_id"):
                    self._packed[str(values["article_id"])] = zlib.compress(item.value, 1)

    def of(self, article_id: str, value: bytes) -> EnrichedArticle | None:
        """Return the annotation of then of an article whose kept record is `value`, None where there is none."""
        if self._packed is not None:
            packed = self._packed.get(article_id)
            if packed is None:
                return None
            value = zlib.decompress(packed)
        elif not {"entities", "quotes"} <= _values(value).keys():
            return None
        try:
            return decode(value, EnrichedArticle)
        except DecodeError:
            return None


def _values(value: bytes) -> Mapping[str, Any]:
    try:
        values = decode_json(value)
    except DecodeError:
        return {}
    return values if isinstance(values, dict) else {}


async def _newest(settings: Settings, topic: Topic, since: datetime | None) -> AsyncGenerator[ConsumerRecord, None]:
    """Yield the newest record of each article, oldest first: an article that was replayed is kept more than once.

    Reads the topic twice: first for its keys alone, which hold the article's id.
    """
    from workers.cli import connect

    async with connect.admin(settings) as admin_client:
        partitions = await connect.partitions_of(admin_client, [settings.topic(topic)])
    async with connect.consumer(settings) as reader:
        starts = await _starts(reader, partitions, since)
        ends = await reader.end_offsets(partitions)
        newest: dict[bytes, tuple[int, int, int]] = {}
        async for record in connect.read_range(reader, starts, ends):
            if record.key is not None:
                newest[record.key] = max(newest.get(record.key, _place(record)), _place(record))
        async for record in connect.read_range(reader, starts, ends):
            if record.value is not None and newest.get(record.key, _place(record)) == _place(record):
                yield record


def _place(record: ConsumerRecord) -> tuple[int, int, int]:
    """Return what orders records of one key, also where it changed its partition."""
    return record.timestamp, record.partition, record.offset


async def _starts(
    reader: AIOKafkaConsumer, partitions: list[TopicPartition], since: datetime | None
) -> dict[TopicPartition, int]:
    starts = dict(await reader.beginning_offsets(partitions))
    if since is None:
        return starts
    found = await reader.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    ends = await reader.end_offsets(partitions)
    return {tp: found[tp].offset if found.get(tp) else ends[tp] for tp in partitions}
