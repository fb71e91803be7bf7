"""`wiremill dlq`: what failed, why, and back again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import CommandError, Exit, fail

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

    from schemas.dead_letter import DeadLetter
    from workers.cli.letters import Original
    from workers.settings import Settings

app = typer.Typer(no_args_is_help=True, help="What failed, why, and back again: list, show, replay dead letters.")

Since = Annotated[str | None, typer.Option(help="only letters that failed since: 2h, 3d, 2025-10-25T14:00")]
Until = Annotated[str | None, typer.Option(help="only letters that failed before")]
StageName = Annotated[str | None, typer.Option("--stage", help="only letters of this stage: clean, annotate")]
ErrorName = Annotated[
    str | None, typer.Option("--error", help="only this class: malformed, invalid, timeout, crash, …")
]
Positions = Annotated[
    list[str] | None, typer.Option("--offset", help="only this letter: its OFFSET or PARTITION/OFFSET; repeat for more")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines, for machines")]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters: None asks for any."""

    since: datetime | None = None
    until: datetime | None = None
    stage: str | None = None
    error: str | None = None
    positions: frozenset[tuple[int | None, int]] | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether the letter is one of these."""
        record = letter.record
        if (
            self.positions is not None
            and not {(letter.partition, letter.offset), (None, letter.offset)} & self.positions
        ):
            return False
        if self.since is not None and record.first_failed_at < self.since:
            return False
        if self.until is not None and record.first_failed_at >= self.until:
            return False
        return self.stage in (None, record.stage) and self.error in (None, record.error.error_class.value)


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and where it lies."""

    partition: int
    offset: int
    record: DeadLetter

    @property
    def position(self) -> str:
        """`partition/offset` in the dead-letter topic: names this letter in commands."""
        return f"{self.partition}/{self.offset}"

    @property
    def origin(self) -> str:
        """`topic/partition/offset` of the input that failed."""
        return f"{self.record.topic}/{self.record.partition}/{self.record.offset}"

    def facts(self) -> dict[str, Any]:
        """Return what `list --json` prints: all but the payload."""
        fields = self.record.model_dump(mode="json", by_alias=True, exclude={"value", "key", "headers"})
        return {"position": self.position, "origin": self.origin} | fields


@app.command("list")
def list_letters(
    since: Since = None,
    until: Until = None,
    stage: StageName = None,
    error: ErrorName = None,
    offset: Positions = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="show so many, the newest")] = 100,
    as_json: AsJson = False,
) -> None:
    """List dead letters, oldest first, with their position, origin and error.

    Example: `wiremill dlq list --since 2h --stage annotate`
    """
    settings, choice = _chosen(since, until, stage, error, offset)
    letters, total, unreadable = _run(_newest(settings, choice, limit), settings)
    if as_json:
        for letter in letters:
            sys.stdout.write(json.dumps(letter.facts(), ensure_ascii=True) + "\n")
    else:
        _print_list(letters, total)
    _tell_unreadable(unreadable)


@app.command("show")
def show(
    position: Annotated[str, typer.Argument(help="the letter: OFFSET or PARTITION/OFFSET, as `dlq list` prints it")],
    payload: Annotated[Path | None, typer.Option(help="write the original bytes into this file; - is stdout")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: error, stack, headers, and the head of the original.

    Example: `wiremill dlq show 0/17`

    Example: `wiremill dlq show 17 --payload broken.json`
    """
    settings, choice = _chosen(None, None, None, None, [position])
    letters, _, _ = _run(_newest(settings, choice, 2), settings)
    if not letters:
        fail(f"no letter at {position}", hint="`wiremill dlq list` prints the positions", code=Exit.FOUND)
    if len(letters) > 1:
        fail(
            f"more than one partition has a letter at {position}", hint="say PARTITION/OFFSET, as `dlq list` prints it"
        )
    [letter] = letters
    if payload is not None:
        _write_payload(letter, payload)
    elif as_json:
        sys.stdout.write(json.dumps(letter.facts() | _opened(letter), ensure_ascii=True) + "\n")
    else:
        _print_letter(letter)


@app.command("replay")
def replay(
    since: Since = None,
    until: Until = None,
    stage: StageName = None,
    error: ErrorName = None,
    offset: Positions = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would be replayed, and send nothing")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    include_permanent: Annotated[
        bool,
        typer.Option("--include-permanent", help="also those that fail again by themselves: malformed, invalid, …"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put failed inputs back on the topic they came from: original key, bytes and headers.

    The ids of what comes out are the same as if they had never failed, so replaying twice does no harm. Letters marked
    not retryable (a malformed input stays malformed) need --include-permanent. A letter that holds only the head of a
    large input is replayed from its origin, if that is still there. Exits with 1 if one could not be replayed.

    Example: `wiremill dlq replay --since 2h --stage annotate`

    Example: `wiremill dlq replay --offset 0/17 --include-permanent --yes`
    """
    settings, choice = _chosen(since, until, stage, error, offset)
    choice = replace(
        choice, until=choice.until or datetime.now(UTC)
    )  # what fails while you are asked is not yet asked for
    planned, permanent = _run(_plan(settings, choice, include_permanent=include_permanent), settings)
    from workers.cli.terminal import tell

    if permanent:
        hint = "they would fail again; --include-permanent replays them all the same"
        tell("left", f"{permanent} not retryable: {hint}", style="yellow")
    total = planned.total()
    if not total:
        tell("replay", "nothing to replay", style="cyan")
        return
    plan = ", ".join(f"{count} to {topic}" for topic, count in planned.items())
    if dry_run:
        tell("dry run", f"would replay {plan}", style="cyan")
        return
    _confirm(f"replay {plan}?", yes=yes)
    sent, failed = _run(_replay(settings, choice, include_permanent=include_permanent), settings)
    tell("replayed", f"{sent} of {total}", style="red" if failed else "green")
    if as_json:
        sys.stdout.write(json.dumps({"replayed": sent, "failed": failed, "left_permanent": permanent}) + "\n")
    if failed:
        raise typer.Exit(Exit.FOUND)


def _run(work: Any, settings: Settings) -> Any:
    from workers.cli.connect import run

    return run(work, settings)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail("nobody is there to ask", hint="--yes replays without asking; --dry-run only looks")
    if not typer.confirm(question, err=True):
        raise CommandError(Exit.INTERRUPTED, "not confirmed")


def _chosen(
    since: str | None, until: str | None, stage: str | None, error: str | None, positions: list[str] | None
) -> tuple[Settings, Choice]:
    from schemas.dead_letter import ErrorClass
    from workers.cli.settings import read_settings
    from workers.cli.when import moment

    if error is not None and error not in set(ErrorClass):
        fail(f"--error {error}: no such class of errors", hint=f"one of: {', '.join(ErrorClass)}")
    choice = Choice(
        since=moment(since, option="--since") if since else None,
        until=moment(until, option="--until") if until else None,
        stage=stage,
        error=error,
        positions=frozenset(map(_position, positions)) if positions else None,
    )
    return read_settings(), choice


def _position(text: str) -> tuple[int | None, int]:
    partition, slash, offset = text.rpartition("/")
    if not offset.isdigit() or (slash and not partition.isdigit()):
        fail(f"{text}: not a position", hint="OFFSET or PARTITION/OFFSET, as `wiremill dlq list` prints it")
    return int(partition) if slash else None, int(offset)


async def _letters(settings: Settings, choice: Choice) -> AsyncIterator[Letter | str]:
    """Yield the chosen letters, and the positions of records that are no letters, up to the end as it is now."""
    from schemas.codec import DecodeError, decode
    from schemas.dead_letter import DeadLetter
    from workers.cli import connect
    from workers.cli.progress import counted
    from workers.publish import Topic

    async with connect.admin(settings) as admin_client:
        partitions = await connect.partitions_of(admin_client, [settings.topic(Topic.DEAD_LETTER)])
    async with connect.consumer(settings) as reader:
        starts, ends = await _reach(reader, partitions, choice)
        total = sum(max(0, ends[tp] - starts[tp]) for tp in partitions)
        async for record in counted(connect.read_range(reader, starts, ends), total, "reading dead letters"):
            try:
                letter = Letter(record.partition, record.offset, decode(record.value, DeadLetter))
            except DecodeError as error:
                yield f"{record.partition}/{record.offset}: {error}"
                continue
            if choice.takes(letter):
                yield letter


async def _reach(
    reader: AIOKafkaConsumer, partitions: list[Any], choice: Choice
) -> tuple[dict[Any, int], dict[Any, int]]:
    """Return from where to where to read: from the first letter since, or just the offsets asked for."""
    starts = dict(await reader.beginning_offsets(partitions))
    ends = dict(await reader.end_offsets(partitions))
    if choice.since is not None:
        # a letter is written after it failed: those from before cannot have failed since
        found = await reader.offsets_for_times(dict.fromkeys(partitions, int(choice.since.timestamp() * 1000)))
        starts = {tp: max(starts[tp], found[tp].offset if found.get(tp) else ends[tp]) for tp in partitions}
    if choice.positions is not None:
        for tp in partitions:
            asked = [offset for partition, offset in choice.positions if partition in (None, tp.partition)]
            starts[tp] = max(starts[tp], min(asked, default=ends[tp]))
            ends[tp] = min(ends[tp], max(asked, default=-1) + 1)
    return starts, ends


async def _newest(settings: Settings, choice: Choice, limit: int) -> tuple[list[Letter], int, list[str]]:
    """Return the newest letters, oldest first, how many were chosen in all, and what was no letter."""
    kept: list[Letter] = []
    unreadable: list[str] = []
    total = 0
    async for letter in _letters(settings, choice):
        if isinstance(letter, str):
            unreadable.append(letter)
            continue
        total += 1
        kept.append(letter)
        if len(kept) > 2 * limit:
            kept = _ordered(kept)[-limit:]
    return _ordered(kept)[-limit:], total, unreadable


def _ordered(letters: list[Letter]) -> list[Letter]:
    return sorted(letters, key=lambda letter: (letter.record.first_failed_at, letter.partition, letter.offset))


async def _plan(settings: Settings, choice: Choice, *, include_permanent: bool) -> tuple[Counter[str], int]:
    """Return how many letters would go to which topic, and how many are left because they would fail again."""
    planned: Counter[str] = Counter()
    permanent = 0
    async for letter in _letters(settings, choice):
        if isinstance(letter, str):
            continue
        if letter.record.retryable or include_permanent:
            planned[letter.record.topic] += 1
        else:
            permanent += 1
    return planned, permanent


async def _replay(settings: Settings, choice: Choice, *, include_permanent: bool) -> tuple[int, int]:
    """Send the chosen letters back; return how many were confirmed, and how many could not be sent."""
    from aiokafka.errors import KafkaError

    from workers.cli import connect
    from workers.cli.letters import LetterError
    from workers.cli.terminal import tell

    sent = failed = 0
    async with connect.producer(settings) as sender, connect.consumer(settings) as origins:
        async for letter in _letters(settings, choice):
            if isinstance(letter, str) or not (letter.record.retryable or include_permanent):
                continue
            try:
                await _send_back(letter, sender, origins)
            except (LetterError, KafkaError) as error:
                tell(letter.position, f"not replayed: {error}", style="yellow")
                failed += 1
            else:
                sent += 1
    return sent, failed


async def _send_back(letter: Letter, sender: AIOKafkaProducer, origins: AIOKafkaConsumer) -> None:
    from schemas.dead_letter import PayloadEncoding
    from workers.cli.letters import original, replayed

    if letter.record.value_encoding is PayloadEncoding.HEAD_BASE64:
        source = await _from_origin(letter, origins)
    else:
        source = original(letter.record)
    headers = list(replayed(source, letter.position))
    await sender.send_and_wait(source.topic, value=source.value, key=source.key, headers=headers)


async def _from_origin(letter: Letter, origins: AIOKafkaConsumer) -> Original:
    """Return the whole record from where it failed. Raises LetterError if it is not there any more."""
    from aiokafka import TopicPartition

    from workers.cli import connect
    from workers.cli.letters import LetterError, Original, check

    record = letter.record
    tp = TopicPartition(record.topic, record.partition)
    begin = (await origins.beginning_offsets([tp]))[tp]
    end = min((await origins.end_offsets([tp]))[tp], record.offset + 1)
    async for found in connect.read_range(origins, {tp: max(begin, record.offset)}, {tp: end}):
        check(record, found.value)
        return Original(record.topic, found.key, found.value, tuple(found.headers))
    raise LetterError(f"the letter holds only a head, and {letter.origin} is no longer there")


def _print_list(letters: list[Letter], total: int) -> None:
    from rich.table import Table
    from rich.text import Text

    from workers.cli.terminal import safe_line, stdout, tell

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("letter", "failed at", "origin", "stage", "error"):
        table.add_column(title, no_wrap=title in ("letter", "failed at"), overflow="fold")
    for letter in letters:
        record = letter.record
        kind = f"{record.error.error_class.value}{'' if record.retryable else ' (permanent)'}"
        tries = f" after {record.attempts} tries" if record.attempts > 1 else ""
        error = Text.assemble((kind, "bold"), f"{tries} ", safe_line(record.error.message))
        when = record.first_failed_at.strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(letter.position, when, safe_line(letter.origin), safe_line(record.stage), error)
    if letters:
        stdout().print(table)
    more = f"the newest {len(letters)} of " if total > len(letters) else ""
    tell("dead letters", f"{more}{total}", style="cyan")


def _tell_unreadable(unreadable: list[str]) -> None:
    from workers.cli.terminal import tell

    for line in unreadable[:10]:
        tell("not a letter", line, style="yellow")
    if len(unreadable) > 10:
        tell("not a letter", f"and {len(unreadable) - 10} more", style="yellow")


def _print_letter(letter: Letter) -> None:
    from rich.table import Table
    from rich.text import Text

    from workers.cli.letters import LetterError, carried
    from workers.cli.terminal import human_bytes, safe, safe_line, stdout

    record = letter.record
    size = f"{human_bytes(record.value_bytes)}, carried as {record.value_encoding}"
    facts = {
        "letter": letter.position,
        "origin": letter.origin,
        "stage": record.stage,
        "error": f"{record.error.error_class.value}: {record.error.message}",
        "field": record.error.path,
        "failed at": record.first_failed_at.isoformat(timespec="seconds"),
        "tries": str(record.attempts),
        "retryable": "yes" if record.retryable else "no: it would fail again",
        "worker": record.worker_version,
        "value": size if record.value is not None else "none (a tombstone)",
    }
    opened = _opened(letter)
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, value in facts.items():
        if value:
            grid.add_row(Text(name, style="bold"), Text(safe_line(value)))
    grid.add_row(Text("key", style="bold"), Text(safe_line(opened["key"])))
    for name, value in opened["headers"].items():
        grid.add_row(Text(f"header {safe_line(name)}", style="bold"), Text(safe_line(value)))
    console = stdout()
    console.print(grid)
    if record.error.stack:
        console.print(Text("\n" + safe(record.error.stack).rstrip(), style="color(244)"))
    try:
        head = (carried(record) or b"")[:1_000].decode("utf-8", "replace")
    except LetterError as error:
        head = f"({error})"
    if head:
        console.print(Text("\n" + safe(head)))


def _opened(letter: Letter) -> dict[str, Any]:
    """Return key and headers as text, bytes that are none shown as U+FFFD."""
    import base64

    from workers.cli.letters import LetterError, headers_of

    key = base64.b64decode(letter.record.key).decode("utf-8", "replace") if letter.record.key else ""
    try:
        headers = {name: value.decode("utf-8", "replace") for name, value in headers_of(letter.record)}
    except LetterError as error:
        headers = {"?": str(error)}
    return {"key": key, "headers": headers}


def _write_payload(letter: Letter, path: Path) -> None:
    from workers.cli.letters import LetterError, original
    from workers.cli.terminal import tell

    try:
        value = original(letter.record).value or b""
    except LetterError as error:
        fail(str(error), hint="fetch it from its origin with a Kafka client", code=Exit.FOUND)
    if str(path) == "-":
        sys.stdout.buffer.write(value)
        return
    try:
        path.write_bytes(value)
    except OSError as error:
        fail(f"{path}: {error.strerror}", hint="choose a file you may write to", code=Exit.WORLD)
    tell("wrote", f"{len(value)} bytes into {path}", style="green")
