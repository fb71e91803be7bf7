"""`wiremill reprocess`: today's rules over articles that were kept, and what would change before it is released."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import Exit, fail

if TYPE_CHECKING:
    from rich.console import RenderableType

    from schemas.enriched import EnrichedArticle
    from workers.cli.changes import ArticleChanges, Change
    from workers.cli.flow import Outcome
    from workers.cli.kept import Baseline, Kept
    from workers.cli.sources import Unreadable
    from workers.settings import Settings

SHOWN_CHARS = 100  # of a quote in the list of changes


@dataclass(slots=True)
class Totals:
    """What was seen and what would change."""

    articles: int = 0
    changed: int = 0
    failed: int = 0
    incomparable: int = 0
    quotes: int = 0
    entities: int = 0
    quote_changes: Counter[str] = field(default_factory=Counter)
    entity_changes: Counter[str] = field(default_factory=Counter)
    made_by: Counter[str] = field(default_factory=Counter)
    made_now: str = ""

    def as_object(self) -> dict[str, Any]:
        """Return the totals as plain JSON values."""
        return {
            "articles": self.articles,
            "changed": self.changed,
            "failed": self.failed,
            "incomparable": self.incomparable,
            "quotes": {"now": self.quotes, **self.quote_changes},
            "entities": {"now": self.entities, **self.entity_changes},
            "pipeline": {"then": dict(self.made_by), "now": self.made_now},
        }


def reprocess(
    source: Annotated[
        str, typer.Option("--from", help="kept articles: the topic enriched or clean, or a file of their records")
    ],
    diff: Annotated[bool, typer.Option("--diff", help="show what would change, instead of the new records")] = False,
    against: Annotated[
        str | None,
        typer.Option(help="what was made of clean articles then: a file; default for the topic clean: enriched"),
    ] = None,
    since: Annotated[str | None, typer.Option(help="of a topic: only records since: 2h, 3d, 2025-10-25T14:00")] = None,
    show: Annotated[int, typer.Option(min=0, help="with --diff: show the changes of so many articles")] = 20,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="stop after so many articles")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "-j", min=1, help="processes; default: one a core")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="md, sm, a spaCy model's name or path")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="with --diff: a JSON line for each changed article, then one with the totals")
    ] = False,
) -> None:
    """Annotate kept articles anew, with today's rules, models and settings; nothing is published.

    An enriched record holds its clean text and what was made of it, so the topic enriched alone shows what would
    change. Without --diff the new EnrichedArticle lines go to stdout. With it, the exit code is that of diff: 0 where
    nothing would change, 1 where something would. Confidence and salience count from 0.05 on.

    Example: `wiremill reprocess --from enriched --since 2d --diff`

    Example: `wiremill reprocess --from enriched.jsonl --diff --json | jq .quotes`

    Example: `wiremill reprocess --from clean.jsonl --against enriched.jsonl --diff`
    """
    from workers.cli.connect import explained
    from workers.cli.kept import Baseline
    from workers.cli.settings import read_settings

    given = {"pool_size": workers, "model": model}
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    kept, then = _sources(settings, source, against, since)
    totals = Totals()
    with explained(settings), _progress(totals, quiet=not diff and sys.stdout.isatty()) as advance:
        take = _differ(Baseline(then), totals, show=show, as_json=as_json) if diff else _writer(totals)
        asyncio.run(_flow(kept, settings, take, advance, limit))
    if diff:
        _print_totals(totals, as_json=as_json)
    if totals.failed or (diff and totals.changed):
        raise typer.Exit(Exit.FOUND)


def _sources(settings: Settings, source: str, against: str | None, since: str | None) -> tuple[Kept, Kept | None]:
    """Return what to annotate, and where the annotations of then are; None where the articles bring them."""
    from workers.cli.kept import Kept
    from workers.cli.when import moment
    from workers.publish import Topic

    kept = Kept(settings, source, moment(since, option="--since") if since else None)
    if not kept.is_topic and not Path(source).is_file():
        fail(f"--from {source}: neither a topic nor a file", hint="enriched, clean, or a file of their JSON lines")
    if since and not kept.is_topic:
        fail("--since goes with a topic", hint="the lines of a file have no time of their own")
    if against is not None:
        then = Kept(settings, against)
        if not then.is_topic and not Path(against).is_file():
            fail(f"--against {against}: neither a topic nor a file", hint="enriched, or a file of its JSON lines")
        return kept, then
    return kept, Kept(settings, Topic.ENRICHED.value) if kept.is_topic and kept.topic is Topic.CLEAN else None


Take = Callable[["Outcome | Unreadable"], None]


async def _flow(kept: Kept, settings: Settings, take: Take, advance: Callable[[], None], limit: int | None) -> None:
    from workers.cli.flow import limited, outcomes
    from workers.cli.offline import running_pool
    from workers.options import Stage

    async with running_pool(settings, Stage.ANNOTATE) as pool:
        async for outcome in outcomes(limited(kept, limit), pool, Stage.ANNOTATE, children=settings.children):
            take(outcome)
            advance()
    sys.stdout.flush()


def _annotated(outcome: Outcome | Unreadable, totals: Totals) -> bytes | None:
    """Count an outcome; return its enriched record, None and a word on stderr where there is none."""
    from schemas.codec import decode
    from schemas.dead_letter import DeadLetter
    from schemas.ledger import Fate
    from workers.cli.sources import Unreadable
    from workers.cli.terminal import tell

    totals.articles += 1
    if isinstance(outcome, Unreadable):
        totals.failed += 1
        tell(outcome.place, f"unreadable: {outcome.why}", style="yellow")
        return None
    value = outcome.handled.outputs[0].value
    if outcome.handled.fate is Fate.PUBLISHED:
        return value
    totals.failed += 1
    tell(outcome.found.place, f"failed: {decode(value, DeadLetter).error.message}", style="yellow")
    return None


def _writer(totals: Totals) -> Take:
    from workers.cli.terminal import write_line

    def take(outcome: Outcome | Unreadable) -> None:
        value = _annotated(outcome, totals)
        if value is not None:
            write_line(value)

    return take


def _differ(baseline: Baseline, totals: Totals, *, show: int, as_json: bool) -> Take:
    from schemas.codec import decode
    from schemas.enriched import EnrichedArticle
    from workers.cli.changes import compare, counts
    from workers.cli.sources import Unreadable
    from workers.cli.terminal import stdout

    def take(outcome: Outcome | Unreadable) -> None:
        value = _annotated(outcome, totals)
        if value is None or isinstance(outcome, Unreadable):
            return
        new = decode(value, EnrichedArticle)
        old = baseline.of(new.article_id, outcome.found.value)
        totals.made_now = _made_by(new)
        if old is None or old.text != new.text:
            totals.incomparable += 1
            return
        totals.made_by[_made_by(old)] += 1
        totals.quotes += len(new.quotes)
        totals.entities += len(new.entities)
        changes = compare(old, new)
        if not changes:
            return
        totals.changed += 1
        totals.quote_changes.update(counts(changes.quotes))
        totals.entity_changes.update(counts(changes.entities))
        if as_json:
            sys.stdout.write(json.dumps(changes.as_object(), ensure_ascii=True) + "\n")
        elif totals.changed <= show:
            stdout().print(painted(changes))

    return take


def _made_by(article: EnrichedArticle) -> str:
    made = article.pipeline
    return "unknown" if made is None else f"{made.version} ({made.config_hash[:8]})"


def painted(changes: ArticleChanges) -> RenderableType:
    """Return the changes of an article for a person: its headline, then a line for each."""
    from rich.console import Group
    from rich.text import Text

    from workers.cli.terminal import safe_line

    lines: list[RenderableType] = [Text(safe_line(changes.headline or changes.url or changes.article_id), style="bold")]
    for what, found in (("quote", changes.quotes), ("entity", changes.entities)):
        lines += [line for change in found for line in _lines(what, change)]
    return Group(*lines, Text())


def _lines(what: str, change: Change) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    from workers.cli.terminal import safe_line

    mark, style = {"added": ("+", "green"), "removed": ("−", "red"), "changed": ("~", "yellow")}[change.kind]
    named = change.after or change.before or {}
    text = safe_line(named.get("text") or named.get("name"))
    who = f"{safe_line(named.get('speaker')) or 'unknown'}: " if what == "quote" else f"{named.get('label')} "
    yield Text.assemble(
        (f"  {mark} ", style), (f"{what:<7}", "color(244)"), who, text, no_wrap=True, overflow="ellipsis"
    )
    for name, (was, now) in change.fields.items():
        arrow = (" → ", "color(244)")
        line = Text.assemble((f"{name}: ", "color(244)"), (_value(was), "red"), arrow, (_value(now), "green"))
        yield Padding(line, (0, 0, 0, 11))


def _value(value: Any) -> str:
    from workers.cli.terminal import safe_line

    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = safe_line(f"{value:.2f}" if isinstance(value, float) else "" if value is None else str(value)) or "none"
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def _print_totals(totals: Totals, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"totals": totals.as_object()}, ensure_ascii=True) + "\n")
        return
    from rich.table import Table
    from rich.text import Text

    from workers.cli.terminal import stdout

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("")
    for title in ("now", "added", "removed", "changed"):
        table.add_column(title, justify="right")
    table.add_column("of these, by field")
    for name, now, found in (
        ("quotes", totals.quotes, totals.quote_changes),
        ("entities", totals.entities, totals.entity_changes),
    ):
        fields = ", ".join(
            f"{key.removeprefix('changed: ')} {count}"
            for key, count in found.most_common()
            if key.startswith("changed: ")
        )
        table.add_row(name, f"{now:,}", *(f"{found[kind]:,}" for kind in ("added", "removed", "changed")), fields)
    console = stdout()
    console.print(table)
    then = ", ".join(f"{made} {count:,}" for made, count in totals.made_by.most_common())
    console.print(Text(f"then {then or '–'}; now {totals.made_now or '–'}", style="color(244)"))
    notes = [(totals.failed, "failed"), (totals.incomparable, "without an annotation of the same text to compare with")]
    for count, note in notes:
        if count:
            console.print(Text(f"{count:,} {note}", style="yellow"))
    compared = totals.articles - totals.failed - totals.incomparable
    if totals.changed:
        console.print(Text(f"~ {totals.changed:,} of {compared:,} articles would change", style="bold yellow"))
    else:
        console.print(Text(f"✓ none of {compared:,} articles would change", style="bold green"))


@contextmanager
def _progress(totals: Totals, *, quiet: bool) -> Iterator[Callable[[], None]]:
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from workers.cli.progress import articles_progress

    with articles_progress(None) as update:
        yield lambda: update(0, totals.articles, 0, totals.failed)
