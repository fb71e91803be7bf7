"""`wiremill produce`: articles from files onto the raw topic."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit, fail

if TYPE_CHECKING:
    from workers.cli.sources import Found, Inputs
    from workers.settings import Settings

IN_FLIGHT_BYTES = 32_000_000  # sent and not yet confirmed: what we hold in memory at most
HEADERS = [("content-type", b"application/json")]


@dataclass(slots=True)
class Sent:
    """How far we are. `read` counts inputs, skipped ones too, so that it is where to resume."""

    read: int = 0
    confirmed: int = 0
    bad: int = 0
    refused: int = 0
    confirmed_bytes: int = 0

    @property
    def failed(self) -> int:
        """Inputs that are not on the topic."""
        return self.bad + self.refused


class Throttle:
    """Lets through at most `per_second` articles, evenly spaced; everything without a rate."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next turn."""
        now = time.monotonic()
        turn = max(now, self._next)
        self._next = turn + self._gap
        await asyncio.sleep(turn - now)


class Window:
    """Bounds the bytes in flight; one article larger than the window goes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._freed = asyncio.Event()

    async def take(self, size: int) -> None:
        """Wait until `size` bytes fit."""
        while self._held and self._held + size > self._limit:
            self._freed.clear()
            await self._freed.wait()
        self._held += size

    def give(self, size: int) -> None:
        """Free `size` bytes."""
        self._held -= size
        self._freed.set()


def produce(
    files: Annotated[
        list[str] | None, typer.Argument(help=".txt .html .jsonl .json .warc.gz files or folders; none or - is stdin")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", "-f", help="what the input is, if its name does not say")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.001, help="at most so many articles a second")] = None,
    skip: Annotated[int, typer.Option(min=0, help="leave out so many inputs: where an interrupted run resumes")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=0, help="stop after so many inputs")] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="leave out inputs that are no raw article")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print the counts as a JSON object")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress")] = False,
) -> None:
    """Put articles onto the raw topic, keyed by URL (or id), and wait until the broker has confirmed each.

    Inputs that are no raw article are named on stderr and left out, and the exit code is 1; --no-check sends them as
    they are, and the worker will dead-letter them. Ctrl-C says how to resume.

    Example: `wiremill produce CC-NEWS-20251025.warc.gz --rate 50`

    Example: `trafilatura --json -u https://example.org/1 | wiremill produce --format json`
    """
    from workers.cli.settings import read_settings
    from workers.cli.terminal import human_bytes, human_seconds, tell

    settings = read_settings()
    inputs = _inputs(files or [], format_)
    sent = Sent()
    started = time.monotonic()
    try:
        from workers.cli.connect import run

        with _progress(inputs, sent, quiet=quiet) as advance:
            run(
                _produce(settings, inputs, sent, Throttle(rate), advance, skip=skip, limit=limit, check=check), settings
            )
    except typer.Exit as ended:
        if ended.exit_code == Exit.INTERRUPTED:
            tell(
                "interrupted",
                f"{sent.confirmed} confirmed; the same command with --skip {sent.read} resumes",
                style="yellow",
            )
        raise
    seconds = time.monotonic() - started
    if as_json:
        import json

        counts = {
            "confirmed": sent.confirmed,
            "left_out": sent.bad,
            "refused": sent.refused,
            "bytes": sent.confirmed_bytes,
        }
        sys.stdout.write(json.dumps(counts) + "\n")
    if not quiet:
        rest = "".join(f", {n} {what}" for n, what in ((sent.bad, "left out"), (sent.refused, "refused")) if n)
        size = f"{human_bytes(sent.confirmed_bytes)} in {human_seconds(seconds)}"
        tell("produced", f"{sent.confirmed} articles, {size}{rest}", style="red" if sent.failed else "green")
    if sent.failed:
        raise typer.Exit(Exit.FOUND)


def _inputs(files: list[str], form: str | None) -> Inputs:
    from workers.cli.sources import Form, Inputs, SourceError

    if form is not None and form not in set(Form):
        fail(f"--format {form}: not a form of input", hint=f"one of: {', '.join(Form)}")
    try:
        return Inputs(files, form=Form(form) if form else None)
    except SourceError as error:
        fail(str(error), hint="`wiremill produce --help` shows what it reads")


async def _produce(
    settings: Settings,
    inputs: Inputs,
    sent: Sent,
    throttle: Throttle,
    advance: Any,
    *,
    skip: int,
    limit: int | None,
    check: bool,
) -> None:
    from workers.cli import connect
    from workers.cli.sources import Unreadable
    from workers.cli.terminal import tell
    from workers.publish import Topic
    from workers.registry import schema_frames

    topic = settings.topic(Topic.RAW)
    async with connect.admin(settings) as admin_client:
        await connect.partitions_of(admin_client, [topic])
    window = Window(IN_FLIGHT_BYTES)
    frame = (await schema_frames(settings, [Topic.RAW])).get(Topic.RAW, b"")
    async with connect.producer(settings) as sender:
        last: asyncio.Future[Any] | None = None
        for number, item in enumerate(inputs):
            if number < skip:
                sent.read += 1
                continue
            if limit is not None and number >= skip + limit:
                break
            advance()
            if isinstance(item, Unreadable):
                tell(item.place, f"unreadable: {item.why}", style="yellow")
                sent.bad += 1
            elif (key := _key(item, check=check)) is None:
                sent.bad += 1
            else:
                await throttle.wait()
                await window.take(len(item.value))
                last = await sender.send(topic, value=frame + item.value, key=key or None, headers=HEADERS)
                last.add_done_callback(_confirmed(item, sent, window))
            sent.read += 1
            await asyncio.sleep(0)
        await sender.flush()
        if last is not None:
            await asyncio.wait([last])


def _confirmed(item: Found, sent: Sent, window: Window) -> Any:
    """Return what to do when the broker has answered for `item`."""
    from workers.cli.terminal import tell

    def settle(future: asyncio.Future[Any]) -> None:
        window.give(len(item.value))
        error = None if future.cancelled() else future.exception()
        if error is not None or future.cancelled():
            sent.refused += 1
            tell(item.place, f"refused by the broker: {error or 'cancelled'}", style="yellow")
        else:
            sent.confirmed += 1
            sent.confirmed_bytes += len(item.value)

    return settle


def _key(item: Found, *, check: bool) -> bytes | None:
    """Return the key of an input: its URL, or its id. None, said on stderr, for one that is no raw article."""
    from schemas.codec import DecodeError, decode
    from schemas.raw import RawArticle
    from workers.cli.terminal import tell

    try:
        article = decode(item.value, RawArticle)
    except DecodeError as error:
        if not check:
            return b""
        tell(item.place, f"left out: {error}", style="yellow")
        return None
    return (article.url or article.id or "").encode("utf-8", "replace")


@contextmanager
def _progress(inputs: Inputs, sent: Sent, *, quiet: bool) -> Iterator[Any]:
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from workers.cli.progress import articles_progress

    with articles_progress(inputs.total_bytes) as update:
        yield lambda: update(inputs.done_bytes, sent.confirmed, 0, sent.failed)
