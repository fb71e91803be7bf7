"""Arroyo with its multiprocessing step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arroyo.backends.kafka import KafkaConsumer, KafkaPayload, KafkaProducer
from arroyo.processing import StreamProcessor
from arroyo.processing.strategies import CommitOffsets, ProcessingStrategy, ProcessingStrategyFactory, RunTask
from arroyo.processing.strategies.run_task_with_multiprocessing import MultiprocessingPool, RunTaskWithMultiprocessing
from arroyo.types import Commit, Message, Partition, Topic

from bench.rivals import text


def enrich(message: Message[KafkaPayload]) -> list[Any]:
    """Run in a child."""
    return text.work(message.payload.value)


class Factory(ProcessingStrategyFactory[KafkaPayload]):
    """Child processes, then one thread that produces."""

    def __init__(self) -> None:
        self.pool = MultiprocessingPool(num_processes=text.CORES, initializer=text.load)
        self.producer = KafkaProducer({"bootstrap.servers": text.BROKERS, "message.max.bytes": 25_000_000})

    def create_with_partitions(
        self, commit: Commit, _partitions: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        """Chain the steps."""

        def produce(message: Message[list[Any]]) -> None:
            for one in message.payload:
                payload = KafkaPayload(one.key, one.value, [])
                self.producer.produce(Topic(f"{text.PREFIX}.{one.topic}"), payload)

        return RunTaskWithMultiprocessing(
            function=enrich, next_step=RunTask(produce, CommitOffsets(commit)), max_batch_size=16, max_batch_time=0.1,
            pool=self.pool, input_block_size=16_000_000, output_block_size=16_000_000,
        )  # fmt: skip


def main() -> None:
    """Run until stopped."""
    consumer = KafkaConsumer({
        "bootstrap.servers": text.BROKERS, "group.id": text.GROUP, "auto.offset.reset": "earliest",
        "enable.auto.commit": "false", "enable.auto.offset.store": "false",
    })  # fmt: skip
    StreamProcessor(consumer, Topic(f"{text.PREFIX}.raw"), Factory()).run()


if __name__ == "__main__":
    main()
