"""`wiremill tail`: records of a topic as they come, painted or as JSON lines."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.exits import fail

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord
    from rich.console import RenderableType

    from schemas.record import Record
    from workers.publish import Topic
    from workers.settings import Settings

TOPIC_NAMES = "enriched, quotes, entities, clean, raw, dead-letter, ledger"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: None asks for any. Names match whole words, whatever their case."""

    speaker: str | None = None
    entity: str | None = None
    article: str | None = None

    def matches(self, values: dict[str, Any]) -> bool:
        """Whether a record, as plain JSON values, is one of these."""
        if self.article is not None and self.article not in (values.get("article_id"), values.get("url")):
            return False
        if self.speaker is not None and not any(_named(self.speaker, quote) for quote in _quotes(values)):
            return False
        return self.entity is None or any(_is_entity(self.entity, entity) for entity in _entities(values))


def tail(
    topic: Annotated[str, typer.Option("--topic", "-t", help=f"one of: {TOPIC_NAMES}")] = "enriched",
    speaker: Annotated[str | None, typer.Option(help="only quotes of, and articles that quote, this speaker")] = None,
    entity: Annotated[str | None, typer.Option(help="only records that mention this entity")] = None,
    article: Annotated[str | None, typer.Option(help="only records of this article id or URL")] = None,
    last: Annotated[int, typer.Option("--last", "-n", min=0, help="begin with so many of the newest records")] = 0,
    from_beginning: Annotated[bool, typer.Option("--from-beginning", help="begin with the oldest record")] = False,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="wait for more, or stop at the end")] = True,
    count: Annotated[int | None, typer.Option("--count", "-c", min=1, help="stop after so many records")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines as they are on the topic")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="with the rules behind each quote")] = False,
) -> None:
    """Watch a topic: painted on a terminal, JSON lines with --json or into a pipe.

    Example: `wiremill tail --topic quotes --speaker Peskov`

    Example: `wiremill tail --topic enriched --last 5 --no-follow --json | jq .headline`
    """
    from workers.cli.connect import run
    from workers.cli.settings import read_settings
    from workers.publish import Topic

    if topic not in set(Topic):
        fail(f"--topic {topic}: there is no such topic", hint=f"one of: {TOPIC_NAMES}")
    settings = read_settings()
    wanted = Wanted(speaker=speaker, entity=entity, article=article)
    show = _json_line if as_json or not sys.stdout.isatty() else _painter(Topic(topic), explain=explain)
    start = "beginning" if from_beginning else last
    run(_tail(settings, Topic(topic), wanted, show, start=start, follow=follow, count=count), settings)


async def _tail(
    settings: Settings,
    topic: Topic,
    wanted: Wanted,
    show: Callable[[ConsumerRecord], None],
    *,
    start: int | str,
    follow: bool,
    count: int | None,
) -> None:
    from workers.cli import connect

    async with connect.admin(settings) as admin_client:
        partitions = await connect.partitions_of(admin_client, [settings.topic(topic)])
    left = count
    async with connect.consumer(settings) as reader:
        begins = await reader.beginning_offsets(partitions)
        ends = await reader.end_offsets(partitions)
        reach = None if start == "beginning" else int(start)
        # The newest of those that are wanted may lie anywhere; without a wish they lie at the ends.
        whole = reach is None or wanted != Wanted()
        starts = {tp: begins[tp] if whole else max(begins[tp], ends[tp] - (reach or 0)) for tp in partitions}
        if reach:  # the newest of all partitions, in the order of time
            for record in await _newest(connect.read_range(reader, starts, ends), wanted, reach):
                show(record)
                left = left and left - 1
                if left == 0:
                    return
        elif reach is None:
            async for record in connect.read_range(reader, starts, ends):
                if left != 0 and _is_wanted(record, wanted):
                    show(record)
                    left = left and left - 1
                if left == 0:
                    return
        if not follow or left == 0:
            return
        reader.assign(partitions)
        for tp in partitions:
            reader.seek(tp, ends[tp])
        async for record in reader:
            if _is_wanted(record, wanted):
                show(record)
                left = left and left - 1
            if left == 0:
                return


async def _newest(records: AsyncIterator[ConsumerRecord], wanted: Wanted, count: int) -> list[ConsumerRecord]:
    """Return the newest that are wanted, oldest first; holds at most twice as many."""
    kept: list[ConsumerRecord] = []
    async for record in records:
        if _is_wanted(record, wanted):
            kept.append(record)
        if len(kept) > 2 * count:
            kept = _by_time(kept)[-count:]
    return _by_time(kept)[-count:]


def _by_time(records: list[ConsumerRecord]) -> list[ConsumerRecord]:
    return sorted(records, key=lambda record: (record.timestamp, record.partition, record.offset))


def _is_wanted(record: ConsumerRecord, wanted: Wanted) -> bool:
    return wanted == Wanted() or wanted.matches(_values(record))


def _values(record: ConsumerRecord) -> dict[str, Any]:
    from schemas.codec import DecodeError, decode_json

    try:
        values = decode_json(record.value)
    except DecodeError:
        return {}
    return values if isinstance(values, dict) else {}


def _quotes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return list(values.get("quotes") or ([values] if "quote_id" in values else []))


def _entities(values: dict[str, Any]) -> list[dict[str, Any]]:
    return list(values.get("entities") or ([values] if "entity_id" in values and "label" in values else []))


def _named(name: str, quote: dict[str, Any]) -> bool:
    speaker = quote.get("speaker") or {}
    return _words_in(name, speaker.get("name"))


def _is_entity(name: str, entity: dict[str, Any]) -> bool:
    return any(_words_in(name, form) for form in (entity.get("name"), *(entity.get("aliases") or ())))


def _words_in(name: str, form: str | None) -> bool:
    """Whether all words of `name` are words of `form`: `peskov` is in `Dmitry Peskov`, `Ann` is not in `Anna`."""
    return bool(form) and set(name.casefold().split()) <= set((form or "").casefold().replace("’s", "").split())


def _json_line(record: ConsumerRecord) -> None:
    from schemas.codec import unframed
    from workers.cli.terminal import write_line

    write_line(b"null" if record.value is None else unframed(bytes(record.value)).replace(b"\n", b" "))
    sys.stdout.flush()


def _painter(topic: Topic, *, explain: bool) -> Callable[[ConsumerRecord], None]:
    from schemas.codec import DecodeError
    from workers.cli.terminal import stdout

    def paint(record: ConsumerRecord) -> None:
        try:
            shown = painted(topic, record.value, explain=explain)
        except DecodeError as error:
            from workers.cli.terminal import tell

            tell(f"{record.topic}/{record.partition}/{record.offset}", f"not a record of ours: {error}", style="yellow")
            return
        stdout().print(shown)

    return paint


def painted(topic: Topic, value: bytes | None, *, explain: bool = False) -> RenderableType:
    """Return a record of `topic` for a person. Raises DecodeError for bytes that are no such record."""
    from schemas.clean import CleanArticle
    from schemas.codec import decode
    from schemas.dead_letter import DeadLetter
    from schemas.enriched import ArticleEntity, EnrichedArticle, Quote
    from schemas.ledger import LedgerEntry
    from workers.cli import paint
    from workers.publish import Topic

    match topic:
        case Topic.ENRICHED:
            return paint.paint_article(decode(value, EnrichedArticle), explain=explain)
        case Topic.QUOTES:
            return paint.paint_quote(decode(value, Quote), explain=explain)
        case Topic.ENTITIES:
            return paint.paint_entity(decode(value, ArticleEntity))
        case Topic.CLEAN:
            return paint.paint_clean(decode(value, CleanArticle))
        case Topic.LEDGER:
            return paint.paint_facts(_ledger_facts(decode(value, LedgerEntry)))
        case Topic.DEAD_LETTER:
            return paint.paint_facts(_letter_facts(decode(value, DeadLetter)))
        case Topic.RAW:
            return paint.paint_facts(_raw_facts(value))


def _ledger_facts(entry: Record) -> list[str]:
    from schemas.ledger import LedgerEntry

    assert isinstance(entry, LedgerEntry)
    made = ", ".join(f"{count} {topic}" for topic, count in entry.outputs.items())
    return [entry.key, entry.fate.value, entry.reason or "", made, f"{entry.seconds:.2f} s"]


def _letter_facts(letter: Record) -> list[str]:
    from schemas.dead_letter import DeadLetter

    assert isinstance(letter, DeadLetter)
    origin = f"{letter.topic}/{letter.partition}/{letter.offset}"
    return [origin, letter.stage, letter.error.error_class.value, letter.error.message]


def _raw_facts(value: bytes | None) -> list[str]:
    """Name a raw article by its address and headline; anything may be in a raw topic."""
    from schemas.codec import DecodeError, decode
    from schemas.raw import RawArticle
    from workers.cli.terminal import human_bytes

    size = human_bytes(len(value or b""))
    try:
        article = decode(value, RawArticle)
    except DecodeError:
        return [(value or b"")[:80].decode("utf-8", "replace"), size]
    return [article.url or article.id or "", article.headline or "", size]
