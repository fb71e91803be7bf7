"""`wiremill audit`: the proof that every input has its fate in the ledger."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

    from workers.cli.accounts import Account, Codebook
    from workers.settings import Settings

SHOWN_MISSING = 20  # offsets named on the terminal; --json has all
_LEDGER_KEY = re.compile(rb"(.+)/(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class PartitionReport:
    """What the audit found in one partition. `gaps`: offsets that hold no record, which Kafka allows."""

    topic: str
    partition: int
    start: int
    end: int
    waiting: int
    fates: dict[str, int]
    reasons: dict[str, int]
    gaps: int
    missing: tuple[int, ...]

    @property
    def inputs(self) -> int:
        """Records that there are or were: the offsets that are not gaps."""
        return self.end - self.start - self.gaps


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit found. `committed_nothing`: no partition with records has a commit of this group."""

    group: str
    until: str
    partitions: tuple[PartitionReport, ...]
    committed_nothing: bool = False
    unreadable_entries: int = 0

    @property
    def missing(self) -> list[str]:
        """Origins without a fate: `topic/partition/offset`."""
        return [f"{part.topic}/{part.partition}/{offset}" for part in self.partitions for offset in part.missing]

    @property
    def complete(self) -> bool:
        """Whether every input has a fate."""
        return not self.missing and not self.committed_nothing

    def as_object(self) -> dict[str, Any]:
        """Return the report as `--json` prints it."""
        names = dict.fromkeys(part.topic for part in self.partitions)
        return {
            "complete": self.complete,
            "group": self.group,
            "until": self.until,
            "topics": {name: _topic_object([p for p in self.partitions if p.topic == name]) for name in names},
            "missing": self.missing,
            "unreadable_entries": self.unreadable_entries,
        }


def _topic_object(parts: list[PartitionReport]) -> dict[str, Any]:
    fates: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for part in parts:
        fates.update(part.fates)
        reasons.update(part.reasons)
    return {
        "inputs": sum(part.inputs for part in parts),
        "fates": dict(fates),
        "reasons": dict(reasons),
        "missing": sum(len(part.missing) for part in parts),
        "gaps": sum(part.gaps for part in parts),
        "waiting": sum(part.waiting for part in parts),
        "partitions": [
            {"partition": p.partition, "start": p.start, "end": p.end, "gaps": p.gaps, "missing": list(p.missing)}
            for p in parts
        ],
    }


def audit(
    to_end: Annotated[
        bool, typer.Option("--to-end", help="up to the end of the topics, not only to what the workers committed")
    ] = False,
    by_partition: Annotated[bool, typer.Option("--by-partition", help="a line for each partition")] = False,
    group: Annotated[str | None, typer.Option(help="consumer group; default: WIREMILL_GROUP")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, with every missing offset")] = False,
) -> None:
    """Check that every record of the raw and clean topics has its fate in the ledger. Exits with 1 if one is missing.

    Checked are the offsets from the oldest record to what the workers have committed. An offset without an entry is
    fetched: gaps that compaction and transaction markers leave are legal, a record without a fate is not.

    Example: `wiremill audit`

    Example: `wiremill audit --to-end --json | jq .missing`
    """
    from workers.cli.connect import run
    from workers.cli.settings import read_settings

    settings = read_settings(**({"group": group} if group else {}))
    report = run(audit_topics(settings, to_end=to_end), settings)
    if as_json:
        sys.stdout.write(json.dumps(report.as_object()) + "\n")
    else:
        from workers.cli.terminal import stdout

        stdout().print(painted(report, by_partition=by_partition))
    if not report.complete:
        raise typer.Exit(Exit.FOUND)


@dataclass(slots=True)
class _Books:
    """The accounts while the ledger is read."""

    accounts: dict[tuple[str, int], Account]
    codebook: Codebook
    unreadable: int = 0
    waiting: dict[tuple[str, int], int] = field(default_factory=dict)


async def audit_topics(settings: Settings, *, to_end: bool = False) -> Report:
    """Compare the input topics with the ledger.

    Commits are read before the ledger's end: an entry is confirmed before its input is committed, so a worker that is
    busy meanwhile cannot make an input look lost.
    """
    from workers.cli import connect
    from workers.cli.progress import counted
    from workers.publish import Topic

    async with connect.admin(settings) as admin_client:
        inputs = await connect.partitions_of(admin_client, [settings.topic(t) for t in (Topic.RAW, Topic.CLEAN)])
        ledger = await connect.partitions_of(admin_client, [settings.topic(Topic.LEDGER)])
        committed = await connect.committed_offsets(admin_client, settings.group, inputs)
    async with connect.consumer(settings) as reader:
        begins = await reader.beginning_offsets(inputs)
        ends = await reader.end_offsets(inputs)
        books = _open_books(inputs, begins, ends, None if to_end else committed)
        starts, stops = await reader.beginning_offsets(ledger), await reader.end_offsets(ledger)
        total = sum(stops.values()) - sum(starts.values())
        async for record in counted(connect.read_range(reader, starts, stops), total, "reading the ledger"):
            _enter(books, record)
        parts = [await _close(books, tp, reader) for tp in inputs]
    has_records = any(ends[tp] > begins[tp] for tp in inputs)
    return Report(
        group=settings.group,
        until="end" if to_end else "committed",
        partitions=tuple(parts),
        committed_nothing=not to_end and has_records and not committed,
        unreadable_entries=books.unreadable,
    )


def _open_books(
    inputs: list[TopicPartition],
    begins: dict[TopicPartition, int],
    ends: dict[TopicPartition, int],
    committed: dict[TopicPartition, int] | None,
) -> _Books:
    from workers.cli.accounts import Account, Codebook

    books = _Books({}, Codebook())
    for tp in inputs:
        until = ends[tp] if committed is None else min(ends[tp], max(begins[tp], committed.get(tp, begins[tp])))
        books.accounts[tp.topic, tp.partition] = Account(begins[tp], until)
        books.waiting[tp.topic, tp.partition] = ends[tp] - until
    return books


def _enter(books: _Books, record: ConsumerRecord) -> None:
    """Enter one ledger record. The key says which input, the value its fate; a tombstone says nothing."""
    from pydantic_core import from_json

    from schemas.codec import unframed

    key = _LEDGER_KEY.fullmatch(record.key or b"")
    if record.value is None:
        return
    try:
        values = from_json(unframed(record.value))
        fate, reason = str(values["fate"]), values.get("reason")
    except (ValueError, KeyError, TypeError):
        books.unreadable += 1
        return
    if key is None:
        books.unreadable += 1
        return
    account = books.accounts.get((key[1].decode("utf-8", "replace"), int(key[2])))
    if account is not None:
        account.record(int(key[3]), books.codebook.code(fate, reason))


async def _close(books: _Books, tp: TopicPartition, reader: AIOKafkaConsumer) -> PartitionReport:
    """Sum up a partition; fetch what has no entry, to tell gaps from inputs without a fate."""
    account = books.accounts[tp.topic, tp.partition]
    pairs = books.codebook.pairs()
    fates: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for code, count in account.counts().items():
        fate, reason = pairs.get(code, ("unknown", None))
        fates[fate] += count
        if reason:
            reasons[f"{fate}: {reason}"] += count
    gaps = 0
    missing: list[int] = []
    for start, end in account.without_fate():
        there = [record.offset async for record in _existing(reader, tp, start, end)]
        missing += there
        gaps += end - start - len(there)
    waiting = books.waiting[tp.topic, tp.partition]
    return PartitionReport(
        tp.topic, tp.partition, account.start, account.end, waiting, dict(fates), dict(reasons), gaps, tuple(missing)
    )


def _existing(reader: AIOKafkaConsumer, tp: TopicPartition, start: int, end: int) -> AsyncIterator[ConsumerRecord]:
    from workers.cli import connect

    return connect.read_range(reader, {tp: start}, {tp: end})


def painted(report: Report, *, by_partition: bool = False) -> Any:
    """Return the report for a person."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("topic")
    for title in ("inputs", "published", "rejected", "dead-lettered", "missing", "gaps", "waiting"):
        table.add_column(title, justify="right")
    groups: dict[str, list[PartitionReport]] = {}
    for part in report.partitions:
        groups.setdefault(f"{part.topic}/{part.partition}" if by_partition else part.topic, []).append(part)
    reasons: Counter[str] = Counter()
    for name, parts in groups.items():
        fates: Counter[str] = Counter()
        for part in parts:
            fates.update(part.fates)
            reasons.update(part.reasons)
        missing = sum(len(part.missing) for part in parts)
        table.add_row(
            name,
            f"{sum(part.inputs for part in parts):,}",
            *(f"{fates[fate]:,}" for fate in ("published", "rejected", "dead-lettered")),
            Text(f"{missing:,}", style="bold red" if missing else ""),
            f"{sum(part.gaps for part in parts):,}",
            f"{sum(part.waiting for part in parts):,}",
        )
    lines: list[Any] = [table, Text()]
    lines += [Text(f"{count:>7,}  {reason}", style="color(244)") for reason, count in reasons.most_common()]
    return Group(*lines, *_verdict(report))


def _verdict(report: Report) -> list[Any]:
    from rich.text import Text

    lines = []
    if report.unreadable_entries:
        lines.append(Text(f"{report.unreadable_entries} ledger records are not ours and were left out", style="yellow"))
    if report.committed_nothing:
        hint = f"the group {report.group!r} has committed nothing: is a worker running? WIREMILL_GROUP names the group"
        return [*lines, Text(hint, style="bold red")]
    if not report.missing:
        return [*lines, Text("✓ every input has its fate in the ledger", style="bold green")]
    shown = report.missing[:SHOWN_MISSING]
    rest = len(report.missing) - len(shown)
    names = ", ".join(shown) + (f" and {rest} more" if rest else "")
    return [*lines, Text(f"✗ {len(report.missing)} inputs have no fate: {names}", style="bold red")]
