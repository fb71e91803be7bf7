"""Sends messages until the broker has confirmed every one; never gives up, because giving up would lose an article."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, RequestTimedOutError
from aiokafka.partitioner import DefaultPartitioner

from workers.broker import BrokerError, start_producer
from workers.metrics import SendError
from workers.publish import Outgoing, Topic
from workers.registry import schema_frames
from workers.settings import Settings

log = logging.getLogger(__name__)

RETRY_SECONDS = (0.2, 5.0)  # first and longest wait between tries

APPENDS_PER_TURN = 200  # messages, then the loop gets its turn; 13 µs each
SENDS_PER_TURN = 20  # batches, likewise; each is compressed on the loop


class _Batch:
    """Messages of one partition, in the form that goes over the wire, and as they were for another try."""

    def __init__(self, builder: Any, topic: str, partition: int, frame: bytes) -> None:
        self.builder = builder
        self.frame = frame
        self.topic = topic
        self.partition = partition
        self.messages: list[Outgoing] = []

    def append(self, message: Outgoing) -> bool:
        """Add a message; False when the batch is full."""
        headers = list(message.headers)
        value = self.frame + message.value if self.frame else message.value
        if self.builder.append(timestamp=None, key=message.key, value=value, headers=headers) is None:
            return False
        self.messages.append(message)
        return True


class Publisher:
    """One producer, exchanged for a fresh one when it breaks."""

    def __init__(self, settings: Settings, *, on_retry: Callable[[SendError], None] = lambda _: None) -> None:
        self._settings = settings
        self._on_retry = on_retry
        self._producer: AIOKafkaProducer | None = None
        self._exchange = asyncio.Lock()
        self._partitioner = DefaultPartitioner()  # murmur2 of the key, as the Java client does
        self._frames: Mapping[Topic, bytes] = {}  # what goes before the values of a topic, with a schema registry
        self.failing_since: float | None = None  # monotonic; None while all is well

    async def start(self) -> None:
        """Connect, to the schema registry first if there is one. Raises BrokerError."""
        outputs = [topic for topic in Topic if topic is not Topic.RAW]
        self._frames = await schema_frames(self._settings, outputs)
        self._producer = await start_producer(self._settings)

    async def stop(self) -> None:
        """Disconnect; what was not confirmed was not acknowledged either, and comes again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(producer.stop(), timeout=5)

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Return when the broker has confirmed all `messages`. Retries for ever those that it has not."""
        waiting = list(messages)
        wait, longest = RETRY_SECONDS
        while waiting:
            producer = self._producer
            failed, error = await self._try(producer, waiting)
            if error is None:
                self.failing_since = None
                return
            self.failing_since = self.failing_since or time.monotonic()
            self._on_retry(kind_of(error))
            topics = sorted({message.topic.value for message in failed})
            log.error("the broker did not take our messages; input waits, trying again",
                      extra={"topics": topics, "messages": len(failed), "error": _said(error)})  # fmt: skip
            waiting = failed
            await asyncio.sleep(wait)
            wait = min(wait * 2, longest)
            if not isinstance(error, KafkaTimeoutError | KafkaConnectionError):
                await self._replace(producer)

    async def _try(
        self, producer: AIOKafkaProducer | None, messages: list[Outgoing]
    ) -> tuple[list[Outgoing], Exception | None]:
        """Send all once; return those that failed, and the first error.

        Messages of one partition go as one batch: 13 instead of 39 µs of the loop's time each, since `send` makes a
        future and takes a lock for every one.
        """
        if producer is None:
            return messages, BrokerError("not connected")
        failed: list[Outgoing] = []
        first: Exception | None = None
        sent = []
        for number, batch in enumerate(await self._batches(producer, messages, failed), 1):
            if number % SENDS_PER_TURN == 0:
                await asyncio.sleep(0)
            try:
                future = await producer.send_batch(batch.builder, batch.topic, partition=batch.partition)
            except (KafkaError, OSError) as error:
                failed += batch.messages
                first = first or error
            else:
                sent.append((batch.messages, future))
        if failed and first is None:
            first = KafkaTimeoutError("a topic is not known to the broker")
        for messages_sent, future in sent:
            try:
                await future
            except (KafkaError, OSError) as error:
                failed += messages_sent
                first = first or error
        return failed, first

    async def _batches(
        self, producer: AIOKafkaProducer, messages: list[Outgoing], failed: list[Outgoing]
    ) -> list[_Batch]:
        """Group the messages by partition, in order, as many to a batch as fit; unknown topics' go to `failed`."""
        batches: list[_Batch] = []
        known: dict[str, list[int]] = {}
        open_batches: dict[tuple[str, int], _Batch] = {}
        for number, message in enumerate(messages, 1):
            if number % APPENDS_PER_TURN == 0:
                await asyncio.sleep(0)
            topic = f"{self._settings.topic_prefix}.{message.topic}"
            if topic not in known:
                known[topic] = await _partitions(producer, topic)
            if not (partitions := known[topic]):
                failed.append(message)
                continue
            partition = self._partitioner(message.key, partitions, partitions)
            batch = open_batches.get((topic, partition))
            if batch is None or not batch.append(message):
                batch = open_batches[topic, partition] = _Batch(
                    producer.create_batch(), topic, partition, self._frames.get(message.topic, b"")
                )
                batch.append(message)  # the first always fits
                batches.append(batch)
        return batches

    async def _replace(self, broken: AIOKafkaProducer | None) -> None:
        """Exchange a producer that may be in an error it cannot leave, once however many tasks ask."""
        async with self._exchange:
            if self._producer is not broken:
                return
            try:
                fresh = await start_producer(self._settings)
            except BrokerError as error:
                log.warning("no new producer yet", extra={"error": str(error)[:300]})
                return
            self._producer = fresh
        if broken is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(broken.stop(), timeout=5)


async def _partitions(producer: AIOKafkaProducer, topic: str) -> list[int]:
    """Return the partitions of a topic, none when the broker does not know it or does not answer."""
    try:
        return sorted(await producer.partitions_for(topic))
    except (KafkaError, OSError):
        return []


def kind_of(error: Exception) -> SendError:
    """Return which of the three kinds of failure an exception of the client library is."""
    match error:
        case KafkaTimeoutError() | RequestTimedOutError() | TimeoutError():
            return SendError.TIMEOUT
        case KafkaConnectionError() | BrokerError() | OSError():
            return SendError.CONNECTION
        case _:
            return SendError.REFUSED


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
