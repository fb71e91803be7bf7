"""Topics as the tests see them: made, fed, read whole."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

TOPICS = ("raw", "clean", "enriched", "quotes", "entities", "dead-letter", "ledger")
MAX_RECORD_BYTES = 24_000_000


@dataclass(frozen=True)
class Input:
    """One record to feed. `value` None is a tombstone."""

    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


def as_input(article: dict[str, Any]) -> Input:
    """Return an article as its JSON, keyed by its URL."""
    return Input(json.dumps(article, ensure_ascii=False).encode(), article["url"].encode())


async def create_topics(
    address: str, prefix: str, *, partitions: int = 4, names: Iterable[str] = TOPICS, **config: str
) -> None:
    """Make the topics of a flow, able to carry the largest record."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        configs = {"max.message.bytes": str(MAX_RECORD_BYTES + 100_000)} | config
        await admin.create_topics(
            [NewTopic(f"{prefix}.{name}", partitions, 1, topic_configs=configs) for name in names]
        )
    finally:
        await admin.close()


@asynccontextmanager
async def producing(address: str, *, idempotent: bool = True) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=address,
        acks="all",
        enable_idempotence=idempotent,
        max_request_size=MAX_RECORD_BYTES,
        compression_type="gzip",
        linger_ms=5,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def feed(
    address: str, topic: str, inputs: Iterable[Input], *, idempotent: bool = True
) -> list[tuple[int, int, Input]]:
    """Produce `inputs` in order; return partition and offset of each, once the broker has confirmed them all."""
    sent = []
    async with producing(address, idempotent=idempotent) as producer:
        for one in inputs:
            future = await producer.send(
                topic, one.value, key=one.key, partition=one.partition, headers=list(one.headers)
            )
            sent.append((one, future))
        confirmed = [(one, await future) for one, future in sent]
    return [(at.partition, at.offset, one) for one, at in confirmed]


class Tape:
    """All records of a topic in the order they were read; `pull` reads on to the present end.

    `keep` makes of each record what is kept of it, where whole records are too many.
    """

    def __init__(self, address: str, topic: str, *, keep: Callable[[ConsumerRecord], Any] | None = None) -> None:
        self.topic = topic
        self.records: list[Any] = []
        self._keep = keep
        self._consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=address,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_partition_fetch_bytes=MAX_RECORD_BYTES + 100_000,
            fetch_max_bytes=4 * MAX_RECORD_BYTES,
            metadata_max_age_ms=1_000,
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._consumer.stop()

    async def pull(self) -> list[Any]:
        """Read up to where the topic ended when this was called; return all records so far."""
        ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        while await self._behind(ends):
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                self.records += records if self._keep is None else map(self._keep, records)
        return self.records

    async def _behind(self, ends: dict[TopicPartition, int]) -> bool:
        return any([await self._consumer.position(partition) < end for partition, end in ends.items()])


async def read_topic(address: str, topic: str) -> list[ConsumerRecord]:
    """Return all records of a topic."""
    async with Tape(address, topic) as tape:
        return list(await tape.pull())


async def committed(address: str, group: str, topic: str, *, partitions: int = 4) -> dict[int, int]:
    """Return the group's committed offset by partition, without those it has none for. Joins no group."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(places)
        offsets = {place.partition: await consumer.committed(place) for place in places}
    finally:
        await consumer.stop()
    return {partition: offset for partition, offset in offsets.items() if offset is not None}


async def until(condition: Callable[[], Awaitable[bool]], seconds: float, what: str, *, every: float = 0.2) -> float:
    """Return after how many seconds `condition` held; a broker that is away is no answer. Fails with `what`."""
    began = time.monotonic()
    while True:
        try:
            if await condition():
                return time.monotonic() - began
        except (KafkaError, OSError):
            pass
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        await asyncio.sleep(every)
