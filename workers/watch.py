"""Watches the worker from inside: stalls of the event loop, progress, lag. Alive means progressing.

Heartbeats do not prove that a consumer consumes: aiokafka sends them from a task of its own, also when nothing moves.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workers.metrics import Metrics

log = logging.getLogger(__name__)

TICK_SECONDS = 0.02  # the loop is asked to come back so soon; what comes later is its stall
PROGRESS_SECONDS = 5  # between looks at the progress
EXIT_STALLED = 70  # EX_SOFTWARE of sysexits.h: restart me


async def watch_loop(metrics: Metrics) -> None:
    """Measure how late the loop comes back, for ever."""
    loop = asyncio.get_running_loop()
    longest = 0.0
    while True:
        asked = loop.time()
        await asyncio.sleep(TICK_SECONDS)
        stall = max(0.0, loop.time() - asked - TICK_SECONDS)
        metrics.loop_stall_seconds.observe(stall)
        if stall > longest:
            longest = stall
            metrics.loop_stall_max_seconds.set(stall)


@dataclass(frozen=True, slots=True)
class Progress:
    """What the watch needs to know. Times are monotonic seconds; lag is records of our own partitions, by stage."""

    oldest_seconds: float
    last_progress: float
    last_delivery: float
    send_failing: bool
    lag: Mapping[str, int]


def stalled(progress: Progress, stall_seconds: float, now: float) -> str | None:
    """Return why the worker counts as stalled, or None.

    A broker that does not take our messages is no stall: a restart cures nothing, and readiness says it.
    """
    if progress.send_failing:
        return None
    if progress.oldest_seconds > stall_seconds:
        return f"an article is under way for {progress.oldest_seconds:.0f} s"
    quiet = now - max(progress.last_progress, progress.last_delivery)
    waiting = sum(progress.lag.values())
    if waiting and progress.oldest_seconds == 0 and quiet > stall_seconds:
        return f"{waiting} records wait in our partitions and none was delivered for {quiet:.0f} s"
    return None


async def watch_progress(look: Callable[[], Progress], stall_seconds: float) -> None:
    """Look at the progress for ever; when it has stopped, dump all stacks and end the process with status 70."""
    while True:
        await asyncio.sleep(min(PROGRESS_SECONDS, stall_seconds / 4))
        if reason := stalled(look(), stall_seconds, time.monotonic()):
            die(reason, EXIT_STALLED)


def die(reason: str, status: int) -> None:
    """Say why, dump all stacks, and end at once: what is not acknowledged comes again."""
    log.critical("the worker ends itself; its supervisor starts it again", extra={"reason": reason, "status": status})
    for handler in logging.getLogger().handlers:
        handler.flush()
    faulthandler.dump_traceback(sys.stderr)
    sys.stderr.flush()
    os._exit(status)
