"""Workers under a supervisor that starts them again, as compose or Kubernetes would."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.harness.worker import Worker


def chaos_seed() -> int:
    """Return the seed of a run: `WIREMILL_CHAOS_SEED`, or a fresh one. Tests print it with their figures."""
    return int(os.environ.get("WIREMILL_CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))


@asynccontextmanager
async def supervised(*workers: Worker, every: float = 0.5) -> AsyncIterator[Callable[[], int]]:
    """Start the workers again whenever they end; yield a function that says how often that was."""
    restarts = 0

    async def supervise() -> None:
        nonlocal restarts
        while True:
            for worker in workers:
                if not worker.running:
                    worker.start()
                    restarts += 1
            await asyncio.sleep(every)

    task = asyncio.create_task(supervise())
    try:
        yield lambda: restarts
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
