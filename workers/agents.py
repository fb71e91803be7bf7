"""The flow, read top to bottom: consume, batch, run, publish, record, acknowledge. Knows no Faust.

Send, then count, then acknowledge: nothing is claimed before it is true. Every path of an arrival ends in its
acknowledgement or in the end of the process; after the latter the broker delivers it again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from schemas.dead_letter import ErrorClass
from schemas.ledger import Fate, LedgerEntry
from workers.acks import Arrival, OrderedAcks, Ticket
from workers.metrics import Metrics
from workers.options import Stage
from workers.publish import Delivery, Handled, Outgoing, recorded

if TYPE_CHECKING:
    from workers.tracing import Traces

log = logging.getLogger(__name__)

BATCH_ARTICLES = 16  # at most; the model gains nothing beyond about 5,000 tokens (docs/performance.md)
BATCH_BYTES = 200_000  # at most, but always one article
BREAKER_WINDOW = 200  # fates that the circuit breaker looks back on
BREAKER_LEAST = 50  # fates before it judges
OUR_ERRORS = frozenset({ErrorClass.EXCEPTION, ErrorClass.CRASH, ErrorClass.TIMEOUT, ErrorClass.MEMORY})


class Runner(Protocol):
    """What runs the stages: the pool."""

    async def run(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        """Return the fate of each delivery, in order; never raises for a document."""


class Sender(Protocol):
    """What sends messages: the publisher."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Return when the broker has confirmed all messages."""


class BreakerTrippedError(RuntimeError):
    """So many articles died of our own errors that going on would only drain the topic into dead-letter."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be under way: bytes and articles per stage, batches at once."""

    in_flight_bytes: int
    in_flight_articles: int
    batches: int
    max_dead_letter_share: float = 1.0


class Room:
    """Admission by bytes and count: holds at most `max_bytes`, but always one article however large."""

    def __init__(self, max_bytes: int, max_articles: int) -> None:
        self._max_bytes = max_bytes
        self._max_articles = max_articles
        self._freed = asyncio.Condition()
        self.taken_bytes = 0
        self.taken_articles = 0

    async def take(self, size: int) -> None:
        """Wait until there is room for `size` bytes, and take it."""
        async with self._freed:
            await self._freed.wait_for(lambda: self._fits(size))
            self.taken_bytes += size
            self.taken_articles += 1

    async def free(self, size: int) -> None:
        """Give back the room of one article."""
        async with self._freed:
            self.taken_bytes -= size
            self.taken_articles -= 1
            self._freed.notify_all()

    def _fits(self, size: int) -> bool:
        if self.taken_articles == 0:
            return True
        return self.taken_bytes + size <= self._max_bytes and self.taken_articles < self._max_articles


class Inbox:
    """What waits for a child. Batches form only from what is already there: nothing waits for a batch to fill."""

    def __init__(self, stages: Sequence[Stage], takers: int) -> None:
        # The later stage first: what is half done is finished before more is begun, so `clean` cannot run far ahead.
        self._waiting = {stage: deque[Ticket]() for stage in sorted(stages, key=lambda s: s is not Stage.ANNOTATE)}
        self._takers = takers
        self._arrived = asyncio.Condition()

    async def put(self, stage: Stage, ticket: Ticket) -> None:
        """Add one."""
        async with self._arrived:
            self._waiting[stage].append(ticket)
            self._arrived.notify()

    async def take(self) -> tuple[Stage, list[Ticket]]:
        """Wait for work; return a stage and its oldest tickets, a fair share of what waits."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: any(self._waiting.values()))
            stage, waiting = next((s, w) for s, w in self._waiting.items() if w)
            # A share for each taker, also for those at work: who takes all that waits keeps the first until the last is
            # done. In a model of two children with lengths of news, p99 147 -> 114 ms at half load, 426 -> 311 at 0.8.
            share = min(BATCH_ARTICLES, -(-len(waiting) // self._takers))
            batch = [waiting.popleft()]
            size = len(batch[0].arrival.delivery.value or b"")
            while waiting and len(batch) < share:
                size += len(waiting[0].arrival.delivery.value or b"")
                if size > BATCH_BYTES:
                    break
                batch.append(waiting.popleft())
            return stage, batch


class Flow:
    """Everything between a delivery and its acknowledgement."""

    def __init__(
        self,
        stages: Sequence[Stage],
        runner: Runner,
        sender: Sender,
        metrics: Metrics,
        limits: Limits,
        *,
        topic_name: Callable[[str], str],
        on_crash: Callable[[BaseException], None],
        on_handled: Callable[[Stage, float, Handled], None] = lambda _stage, _seconds, _handled: None,
        traces: Traces | None = None,
    ) -> None:
        self.acks = OrderedAcks()
        self._rooms = {stage: Room(limits.in_flight_bytes, limits.in_flight_articles) for stage in stages}
        self._inbox = Inbox(stages, limits.batches)
        self._runner = runner
        self._sender = sender
        self._metrics = metrics
        self._limits = limits
        self._topic_name = topic_name
        self._on_crash = on_crash
        self._on_handled = on_handled
        self._traces = traces
        self._tasks: set[asyncio.Task[None]] = set()
        self._fates: deque[bool] = deque(maxlen=BREAKER_WINDOW)
        self.last_delivery = time.monotonic()
        self.last_progress = time.monotonic()

    def start(self) -> None:
        """Begin to hand batches to the runner."""
        for _ in range(self._limits.batches):
            self._spawn(self._dispatch())

    async def stop(self) -> None:
        """Cancel what is under way; it is not acknowledged and comes again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def consume(self, stage: Stage, arrivals: AsyncIterable[Arrival]) -> None:
        """Take arrivals in as long as there is room for them. The body of an agent; never raises for an arrival."""
        room = self._rooms[stage]
        async for arrival in arrivals:
            self.last_delivery = time.monotonic()
            ticket = self.acks.track(arrival)
            if self._traces is not None:
                ticket.traced = self._traces.begin(arrival.delivery)
            await room.take(len(arrival.delivery.value or b""))
            await self._inbox.put(stage, ticket)
            self._show(stage)

    async def _dispatch(self) -> None:
        """Run batch after batch. What follows the run is a task of its own, so that the child is not kept waiting."""
        while True:
            stage, batch = await self._inbox.take()
            self._metrics.batch_articles.labels(stage).observe(len(batch))
            began = time.time_ns()
            handled = await self._runner.run(stage, [ticket.arrival.delivery for ticket in batch])
            self._judge(handled)
            for ticket in batch:
                if ticket.traced is not None:
                    ticket.traced.ran(stage, began=began, articles=len(batch))
            self._spawn(self._finish(stage, batch, handled))

    async def _finish(self, stage: Stage, batch: list[Ticket], handled: list[Handled]) -> None:
        """Publish, record, count, acknowledge, in this order."""
        await self._publish(batch, [one.outputs for one in handled])
        await self._publish(batch, [(self._entry(stage, *pair),) for pair in zip(batch, handled, strict=True)])
        for ticket, one in zip(batch, handled, strict=True):
            self._count(stage, ticket, one)
            self._log(stage, ticket, one)
            if ticket.traced is not None:
                ticket.traced.end(one)
            if self.acks.finish(ticket):
                self.last_progress = time.monotonic()
                self._metrics.last_progress.set_to_current_time()
            await self._rooms[stage].free(len(ticket.arrival.delivery.value or b""))
        self._show(stage)

    async def _publish(self, batch: Sequence[Ticket], outputs: Sequence[Sequence[Outgoing]]) -> None:
        """Send each ticket's outputs, in order, and return when the broker has confirmed them all."""
        messages: list[Outgoing] = []
        for ticket, out in zip(batch, outputs, strict=True):
            messages += out if ticket.traced is None else ticket.traced.sending(out)
        await self._sender.publish(messages)
        for ticket in batch:
            if ticket.traced is not None:
                ticket.traced.confirmed()

    def _log(self, stage: Stage, ticket: Ticket, handled: Handled) -> None:
        """Say that an input failed, and at DEBUG what became of each: where it was, never what was in it."""
        level = logging.WARNING if handled.fate is Fate.DEAD_LETTERED else logging.DEBUG
        if not log.isEnabledFor(level):
            return
        delivery = ticket.arrival.delivery
        # The key of a clean article is its id, also when it could not be read.
        key = (delivery.key or b"").decode("utf-8", "replace")[:128] if stage is Stage.ANNOTATE else None
        log.log(level, handled.fate.value,
                extra={"stage": stage.value, "article_id": handled.article_id or key, "topic": delivery.topic,
                       "partition": delivery.partition, "offset": delivery.offset, "reason": handled.reason,
                       "seconds": round(time.monotonic() - ticket.since, 4)})  # fmt: skip

    def _entry(self, stage: Stage, ticket: Ticket, handled: Handled) -> Outgoing:
        delivery = ticket.arrival.delivery
        outputs = Counter(self._topic_name(message.topic) for message in handled.outputs)
        entry = LedgerEntry(
            topic=delivery.topic,
            partition=delivery.partition,
            offset=delivery.offset,
            article_id=handled.article_id,
            fate=handled.fate,
            reason=handled.reason,
            stage=stage,
            outputs=dict(outputs),
            processed_at=datetime.now(UTC),
            seconds=round(time.monotonic() - ticket.since, 4),
        )
        return recorded(entry, delivery)

    def _count(self, stage: Stage, ticket: Ticket, handled: Handled) -> None:
        self._metrics.articles.labels(stage, handled.fate, handled.reason or "").inc()
        seconds = time.monotonic() - ticket.since
        self._metrics.article_seconds.labels(stage).observe(seconds)
        self._on_handled(stage, seconds, handled)
        for message in handled.outputs:
            self._metrics.messages.labels(message.topic).inc()

    def _judge(self, handled: Sequence[Handled]) -> None:
        """Raise BreakerTrippedError, before anything more is acknowledged, when too many die of our own errors."""
        self._fates.extend(one.fate is Fate.DEAD_LETTERED and one.reason in OUR_ERRORS for one in handled)
        if len(self._fates) >= BREAKER_LEAST and self._limits.max_dead_letter_share < 1:
            share = sum(self._fates) / len(self._fates)
            if share > self._limits.max_dead_letter_share:
                raise BreakerTrippedError(
                    f"{share:.0%} of the last {len(self._fates)} articles died of our own errors; stopping here. "
                    "Look at `wiremill dlq list`, mend the cause, restart, then `wiremill dlq replay`."
                )

    def _show(self, stage: Stage) -> None:
        room = self._rooms[stage]
        self._metrics.in_flight_bytes.labels(stage).set(room.taken_bytes)
        self._metrics.in_flight_articles.labels(stage).set(room.taken_articles)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_crash(error)
