"""`wiremill clean`, `annotate` and `enrich`: the stages on files and pipes, without Kafka.

The contract, which does not change within a major version: JSON lines in, JSON lines out, in input order. A rejected
input and a failed one have no line on stdout; stderr says so, and `--ledger` and `--dead-letter` keep the records.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit, fail, until_reader_leaves

if TYPE_CHECKING:
    from workers.cli.flow import Outcome
    from workers.cli.sources import Inputs, Unreadable
    from workers.options import Stage
    from workers.pool import Pool
    from workers.settings import Settings

Files = Annotated[
    list[str] | None, typer.Argument(help=".txt .html .jsonl .json .warc.gz files or folders; none or - is stdin")
]
Format = Annotated[str | None, typer.Option("--format", "-f", help="what the input is: txt, html, jsonl, json, warc")]
Pretty = Annotated[bool, typer.Option("--pretty", "-p", help="paint for a person instead of writing JSON lines")]
Explain = Annotated[bool, typer.Option("--explain", help="paint, with rule, cue class and resolution of each quote")]
Brief = Annotated[bool, typer.Option("--brief", help="paint without the text: who said what, and entities")]
DeadLetters = Annotated[
    Path | None, typer.Option("--dead-letter", help="write failed inputs here, as DeadLetter lines")
]
Ledger = Annotated[
    Path | None, typer.Option("--ledger", help="write the fate of every input here, as LedgerEntry lines")
]
Workers = Annotated[int | None, typer.Option("--workers", "-j", min=1, help="processes; default: one a core")]
Model = Annotated[str | None, typer.Option("--model", help="md, sm, a spaCy model's name or path")]
Languages = Annotated[str | None, typer.Option("--languages", help="BCP 47, comma-separated; * is any")]
MinWords = Annotated[int | None, typer.Option("--min-words", min=0, help="shorter articles are rejected")]
Limit = Annotated[int | None, typer.Option("--limit", "-n", min=0, help="stop after so many inputs")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no progress and no line for rejected inputs on stderr")]


def clean(
    files: Files = None,
    format_: Format = None,
    pretty: Pretty = False,
    dead_letter: DeadLetters = None,
    ledger: Ledger = None,
    workers: Workers = None,
    languages: Languages = None,
    min_words: MinWords = None,
    limit: Limit = None,
    quiet: Quiet = False,
) -> None:
    """Turn raw articles into clean ones: RawArticle lines in, CleanArticle lines out.

    Input order is kept. Rejected inputs (too-short, not-an-article, …) are named on stderr and are no error; inputs
    that fail are named on stderr (and kept with --dead-letter), the rest goes on, and the exit code is 1.

    Example: wiremill clean page.html crawl.warc.gz > clean.jsonl

    Example: curl -s https://example.org/news/1 | wiremill clean --format html --pretty
    """
    shown = Shown(pretty=pretty, quiet=quiet)
    settings = _settings(workers=workers, languages=languages, min_words=min_words)
    _run("clean", files, format_, settings, shown, dead_letter, ledger, limit)


def annotate(
    files: Files = None,
    format_: Format = None,
    pretty: Pretty = False,
    explain: Explain = False,
    brief: Brief = False,
    dead_letter: DeadLetters = None,
    ledger: Ledger = None,
    workers: Workers = None,
    model: Model = None,
    limit: Limit = None,
    quiet: Quiet = False,
) -> None:
    """Annotate clean text exactly as given: lines with article_id and text in, EnrichedArticle lines out.

    A .txt file is one article whose id is the file's name. Input order is kept; a line that fails is named on stderr
    (and kept with --dead-letter), the rest goes on, and the exit code is 1.

    Example: wiremill clean crawl.warc.gz | wiremill annotate > enriched.jsonl

    Example: echo '{"article_id": "1", "text": "“Yes,” Ann Lee said."}' | wiremill annotate --explain
    """
    shown = Shown(pretty=pretty or explain or brief, explain=explain, brief=brief, quiet=quiet)
    settings = _settings(workers=workers, model=model)
    _run("annotate", files, format_, settings, shown, dead_letter, ledger, limit)


def enrich(
    files: Files = None,
    format_: Format = None,
    pretty: Pretty = False,
    explain: Explain = False,
    brief: Brief = False,
    dead_letter: DeadLetters = None,
    ledger: Ledger = None,
    workers: Workers = None,
    model: Model = None,
    languages: Languages = None,
    min_words: MinWords = None,
    limit: Limit = None,
    quiet: Quiet = False,
) -> None:
    """Clean and annotate in one go: RawArticle lines in, EnrichedArticle lines out.

    Input order is kept. Rejected inputs (too-short, not-an-article, …) are named on stderr and are no error; inputs
    that fail are named on stderr (and kept with --dead-letter), the rest goes on, and the exit code is 1.

    Example: wiremill enrich article.txt --pretty

    Example: wiremill enrich crawl.warc.gz --ledger fates.jsonl --dead-letter failed.jsonl > enriched.jsonl
    """
    shown = Shown(pretty=pretty or explain or brief, explain=explain, brief=brief, quiet=quiet)
    settings = _settings(workers=workers, model=model, languages=languages, min_words=min_words)
    _run("enrich", files, format_, settings, shown, dead_letter, ledger, limit)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person wants to see."""

    pretty: bool = False
    explain: bool = False
    brief: bool = False
    quiet: bool = False


@dataclass(slots=True)
class Tally:
    """How many inputs met which fate, and why."""

    fates: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.fates.total()

    @property
    def failed(self) -> int:
        """How many failed, unreadable ones among them."""
        return self.fates["dead-lettered"] + self.fates["unreadable"]

    def count(self, fate: str, reason: str | None) -> None:
        """Count one input."""
        self.fates[fate] += 1
        if reason:
            self.reasons[f"{fate} {reason}"] += 1

    def summary(self) -> str:
        """Say it in one line."""
        from workers.cli.terminal import human_seconds

        seconds = time.monotonic() - self.started
        parts = [f"{self.fates['published']} done"]
        for fate in ("rejected", "dead-lettered", "unreadable"):
            if self.fates[fate]:
                why = [
                    (reason.partition(" ")[2], n) for reason, n in self.reasons.most_common() if reason.startswith(fate)
                ]
                detail = ", ".join(f"{reason} {n}" for reason, n in why)
                parts.append(f"{self.fates[fate]} {fate}" + (f" ({detail})" if detail else ""))
        return f"{', '.join(parts)} of {self.inputs} in {human_seconds(seconds)}"


def _settings(**given: Any) -> Settings:
    from workers.cli.settings import read_settings

    names = {"workers": "pool_size"}
    return read_settings(**{names.get(name, name): value for name, value in given.items() if value is not None})


def _run(
    verb: str,
    files: list[str] | None,
    form: str | None,
    settings: Settings,
    shown: Shown,
    dead_letter: Path | None,
    ledger: Path | None,
    limit: int | None,
) -> None:
    from workers.options import Stage

    stage = Stage(verb)
    inputs = _inputs(stage, files or [], form)
    tally = Tally()
    with ExitStack() as stack:
        sink = Sink(stage, shown, tally, dead_letter=_file(stack, dead_letter), ledger=_file(stack, ledger))
        try:
            with until_reader_leaves():
                asyncio.run(_flow(stage, inputs, settings, sink, shown, limit))
        except KeyboardInterrupt:
            _interrupted(inputs, tally)
    if not shown.quiet and (sys.stderr.isatty() or tally.fates.keys() - {"published"}):
        from workers.cli.terminal import tell

        tell(verb, tally.summary(), style="red" if tally.failed else "green")
    if tally.failed:
        raise typer.Exit(Exit.FOUND)


def _inputs(stage: Stage, files: list[str], form: str | None) -> Inputs:
    from workers.cli.sources import Form, Inputs, SourceError
    from workers.options import Stage

    if form is not None and form not in set(Form):
        fail(f"--format {form}: not a form of input", hint=f"one of: {', '.join(Form)}")
    as_clean = stage is Stage.ANNOTATE
    try:
        inputs = Inputs(files, form=Form(form) if form else None, as_clean=as_clean)
    except SourceError as error:
        fail(str(error), hint=f"`wiremill {stage} --help` shows what it reads")
    if as_clean and inputs.forms & {Form.HTML, Form.WARC}:
        fail("annotate takes clean text, not pages", hint="use `wiremill enrich`, which cleans them first")
    if inputs.reads_stdin and sys.stdin.isatty():
        from workers.cli.terminal import tell

        tell("reading", "JSON lines from this terminal; end with Ctrl-D", style="cyan")
    return inputs


def _file(stack: ExitStack, path: Path | None) -> IO[bytes] | None:
    if path is None:
        return None
    try:
        return stack.enter_context(path.open("wb"))
    except OSError as error:
        fail(f"{path}: {error.strerror}", hint="choose a file you may write to", code=Exit.WORLD)


async def _flow(stage: Stage, inputs: Inputs, settings: Settings, sink: Sink, shown: Shown, limit: int | None) -> None:
    from workers.cli.flow import limited, outcomes

    async with running_pool(settings, stage) as pool:
        with _progress(inputs, sink.tally, shown) as advance:
            async for outcome in outcomes(limited(inputs, limit), pool, stage, children=settings.children):
                sink.take(outcome)
                advance()
    sys.stdout.flush()


@asynccontextmanager
async def running_pool(settings: Settings, stage: Stage) -> AsyncIterator[Pool]:
    """Give a pool whose children run `stage`, and stop it. Ends the command where the model does not load."""
    from workers.pool import Pool
    from workers.pool.child import PoolUnavailableError

    pool = Pool(
        settings.stage_options((stage,), repeatable=False),
        size=settings.children,
        task_seconds=settings.task_seconds,
        memory_bytes=settings.child_memory_mb << 20,
        child_articles=settings.child_articles,
    )
    try:
        await pool.start()
    except PoolUnavailableError as error:
        await pool.stop()
        fail(str(error).strip().splitlines()[-1], hint="`wiremill doctor --offline` checks the model", code=Exit.WORLD)
    try:
        yield pool
    finally:
        await pool.stop()


class Sink:
    """Where outcomes go: results to stdout, failures and rejections to stderr and the files asked for."""

    def __init__(
        self, stage: Stage, shown: Shown, tally: Tally, *, dead_letter: IO[bytes] | None, ledger: IO[bytes] | None
    ) -> None:
        self.tally = tally
        self._stage = stage
        self._shown = shown
        self._dead_letter = dead_letter
        self._ledger = ledger

    def take(self, outcome: Outcome | Unreadable) -> None:
        """Write one outcome."""
        from workers.cli.sources import Unreadable

        if isinstance(outcome, Unreadable):
            self._tell(outcome.place, "unreadable", outcome.why)
            self.tally.count("unreadable", None)
            return
        handled = outcome.handled
        self.tally.count(handled.fate.value, handled.reason)
        match handled.fate.value:
            case "published":
                self._write(handled.outputs[0].value)
            case "rejected":
                if not self._shown.quiet:
                    self._tell(outcome.found.place, "rejected", handled.reason or "")
            case "dead-lettered":
                self._bury(outcome)
        if self._ledger is not None:
            self._ledger.write(_entry(outcome, self._stage) + b"\n")

    def _write(self, line: bytes) -> None:
        from workers.cli.terminal import stdout, write_line

        if self._shown.pretty:
            stdout().print(_painted(self._stage, line, self._shown))
            sys.stdout.flush()
        else:
            write_line(line)
            if sys.stdout.isatty():
                sys.stdout.flush()

    def _bury(self, outcome: Outcome) -> None:
        from schemas.codec import decode
        from schemas.dead_letter import DeadLetter

        line = outcome.handled.outputs[0].value
        self._tell(outcome.found.place, outcome.handled.reason or "failed", decode(line, DeadLetter).error.message)
        if self._dead_letter is not None:
            self._dead_letter.write(line + b"\n")

    @staticmethod
    def _tell(place: str, what: str, why: str) -> None:
        from workers.cli.terminal import tell

        tell(place, f"{what}: {why}", style="yellow")


def _painted(stage: Stage, line: bytes, shown: Shown) -> Any:
    from schemas.clean import CleanArticle
    from schemas.codec import decode
    from schemas.enriched import EnrichedArticle
    from workers.cli.paint import paint_article, paint_clean
    from workers.options import Stage

    if stage is Stage.CLEAN:
        return paint_clean(decode(line, CleanArticle))
    return paint_article(decode(line, EnrichedArticle), text=not shown.brief, explain=shown.explain)


def _entry(outcome: Outcome, stage: Stage) -> bytes:
    """Return the ledger's record of an input: the file stands for the topic, the position for the offset."""
    from schemas.codec import encode
    from schemas.ledger import LedgerEntry

    handled = outcome.handled
    topics = Counter(message.topic.value for message in handled.outputs)
    return encode(
        LedgerEntry(
            topic=outcome.found.source,
            partition=0,
            offset=outcome.found.position,
            article_id=handled.article_id,
            fate=handled.fate,
            reason=handled.reason,
            stage=stage.value,
            outputs=dict(topics),
            processed_at=datetime.now(UTC),
            seconds=outcome.seconds,
        )
    )


@contextmanager
def _progress(inputs: Inputs, tally: Tally, shown: Shown) -> Iterator[Any]:
    """Show progress on stderr if a person watches, results go elsewhere, and we do not read from another stage."""
    if shown.quiet or not sys.stderr.isatty() or sys.stdout.isatty() or inputs.reads_stdin:
        yield lambda: None
        return
    from workers.cli.progress import articles_progress

    with articles_progress(inputs.total_bytes) as update:
        yield lambda: update(inputs.done_bytes, tally.inputs, tally.fates["rejected"], tally.failed)


def _interrupted(inputs: Inputs, tally: Tally) -> None:
    from workers.cli.terminal import tell

    tell("interrupted", tally.summary(), style="yellow")
    sys.stdout.flush()
    if inputs.reads_stdin:
        os._exit(Exit.INTERRUPTED)  # the reading thread may sit in a read that nothing ends
    raise typer.Exit(Exit.INTERRUPTED)
