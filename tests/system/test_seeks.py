"""Where reading goes on after Faust threw away what it had read: a real broker, our consumer, no worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.kafka import as_input, create_topics, feed, until
from workers.app import create_app
from workers.settings import Settings

pytestmark = pytest.mark.system

JOIN_SECONDS = 60
FIRST_COMMIT = 3


@asynccontextmanager
async def joined(settings: Settings, topic: str) -> AsyncIterator[Any]:
    """Yield the consumer of a worker that has joined its group, without the worker."""
    consumer: Any = create_app(settings).consumer
    await consumer.start()
    try:
        await consumer.subscribe([topic])

        async def assigned() -> bool:
            return bool(consumer.assignment())

        await until(assigned, JOIN_SECONDS, "partitions are assigned", every=0.05)
        yield consumer
    finally:
        await consumer.stop()


async def taken(consumer: Any, records: int) -> dict[int, int]:
    """Take so many records from the fetcher; return the first offset of each partition."""
    first: dict[int, int] = {}
    count = 0

    async def enough() -> bool:
        nonlocal count
        for (_, partition), found in (await consumer._getmany(consumer.assignment(), 0.5)).items():
            first.setdefault(partition, found[0].offset)
            count += len(found)
        return count >= records

    await until(enough, JOIN_SECONDS, f"{records} records", every=0.01)
    return first


async def test_what_was_thrown_away_is_read_again_without_a_commit(broker: Broker, prefix: str) -> None:
    """A rebalance throws away what was fetched. It comes again, from the beginning where nothing was committed yet."""
    await create_topics(broker.address, prefix)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(60, seed=3)), idempotent=broker.idempotent)
    partitions = {partition for partition, _, _ in fed}
    settings = Settings(brokers=broker.address, topic_prefix=prefix, group=f"{prefix}-workers")
    async with joined(settings, f"{prefix}.raw") as consumer:
        assert await taken(consumer, len(fed)) == dict.fromkeys(partitions, 0)
        await consumer.perform_seek()
        assert await taken(consumer, len(fed)) == dict.fromkeys(partitions, 0)
        [one, *_] = sorted(consumer.assignment())
        await consumer._commit({one: FIRST_COMMIT})
        await consumer.perform_seek()
        expected = dict.fromkeys(partitions, 0) | {one.partition: FIRST_COMMIT}
        assert await taken(consumer, len(fed) - FIRST_COMMIT) == expected
