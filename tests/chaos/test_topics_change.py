"""Topics change under the worker: records expire unread, a topic is made anew, partitions are added. Never silently."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete

from tests.harness.articles import articles
from tests.harness.brokers import Broker
from tests.harness.crew import supervised
from tests.harness.kafka import Input, as_input, committed, create_topics, feed, read_topic, until
from tests.harness.oracle import Oracle
from tests.harness.plugin import MakeWorker, Note
from tests.harness.worker import Worker

pytestmark = [pytest.mark.system, pytest.mark.chaos]

SETTLED_SECONDS = 240
LOOKS_SECONDS = 25  # two looks of the worker at its broker, and some


@asynccontextmanager
async def administering(address: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


def _needs_kafka(broker: Broker) -> None:
    if broker.kind != "kafka":
        pytest.skip(f"{broker.kind} does not delete records, or not as Apache Kafka does")


def _to_partition(seed: int, count: int, *, first: int = 0, partition: int = 0) -> list[Input]:
    return [
        Input(one.value, one.key, one.headers, partition)
        for one in map(as_input, articles(count, seed=seed, first=first))
    ]


async def _urls(broker: Broker, prefix: str) -> set[str]:
    return {json.loads(record.value)["url"] for record in await read_topic(broker.address, f"{prefix}.enriched")}


async def _all_out(broker: Broker, prefix: str, inputs: list[Input]) -> float:
    wanted = {json.loads(one.value or b"{}")["url"] for one in inputs}

    async def out() -> bool:
        return wanted <= await _urls(broker, prefix)

    return await until(out, SETTLED_SECONDS, f"all {len(wanted)} articles are enriched", every=1)


async def test_records_that_expired_unread_are_counted_and_named(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Retention took the head while no worker ran: it goes on with what is left, and says how many were lost where."""
    _needs_kafka(broker)
    await create_topics(broker.address, prefix)
    read, gone, left = _to_partition(41, 10), _to_partition(41, 30, first=10), _to_partition(41, 20, first=40)
    await feed(broker.address, f"{prefix}.raw", read)
    first = make_worker(broker.address)
    await _all_out(broker, prefix, read)
    await _stop(first)
    await feed(broker.address, f"{prefix}.raw", gone + left)
    await _delete_before(broker, f"{prefix}.raw", 40)
    second = make_worker(broker.address)
    await _all_out(broker, prefix, left)
    assert not {json.loads(one.value or b"{}")["url"] for one in gone} & await _urls(broker, prefix)
    assert second.metric("news_lost_records_total") == 30, second.tail()
    assert f"{prefix}.raw" in _line(second, "records were deleted before they were read")

    async def done() -> bool:
        return await committed(broker.address, f"{prefix}-workers", f"{prefix}.raw") == {0: 60}

    await until(done, 30, "it commits beyond the hole")
    figures("30 of 60 records expired unread: 30 counted as lost and named, the other 30 published")


async def test_records_that_expire_under_a_running_worker_are_counted(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """Retention overtakes a worker that is too slow: the jump is counted and named, what is left is published."""
    _needs_kafka(broker)
    await create_topics(broker.address, prefix)
    inputs = _to_partition(42, 1_200)
    await feed(broker.address, f"{prefix}.raw", inputs)
    worker = make_worker(broker.address, in_flight_articles=4, fetch_bytes=100_000)
    async with Oracle(broker.address, prefix) as oracle:

        async def works() -> bool:
            return await oracle.fates() > 0

        await until(works, SETTLED_SECONDS, "the worker works", every=0.05)
        await _delete_before(broker, f"{prefix}.raw", 1_000)
        await _all_out(broker, prefix, inputs[1_000:])

        async def counted() -> bool:
            return worker.metric("news_lost_records_total") > 0

        await until(counted, LOOKS_SECONDS, "the loss is counted")
        verdict = await oracle.judge()
    read = {offset for topic, _, offset in verdict.ledger if topic == f"{prefix}.raw"}
    lost = set(range(1_000)) - read
    assert lost, "all was read before the records were deleted: the topic was too small for this test"
    assert worker.metric("news_lost_records_total") == len(lost), worker.tail()
    figures(f"{len(lost)} of 1200 expired under way: each counted; the other {len(read)} have fates")


@pytest.mark.parametrize("away_seconds", [0, 20], ids=["at once", "after a while"])
async def test_a_topic_made_anew_is_read_from_its_beginning(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note, away_seconds: int
) -> None:
    """Deleted and created again under a worker: old offsets are forgotten, loudly, and no new article is skipped."""
    _needs_kafka(broker)
    await create_topics(broker.address, prefix)
    before, after = _to_partition(43, 60), _to_partition(43, 25, first=60)
    await feed(broker.address, f"{prefix}.raw", before)
    worker = make_worker(broker.address)
    async with supervised(worker) as restarts:
        await _all_out(broker, prefix, before)
        async with administering(broker.address) as admin:
            await admin.delete_topics([f"{prefix}.raw"])
        await asyncio.sleep(away_seconds)
        await _create_again(broker, prefix)
        await feed(broker.address, f"{prefix}.raw", after)
        seconds = await _all_out(broker, prefix, after)
        figures(f"{len(after)} new articles out {seconds:.0f} s after; {restarts()} restarts")
    assert f"{prefix}.raw" in _line(worker, "the topic was made anew"), worker.tail()


async def test_a_topic_made_anew_while_no_worker_ran_is_read_from_its_beginning(
    broker: Broker, prefix: str, make_worker: MakeWorker
) -> None:
    """The same between two workers: the next one finds offsets that the topic does not have, or none."""
    _needs_kafka(broker)
    await create_topics(broker.address, prefix)
    before, after = _to_partition(44, 40), _to_partition(44, 15, first=40)
    await feed(broker.address, f"{prefix}.raw", before)
    first = make_worker(broker.address)
    await _all_out(broker, prefix, before)
    await _stop(first)
    async with administering(broker.address) as admin:
        await admin.delete_topics([f"{prefix}.raw"])
    await _create_again(broker, prefix)
    await feed(broker.address, f"{prefix}.raw", after)
    make_worker(broker.address)
    await _all_out(broker, prefix, after)


async def test_added_partitions_are_read_from_their_beginning(
    broker: Broker, prefix: str, make_worker: MakeWorker, figures: Note
) -> None:
    """What is produced to a partition before the worker knows of it is read too: nothing starts at the end."""
    _needs_kafka(broker)
    await create_topics(broker.address, prefix, partitions=2)
    worker = make_worker(broker.address)
    fed = await feed(broker.address, f"{prefix}.raw", map(as_input, articles(30, seed=45)))
    async with Oracle(broker.address, prefix) as oracle:
        await oracle.wait(len(fed), SETTLED_SECONDS, worker)
    async with administering(broker.address) as admin:
        await admin.create_partitions({f"{prefix}.raw": NewPartitions(5), f"{prefix}.clean": NewPartitions(3)})
    new = [one for partition in (2, 3, 4) for one in _to_partition(46 + partition, 10, partition=partition)]
    await feed(broker.address, f"{prefix}.raw", new)
    seconds = await _all_out(broker, prefix, new)
    async with Oracle(broker.address, prefix) as oracle:
        verdict, _ = await oracle.wait(len(fed) + len(new), SETTLED_SECONDS, worker)
    assert verdict.sound, verdict
    assert verdict.repeated == 0, verdict
    figures(f"articles of 3 added partitions out {seconds:.0f} s after; {verdict}")


async def _stop(worker: Worker) -> None:
    worker.send(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 40) == 0, worker.tail()


async def _delete_before(broker: Broker, topic: str, offset: int) -> None:
    """Delete the records of partition 0 before `offset`, as retention would."""
    async with administering(broker.address) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})


async def _create_again(broker: Broker, prefix: str) -> None:
    async def created() -> bool:
        await create_topics(broker.address, prefix, names=["raw"])
        async with administering(broker.address) as admin:
            return f"{prefix}.raw" in await admin.list_topics()

    await until(created, 30, "the topic is made again")


def _line(worker: Worker, message: str) -> str:
    """Return the first line of the worker's log with a message, empty if there is none."""
    return next((line for line in worker.tail(1_000_000).splitlines() if message in line), "")
