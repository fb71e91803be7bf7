"""The offline flow: inputs through the pool's children, all cores busy, results in the order of the inputs.

A thread reads, so that a slow pipe holds nothing up; a bounded window of chunks is in the pool; the oldest chunk is
written first. What is waiting is bounded in bytes, so that an archive of any size passes through.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from workers.cli.sources import Found, Unreadable
from workers.options import Stage
from workers.publish import Delivery, Handled

CHUNK_ARTICLES = 8  # per task: about half a second of work of the annotator, so that progress moves
CHUNK_BYTES = 400_000  # per task; pages of 100 kB go in fours
WINDOW_PER_CHILD = 3  # chunks in flight a child: one at work, one waiting, one done while the oldest still runs
READ_AHEAD = 64  # inputs


class Runner(Protocol):
    """What the flow needs of the pool."""

    async def run(self, stage: Stage, deliveries: list[Delivery]) -> list[Handled]:
        """Return the fate of each delivery, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input, and how long its chunk took, in seconds."""

    found: Found
    handled: Handled
    seconds: float


class _DesertedError(Exception):
    """Nobody waits for what is read."""


async def outcomes(
    inputs: Iterable[Found | Unreadable], pool: Runner, stage: Stage, *, children: int
) -> AsyncIterator[Outcome | Unreadable]:
    """Yield what became of each input, in input order; stretches that could not be read come where they stood."""
    waiting: asyncio.Queue[asyncio.Task[list[Outcome | Unreadable]] | None] = asyncio.Queue(children * WINDOW_PER_CHILD)
    dispatcher = asyncio.create_task(_dispatch(inputs, pool, stage, waiting))
    try:
        while (task := await waiting.get()) is not None:
            for outcome in await task:
                yield outcome
        await dispatcher  # raises what reading raised
    finally:
        dispatcher.cancel()
        while not waiting.empty():
            if (task := waiting.get_nowait()) is not None:
                task.cancel()


async def _dispatch(
    inputs: Iterable[Found | Unreadable],
    pool: Runner,
    stage: Stage,
    waiting: asyncio.Queue[asyncio.Task[list[Outcome | Unreadable]] | None],
) -> None:
    try:
        async for chunk in _chunks(_read_ahead(inputs)):
            await waiting.put(asyncio.create_task(_run_chunk(chunk, pool, stage)))
    finally:
        await waiting.put(None)


async def _run_chunk(chunk: list[Found | Unreadable], pool: Runner, stage: Stage) -> list[Outcome | Unreadable]:
    started = time.monotonic()
    readable = [item.delivery() for item in chunk if isinstance(item, Found)]
    handled = iter(await pool.run(stage, readable) if readable else ())
    seconds = time.monotonic() - started
    return [Outcome(item, next(handled), seconds) if isinstance(item, Found) else item for item in chunk]


async def _chunks(
    items: asyncio.Queue[Found | Unreadable | BaseException | None],
) -> AsyncIterator[list[Found | Unreadable]]:
    """Yield what there is, at most a chunk of it: a full one from a file, a single line from a slow pipe."""
    more = True
    while more:
        chunk: list[Found | Unreadable] = []
        size = 0
        while more and len(chunk) < CHUNK_ARTICLES and size < CHUNK_BYTES and not (chunk and items.empty()):
            item = await items.get()
            if isinstance(item, BaseException):
                raise item
            if item is None:
                more = False
            else:
                chunk.append(item)
                size += len(item.value) if isinstance(item, Found) else 0
        if chunk:
            yield chunk


def _read_ahead(inputs: Iterable[Found | Unreadable]) -> asyncio.Queue[Found | Unreadable | BaseException | None]:
    """Start reading in a thread; the queue ends with None, or with what reading raised."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Found | Unreadable | BaseException | None] = asyncio.Queue(READ_AHEAD)

    def put(item: Found | Unreadable | BaseException | None) -> None:
        putting = queue.put(item)
        try:
            asyncio.run_coroutine_threadsafe(putting, loop).result()
        except RuntimeError as error:  # the loop is closed: nobody waits any more
            putting.close()
            raise _DesertedError from error

    def read() -> None:
        with suppress(_DesertedError):
            try:
                for item in inputs:
                    put(item)
            except Exception as error:
                put(error)  # it belongs to whoever awaits the queue
                return
            put(None)

    # a daemon: it may sit in a read of a terminal that never ends
    threading.Thread(target=read, name="reader", daemon=True).start()
    return queue


def limited(inputs: Iterable[Found | Unreadable], count: int | None) -> Iterator[Found | Unreadable]:
    """Yield at most `count` inputs; all of them for None."""
    for number, item in enumerate(inputs):
        if count is not None and number >= count:
            return
        yield item
