"""Progress on stderr for a person who waits."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from workers.cli.terminal import stderr

STEP_RECORDS = 500  # between two updates of a bar: each costs as much as reading a small record

T = TypeVar("T")


class Update(Protocol):
    """Tells the bar how far things are."""

    def __call__(self, done_bytes: int, articles: int, rejected: int, failed: int) -> None:
        """Bytes of the input read, articles finished, and how many of them were rejected and failed."""
        ...


@contextmanager
def articles_progress(total_bytes: int | None) -> Iterator[Update]:
    """Show a bar over the bytes of the input (a spinner where their number is unknown), articles and their rate."""
    counts = TextColumn("{task.fields[articles]} articles  {task.fields[rate]}/s{task.fields[trouble]}")
    bar = [BarColumn(), TaskProgressColumn(), TimeRemainingColumn()] if total_bytes else []
    progress = Progress(SpinnerColumn(), *bar, counts, console=stderr(), transient=True)
    task = progress.add_task("", total=total_bytes, articles=0, rate="0.0", trouble="")

    def update(done_bytes: int, articles: int, rejected: int, failed: int) -> None:
        seconds = progress.tasks[0].elapsed or 0
        trouble = "".join(f"  {n} {word}" for n, word in ((rejected, "rejected"), (failed, "failed")) if n)
        rate = f"{articles / seconds:.1f}" if seconds else "0.0"
        progress.update(task, completed=done_bytes, articles=articles, rate=rate, trouble=trouble)

    with progress:
        yield update


async def counted(records: AsyncIterator[T], total: int, what: str) -> AsyncIterator[T]:
    """Yield `records`, with a bar over `total` of them on stderr while a person waits there."""
    if not sys.stderr.isatty():
        async for record in records:
            yield record
        return
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), transient=True) as progress:
        task = progress.add_task("", total=total)
        seen = 0
        async for record in records:
            yield record
            seen += 1
            if seen % STEP_RECORDS == 0:
                progress.update(task, completed=seen)
