"""Enriched articles as the page gets them, made by hand and held against the schema, and a worker that has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.codec import encode
from schemas.enriched import (
    Cue,
    EnrichedArticle,
    Entity,
    Mention,
    Provenance,
    Quote,
    QuoteType,
    Resolution,
    Speaker,
    SpeakerKind,
)
from schemas.ledger import Fate
from schemas.record import TextSpan
from workers.page import Recent
from workers.publish import Delivery, Handled, Outgoing, Topic


def span(text: str, exact: str) -> TextSpan:
    """Return where `exact` stands first in `text`, in code points."""
    start = text.index(exact)
    return TextSpan(start=start, end=start + len(exact), exact=exact)


def entity(text: str, name: str, label: str = "PERSON", **more: Any) -> Entity:
    """Return an entity with one mention, its name."""
    mention = Mention(**dict(span(text, name)))
    return Entity(entity_id=f"e-{name}", label=label, name=name, mentions=(mention,), **more)


def quote(text: str, exact: str, speaker: str | None, *, cue: str | None = None, number: int = 0, **more: Any) -> Quote:
    """Return a quote of one span; without a speaker it is of somebody unknown."""
    who = Speaker()
    if speaker is not None:
        who = Speaker(
            name=speaker,
            entity_id=f"e-{speaker}",
            mention=span(text, speaker),
            kind=SpeakerKind.PERSON,
            resolution=Resolution.EXPLICIT,
            role=more.pop("role", None),
        )
    values: dict[str, Any] = {
        "quote_id": f"q{number}-{exact[:20]}",
        "article_id": "a",
        "type": QuoteType.DIRECT,
        "spans": (span(text, exact),),
        "text": exact,
        "cue": None if cue is None else Cue(**dict(span(text, cue)), lemma=cue),
        "speaker": who,
        "confidence": 0.93,
        "provenance": Provenance(rule="marked", cue_class="speech", speaker_rule="cue-subject", version="1"),
    }
    return Quote(**(values | more))


def article(text: str, quotes: Iterable[Quote] = (), entities: Iterable[Entity] = (), **more: Any) -> EnrichedArticle:
    """Return an article of that text."""
    values: dict[str, Any] = {"article_id": "a", "headline": "A headline", "url": "https://paper.example/a"}
    return EnrichedArticle(text=text, quotes=tuple(quotes), entities=tuple(entities), **(values | more))


SEVEN = ("Ada Brandt", "Bo Castell", "Cleo Dunmore", "Dev Eriksen", "Esme Fairlie", "Finn Garvey", "Gita Holloway")


def busy_article(**more: Any) -> EnrichedArticle:
    """Return an article in which seven named people and one unknown speak, with names of all colours."""
    lines = [f"“This is what number {n} thinks of the harbour,” said {name}." for n, name in enumerate(SEVEN)]
    lines += ["“Nobody knows who said this about the harbour.”", "The Harbour Union met the French in Westport today."]
    text = "\n\n".join(lines)
    quotes = [
        quote(
            text, f"“This is what number {n} thinks of the harbour,”", name, number=n, role="pilot" if n == 0 else None
        )
        for n, name in enumerate(SEVEN)
    ]
    quotes.append(quote(text, "“Nobody knows who said this about the harbour.”", None, number=8, confidence=0.41))
    entities = [entity(text, name) for name in SEVEN]
    entities += [entity(text, "Harbour Union", "ORG"), entity(text, "French", "NORP"), entity(text, "Westport", "GPE")]
    return article(text, quotes, entities, **({"article_id": "busy"} | more))


def pace(per_second: float, *, p50: float, p95: float, lag: int, drain: float) -> dict[str, float]:
    """Return the figures of a stage."""
    return {
        "per_second": per_second,
        "p50_seconds": p50,
        "p95_seconds": p95,
        "lag_records": lag,
        "drain_seconds": drain,
    }


class FakeWorker:
    """A worker with the figures and articles that a test gives it."""

    def __init__(self) -> None:
        self.recent = Recent()
        self.tried: list[Delivery] = []
        self.outcome: Handled | None = None
        self.asked = 0
        self.figures: dict[str, Any] = {
            "version": "1.2.3",
            "model": "md",
            "health": {"status": "ok", "reason": None},
            "ready": True,
            "readiness": {"status": "ready", "partitions": 8, "missing_topics": [], "publishing": "ok"},
            "can_try": True,
            "stages": {
                "clean": pace(12.3, p50=0.021, p95=0.33, lag=0, drain=0.0),
                "annotate": pace(3.21, p50=1.25, p95=4.75, lag=1234, drain=600.0),
            },
            "pool": {"size": 4, "alive": 3, "busy": 2},
            "pool_events": {"started": 5, "recycled": 0, "crash": 1, "timeout": 0, "memory": 0, "unavailable": 0},
            "fates": [
                {"stage": "clean", "fate": "published", "reason": "", "count": 90},
                {"stage": "clean", "fate": "rejected", "reason": "too-short", "count": 7},
                {"stage": "clean", "fate": "dead-lettered", "reason": "malformed", "count": 3},
            ],
        }  # fmt: skip

    def status(self) -> dict[str, Any]:
        self.asked += 1
        return self.figures

    async def try_out(self, delivery: Delivery) -> Handled | None:
        self.tried.append(delivery)
        return self.outcome

    def has(self, *articles: EnrichedArticle) -> None:
        """Add articles, as if they had just been published."""
        for one in articles:
            self.recent.note("annotate", 0.1, enriched(one))


def enriched(one: EnrichedArticle) -> Handled:
    """Return what the stages hand over for an article."""
    message = Outgoing(Topic.ENRICHED, b"a", encode(one), ())
    return Handled(Fate.PUBLISHED, None, one.article_id, (message,))
