"""`wiremill lag`: how far the workers are behind, and when they will be done."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit

if TYPE_CHECKING:
    from rich.table import Table

    from workers.settings import Settings

RATE_WINDOW_SECONDS = 30.0  # over which rates are taken: shorter ones jump with every batch


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """Where a partition's log ends and where the group is. `committed` is None before the first commit."""

    topic: str
    partition: int
    begin: int
    end: int
    committed: int | None

    @property
    def lag(self) -> int:
        """Records that wait: from the commit, or from the oldest record, to the end."""
        return max(0, self.end - max(self.begin, self.committed or 0))


@dataclass(frozen=True, slots=True)
class TopicLag:
    """A topic's lag, and the rates since an earlier look; None where there was none."""

    topic: str
    partitions: int
    lag: int
    produced_per_second: float | None = None
    handled_per_second: float | None = None
    drain_seconds: float | None = None


def lag(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object for one look, with every partition")] = False,
    once: Annotated[bool, typer.Option("--once", help="look once, even on a terminal")] = False,
    every: Annotated[float, typer.Option(min=0.2, help="seconds between two looks")] = 2.0,
    group: Annotated[str | None, typer.Option(help="consumer group; default: WIREMILL_GROUP")] = None,
    fail_above: Annotated[int | None, typer.Option(min=0, help="exit with 1 if more records wait")] = None,
) -> None:
    """Show how many records wait for the workers: live on a terminal, once elsewhere or with --json.

    Example: `wiremill lag`

    Example: `wiremill lag --json --fail-above 10000`
    """
    from workers.cli.connect import run
    from workers.cli.settings import read_settings

    settings = read_settings(**({"group": group} if group else {}))
    live = sys.stdout.isatty() and not as_json and not once and fail_above is None
    if live:
        run(_watch(settings, every), settings)
        return
    found = run(_look_once(settings), settings)
    if as_json:
        sys.stdout.write(json.dumps(as_object(settings.group, found)) + "\n")
    else:
        from workers.cli.terminal import stdout

        stdout().print(table(by_topic(found)))
    waiting = sum(part.lag for part in found)
    if fail_above is not None and waiting > fail_above:
        from workers.cli.terminal import tell

        tell("lag", f"{waiting:,} records wait, more than {fail_above:,}", style="yellow")
        raise typer.Exit(Exit.FOUND)


def as_object(group: str, found: Sequence[PartitionLag]) -> dict[str, Any]:
    """Return one look as a JSON object."""
    parts = [asdict(part) | {"lag": part.lag} for part in found]
    return {"group": group, "lag": sum(part.lag for part in found), "partitions": parts}


def by_topic(now: Sequence[PartitionLag], before: Sequence[PartitionLag] = (), *, seconds: float = 0) -> list[TopicLag]:
    """Sum up partitions; with an earlier look `seconds` ago, also the rates and the time to drain at these rates."""
    earlier = {(part.topic, part.partition): part for part in before}
    topics: dict[str, list[PartitionLag]] = {}
    for part in now:
        topics.setdefault(part.topic, []).append(part)
    lags = []
    for topic, parts in topics.items():
        waiting = sum(part.lag for part in parts)
        if not earlier or seconds <= 0:
            lags.append(TopicLag(topic, len(parts), waiting))
            continue
        old = [earlier.get((part.topic, part.partition), part) for part in parts]
        produced = sum(part.end - was.end for part, was in zip(parts, old, strict=True)) / seconds
        handled = sum(
            max(0, (part.committed or 0) - (was.committed or 0)) for part, was in zip(parts, old, strict=True)
        )
        rate = handled / seconds
        drain = 0.0 if not waiting else waiting / (rate - produced) if rate > produced else None
        lags.append(TopicLag(topic, len(parts), waiting, produced, rate, drain))
    return lags


def table(lags: Sequence[TopicLag]) -> Table:
    """Return the table a person sees."""
    from rich.table import Table

    from workers.cli.terminal import human_seconds

    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    shown.add_column("topic")
    for title in ("partitions", "waiting", "in/s", "done/s", "drained in"):
        shown.add_column(title, justify="right")
    for lag in lags:
        rates = [
            f"{rate:,.1f}" if rate is not None else "–" for rate in (lag.produced_per_second, lag.handled_per_second)
        ]
        if lag.drain_seconds is not None:
            drain = human_seconds(lag.drain_seconds) if lag.lag else "now"
        else:
            drain = "–" if lag.handled_per_second is None else "never at this rate"
        shown.add_row(lag.topic, str(lag.partitions), f"{lag.lag:,}", *rates, drain)
    return shown


async def look(admin_client: Any, reader: Any, settings: Settings) -> list[PartitionLag]:
    """Return where every partition of the input topics stands; `admin_client` and `reader` are connected."""
    from workers.cli import connect
    from workers.publish import Topic

    inputs = [settings.topic(topic) for topic in (Topic.RAW, Topic.CLEAN)]
    partitions = await connect.partitions_of(admin_client, inputs)
    committed = await connect.committed_offsets(admin_client, settings.group, partitions)
    begins = await reader.beginning_offsets(partitions)
    ends = await reader.end_offsets(partitions)
    return [PartitionLag(tp.topic, tp.partition, begins[tp], ends[tp], committed.get(tp)) for tp in partitions]


async def _look_once(settings: Settings) -> list[PartitionLag]:
    from workers.cli import connect

    async with connect.admin(settings) as admin_client, connect.consumer(settings) as reader:
        return await look(admin_client, reader, settings)


async def _watch(settings: Settings, every: float) -> None:
    from rich.live import Live

    from workers.cli import connect
    from workers.cli.terminal import stdout

    looks: list[tuple[float, list[PartitionLag]]] = []
    async with connect.admin(settings) as admin_client, connect.consumer(settings) as reader:
        with Live(console=stdout(), auto_refresh=False) as live:
            while True:
                looks.append((time.monotonic(), await look(admin_client, reader, settings)))
                while len(looks) > 2 and looks[-1][0] - looks[0][0] > RATE_WINDOW_SECONDS:
                    looks.pop(0)
                (then, before), (now, current) = looks[0], looks[-1]
                live.update(table(by_topic(current, before, seconds=now - then)), refresh=True)
                await asyncio.sleep(every)
