"""The pool: a free child for every batch, and a fate for every document, whatever it does to its child."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.dead_letter import ErrorClass, Failure
from workers.dead_letters import bury
from workers.options import Stage, StageOptions
from workers.pool.child import (
    Child,
    Died,
    DocumentFault,
    OutOfMemory,
    PoolUnavailableError,
    Raised,
    Template,
    TimedOut,
)
from workers.publish import Delivery, Handled

log = logging.getLogger(__name__)

# How often one document alone may end in each way. A death may be the kernel's or an operator's doing, a time-out may
# be a busy machine, and one is no sign of the other; an exception comes again. The first try counts.
TRIES: dict[type[DocumentFault], int] = {Died: 3, TimedOut: 2, OutOfMemory: 2, Raised: 1}
MEMORY_WATCH_SECONDS = 0.1
MEMORY_WATCH_SLACK = 1.2  # the child's own limit comes first; this one is for memory that limit does not see
RECYCLE_GROWTH_SHARE = 0.5  # of the memory cap: a child that keeps so much after a batch is replaced
RETRY_SECONDS = (0.5, 30.0)  # first and longest wait for a pool that cannot start


class PoolEvent(StrEnum):
    """What can happen to a child, for whoever counts."""

    STARTED = "started"
    RECYCLED = "recycled"
    TIMEOUT = "timeout"
    CRASH = "crash"
    MEMORY = "memory"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class PoolState:
    """How many children there are, and how many of them work."""

    size: int
    alive: int
    busy: int
    pids: tuple[int, ...]


class Pool:
    """`size` children that run `Stages`; `run` gives every delivery its fate.

    `template`, of the same options, may have been launched before, to load the model while the rest starts.
    """

    def __init__(
        self,
        options: StageOptions,
        *,
        size: int,
        task_seconds: float = 30,
        memory_bytes: int = 1_500 << 20,
        child_articles: int = 5_000,
        on_event: Callable[[PoolEvent], None] = lambda _: None,
        on_cpu: Callable[[Stage, float], None] = lambda _stage, _seconds: None,
        template: Template | None = None,
    ) -> None:
        self._options = options
        self._size = size
        self._task_seconds = task_seconds
        self._memory_bytes = memory_bytes
        self._child_articles = child_articles
        self._on_event = on_event
        self._on_cpu = on_cpu
        self._template = template or Template(options, memory_bytes)
        self._template_lock = asyncio.Lock()
        self._reaping: set[asyncio.Task[int | None]] = set()
        self._free: asyncio.Queue[Child | None] = asyncio.Queue()  # None: a place whose child must be forked first
        self._live: dict[int, Child] = {}
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Load the model and fork the children. Raises PoolUnavailableError with the cause when it cannot."""
        await self._template.start()
        for _ in range(self._size):
            self._free.put_nowait(await self._fork())
        self._watch = asyncio.create_task(self._watch_memory())

    async def stop(self) -> None:
        """End all children; calls under way fail."""
        for task in (self._watch, *self._reaping):
            if task is not None:
                task.cancel()
        for child in self._live.values():
            child.close()
        self._live.clear()
        self._template.stop()

    def state(self) -> PoolState:
        """Return the pool as it is now."""
        children = list(self._live.values())
        return PoolState(self._size, len(children), sum(c.busy for c in children), tuple(c.pid for c in children))

    async def run(self, stage: Stage, deliveries: Sequence[Delivery]) -> list[Handled]:
        """Return the fate of each delivery, in order.

        Never raises for a document: a batch that fails is tried again one by one, and who fails alone is dead-lettered
        with its original bytes. Waits as long as no child can be started.
        """
        if len(deliveries) == 1:
            return [await self._alone(stage, deliveries[0])]
        try:
            batch = list(deliveries)
            handled: list[Handled] = await self._call("handle", stage, batch, seconds=self._task_seconds)
        except DocumentFault as fault:
            log.warning("a batch failed; its articles are tried one by one",
                        extra={"stage": stage, "articles": len(deliveries), "error": fault.kind})  # fmt: skip
            return list(await asyncio.gather(*(self._alone(stage, delivery) for delivery in deliveries)))
        return handled

    async def bury(self, stage: Stage, delivery: Delivery, failure: Failure, attempts: int) -> Handled:
        """Return the dead letter of a delivery; built in a child, so that the loop does not pay for its size."""
        try:
            handled: Handled = await self._call("bury", stage, delivery, failure, attempts, seconds=self._task_seconds)
        except DocumentFault:  # even carrying it is too much for a child
            limit = self._options.max_record_bytes
            handled = await asyncio.to_thread(bury, stage, delivery, failure, attempts=attempts, max_bytes=limit)
        return handled

    async def _alone(self, stage: Stage, delivery: Delivery) -> Handled:
        ends: Counter[type[DocumentFault]] = Counter()
        while True:
            try:
                [handled] = await self._call("handle", stage, [delivery], seconds=self._task_seconds)
            except DocumentFault as fault:
                ends[type(fault)] += 1
                if ends[type(fault)] < TRIES.get(type(fault), 1):
                    continue
                failure = Failure(error_class=ErrorClass(fault.kind), message=f"{type(fault).__name__}: {fault}")
                log.error("an article failed alone and goes to dead-letter",
                          extra={"stage": stage.value, "topic": delivery.topic, "partition": delivery.partition,
                                 "offset": delivery.offset, "error": fault.kind, "attempts": ends.total()})  # fmt: skip
                return await self.bury(stage, delivery, failure, ends.total())
            return handled  # type: ignore[no-any-return]  # from the pickle of our own child

    async def _call(self, method: str, *arguments: Any, seconds: float) -> Any:
        """Run one method of `Stages` on a free child. Raises DocumentFault.

        Waits out a pool that cannot start, and starts over when the template's death took the child along: neither is a
        document's fault.
        """
        while True:
            child = await self._take()
            child.busy = True
            try:
                result = await child.call(method, *arguments, seconds=seconds)
            except Raised:
                self._give_back(child)
                raise
            except DocumentFault as fault:
                blameless = isinstance(fault, Died) and not self._template.alive
                await self._replace(child, fault)
                if blameless:
                    continue
                raise
            except BaseException:  # cancelled: the child may be in the middle of anything
                child.kill()
                self._forget(child)
                self._free.put_nowait(None)
                raise
            child.handled += len(arguments[1]) if method == "handle" else 1
            if method == "handle":
                self._on_cpu(arguments[0], child.cpu_seconds)
            self._give_back(child)
            return result

    async def _take(self) -> Child:
        """Return a free child, forked anew if its place is empty; retries for ever, with growing waits."""
        place = await self._free.get()
        wait, longest = RETRY_SECONDS
        while place is None:
            try:
                place = await self._fork()
            except PoolUnavailableError as error:
                self._on_event(PoolEvent.UNAVAILABLE)
                log.error("no child process can be started; nothing is lost, trying again",
                          extra={"error": str(error)[-500:], "wait_seconds": wait})  # fmt: skip
                await asyncio.sleep(wait)
                wait = min(wait * 2, longest)
            except BaseException:
                self._free.put_nowait(None)
                raise
        return place

    async def _fork(self) -> Child:
        async with self._template_lock:
            if not self._template.alive:
                await self._template.start()
        child = await self._template.fork()
        self._live[child.pid] = child
        self._on_event(PoolEvent.STARTED)
        return child

    def _give_back(self, child: Child) -> None:
        child.busy = False
        worn = child.handled >= self._child_articles or child.grown_bytes > self._memory_bytes * RECYCLE_GROWTH_SHARE
        if not worn:
            self._free.put_nowait(child)
            return
        self._on_event(PoolEvent.RECYCLED)
        self._forget(child)
        self._free.put_nowait(None)

    def _forget(self, child: Child) -> None:
        """Let go of a child in the background; its place is free at once."""
        self._live.pop(child.pid, None)
        task = asyncio.create_task(self._template.reap(child))
        self._reaping.add(task)
        task.add_done_callback(self._reaping.discard)

    async def _replace(self, child: Child, fault: DocumentFault) -> None:
        """Bury a dead child and free its place."""
        self._live.pop(child.pid, None)
        code = await self._template.reap(child)
        self._on_event(PoolEvent(fault.kind))
        log.warning("a child process ended", extra={"pid": child.pid, "error": fault.kind, "exit_code": code})
        self._free.put_nowait(None)

    async def _watch_memory(self) -> None:
        while True:
            await asyncio.sleep(MEMORY_WATCH_SECONDS)
            for child in list(self._live.values()):
                if child.busy and child.grown_now() > self._memory_bytes * MEMORY_WATCH_SLACK:
                    child.kill(OutOfMemory)
