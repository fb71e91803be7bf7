"""Sends messages until the broker has confirmed every one; never gives up, because giving up would lose an article."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from workers.broker import BrokerError, start_producer
from workers.publish import Outgoing
from workers.settings import Settings

log = logging.getLogger(__name__)

RETRY_SECONDS = (0.2, 5.0)  # first and longest wait between tries

SENDS_PER_TURN = 50  # then the loop gets its turn: `send` does not yield while its buffer has room, 0.1 ms each


class Publisher:
    """One producer, exchanged for a fresh one when it breaks."""

    def __init__(self, settings: Settings, *, on_retry: Callable[[str], None] = lambda _: None) -> None:
        self._settings = settings
        self._on_retry = on_retry
        self._producer: AIOKafkaProducer | None = None
        self._exchange = asyncio.Lock()
        self.failing_since: float | None = None  # monotonic; None while all is well

    async def start(self) -> None:
        """Connect. Raises BrokerError."""
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
            self._on_retry(type(error).__name__)
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
        """Send all once; return those that failed, and the first error."""
        if producer is None:
            return messages, BrokerError("not connected")
        failed: list[Outgoing] = []
        first: Exception | None = None
        sent = []
        for number, message in enumerate(messages, 1):
            if number % SENDS_PER_TURN == 0:
                await asyncio.sleep(0)
            topic = f"{self._settings.topic_prefix}.{message.topic}"
            try:
                future = await producer.send(topic, message.value, message.key, headers=list(message.headers))
            except (KafkaError, OSError, AssertionError) as error:
                failed.append(message)
                first = first or error
            else:
                sent.append((message, future))
        for message, future in sent:
            try:
                await future
            except (KafkaError, OSError) as error:
                failed.append(message)
                first = first or error
        return failed, first

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


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
