"""Records → outgoing messages: which topic, which key, which headers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.clean import CleanArticle
from schemas.codec import encode
from schemas.dead_letter import DeadLetter
from schemas.enriched import ArticleEntity, EnrichedArticle
from schemas.ledger import Fate, LedgerEntry
from schemas.record import Record

Headers = tuple[tuple[str, bytes], ...]

EVENT_TYPE_VERSION = "v1"  # of ce_type; grows when a record changes so that old consumers cannot read it
PASSED_THROUGH = ("traceparent", "tracestate", "baggage")  # W3C trace context of the scraper


class Topic(StrEnum):
    """The topics, without the configurable prefix."""

    RAW = "raw"
    CLEAN = "clean"
    ENRICHED = "enriched"
    QUOTES = "quotes"
    ENTITIES = "entities"
    DEAD_LETTER = "dead-letter"
    LEDGER = "ledger"


# The record of each topic, by its name in schemas.contract.RECORDS.
CARRIES: Mapping[Topic, str] = {
    Topic.RAW: "raw-article",
    Topic.CLEAN: "clean-article",
    Topic.ENRICHED: "enriched-article",
    Topic.QUOTES: "quote",
    Topic.ENTITIES: "entity",
    Topic.DEAD_LETTER: "dead-letter",
    Topic.LEDGER: "ledger-entry",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record as the broker delivered it. `timestamp_ms` is Unix time in milliseconds, None where unknown."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int | None = None

    @property
    def origin(self) -> str:
        """`topic/partition/offset`: names this record for ever."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    def header(self, name: str) -> bytes | None:
        """Return the last header of that name, upper or lower case, or None."""
        found = [value for key, value in self.headers if key.lower() == name]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: the topic without prefix, key and value as bytes."""

    topic: Topic
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one delivery, and the messages that say so. `outputs` are in the order they must be sent."""

    fate: Fate
    reason: str | None = None
    article_id: str | None = None
    outputs: tuple[Outgoing, ...] = ()


def cleaned(article: CleanArticle, origin: Delivery) -> tuple[Outgoing, ...]:
    """Return the message of a clean article, keyed by article."""
    return (_message(Topic.CLEAN, article.article_id, article.article_id, article, origin, article.processed_at),)


def enriched(article: EnrichedArticle, origin: Delivery) -> tuple[Outgoing, ...]:
    """Return the article's message, then one a quote and one an entity, all keyed by article to stay together."""
    key, when = article.article_id, article.processed_at
    shared = {
        "article_id": key,
        "url": article.url,
        "headline": article.headline,
        "publisher": article.publisher,
        "published_at": article.published_at,
        "language": article.language,
    }
    messages = [_message(Topic.ENRICHED, key, key, article, origin, when)]
    messages += [_message(Topic.QUOTES, key, quote.quote_id, quote, origin, when) for quote in article.quotes]
    for entity in article.entities:
        record = ArticleEntity.model_construct(**(dict(entity) | shared))
        messages.append(_message(Topic.ENTITIES, key, entity.entity_id, record, origin, when))
    return tuple(messages)


def dead_lettered(letter: DeadLetter, origin: Delivery) -> tuple[Outgoing, ...]:
    """Return the message of a dead letter, keyed by its origin, with the failure mirrored in `wm-*` headers."""
    mirrored = {
        "wm-stage": letter.stage,
        "wm-error-class": letter.error.error_class.value,
        "wm-error-message": letter.error.message[:300],
        "wm-error-path": letter.error.path or "",
        "wm-origin-topic": letter.topic,
        "wm-origin-partition": str(letter.partition),
        "wm-origin-offset": str(letter.offset),
        "wm-attempts": str(letter.attempts),
        "wm-retryable": str(letter.retryable).lower(),
        "wm-first-failed-at": letter.first_failed_at.isoformat(),
        "wm-worker-version": letter.worker_version,
    }
    extra = [(name, value.encode("utf-8", "replace")) for name, value in mirrored.items()]
    when = letter.first_failed_at
    return (_message(Topic.DEAD_LETTER, origin.origin, origin.origin, letter, origin, when, extra),)


def recorded(entry: LedgerEntry, origin: Delivery) -> Outgoing:
    """Return the message of a ledger entry, keyed `topic/partition/offset` for compaction."""
    return _message(Topic.LEDGER, entry.key, entry.key, entry, origin, entry.processed_at)


def _message(
    topic: Topic,
    key: str,
    record_id: str,
    record: Record,
    origin: Delivery,
    when: datetime | None,
    more_headers: Iterable[tuple[str, bytes]] = (),
) -> Outgoing:
    """Build one message, CloudEvents 1.0 in binary mode; `ce_id` follows from the origin, so a replay repeats it."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", f"{origin.origin}#{topic}/{record_id}".encode()),
        ("ce_source", b"/wiremill"),
        ("ce_type", f"wiremill.{topic}.{EVENT_TYPE_VERSION}".encode()),
        ("content-type", b"application/json"),
    ]
    if when is not None:
        headers.append(("ce_time", when.isoformat().replace("+00:00", "Z").encode()))
    headers += [(name, value) for name, value in origin.headers if name.lower() in PASSED_THROUGH]
    headers += more_headers
    return Outgoing(topic, key.encode(), encode(record), tuple(headers))
