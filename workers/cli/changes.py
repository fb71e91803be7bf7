"""What differs between two annotations of one text: quotes and entities that came, went or changed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from schemas.enriched import EnrichedArticle, Entity, Quote

STEP = 0.05  # of confidence and salience, both 0 to 1: less does not move a quote across a threshold that people set


class Kind(StrEnum):
    """How something differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One quote or entity that differs. `before` and `after` name it; `fields` has both values of what changed."""

    kind: Kind
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class ArticleChanges:
    """What differs in one article."""

    article_id: str
    headline: str | None
    url: str | None
    quotes: tuple[Change, ...]
    entities: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.quotes or self.entities)

    def as_object(self) -> dict[str, Any]:
        """Return the changes as plain JSON values."""
        return {
            "article_id": self.article_id,
            "headline": self.headline,
            "url": self.url,
            "quotes": [_as_object(change) for change in self.quotes],
            "entities": [_as_object(change) for change in self.entities],
        }


def compare(old: EnrichedArticle, new: EnrichedArticle) -> ArticleChanges:
    """Return what differs. Both must be annotations of the same text: places are compared by their offsets."""
    return ArticleChanges(
        article_id=new.article_id,
        headline=new.headline,
        url=new.url,
        quotes=tuple(_compare(old.quotes, new.quotes, _quote_id, _quote_places, _quote_fields, _quote_name)),
        entities=tuple(_compare(old.entities, new.entities, _entity_id, _entity_places, _entity_fields, _entity_name)),
    )


def counts(changes: Sequence[Change]) -> Counter[str]:
    """Return how many were added, removed and changed, and how many changed in which field (`changed: speaker`)."""
    found = Counter(change.kind.value for change in changes)
    found.update(f"changed: {field}" for change in changes if change.kind is Kind.CHANGED for field in change.fields)
    return found


T = TypeVar("T", Quote, Entity)
Place = tuple[int, int]


def _compare(
    old: Sequence[T],
    new: Sequence[T],
    identity: Callable[[T], str],
    places: Callable[[T], list[Place]],
    fields: Callable[[T], dict[str, Any]],
    name: Callable[[T], dict[str, Any]],
) -> Iterable[Change]:
    """Yield the changes in the order of the text: pairs by id first, then by the places they share."""
    pairs, gone, come = _paired(old, new, identity, places)
    found: list[tuple[int, Change]] = []
    for before, after in pairs:
        was, now = fields(before), fields(after)
        differing = {field: (was[field], now[field]) for field in was if _differs(was[field], now[field])}
        if differing:
            found.append((_first(places(after)), Change(Kind.CHANGED, name(before), name(after), differing)))
    found += [(_first(places(one)), Change(Kind.REMOVED, name(one), None, {})) for one in gone]
    found += [(_first(places(one)), Change(Kind.ADDED, None, name(one), {})) for one in come]
    return [change for _, change in sorted(found, key=lambda one: one[0])]


def _paired(
    old: Sequence[T], new: Sequence[T], identity: Callable[[T], str], places: Callable[[T], list[Place]]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    waiting = {identity(one): one for one in new}
    pairs: list[tuple[T, T]] = []
    unmatched: list[T] = []
    for one in old:
        same = waiting.pop(identity(one), None)
        if same is None:
            unmatched.append(one)
        else:
            pairs.append((one, same))
    gone = []
    for one in unmatched:
        shared = {key: _shared(places(one), places(other)) for key, other in waiting.items()}
        best = max(shared, key=lambda key: shared[key], default=None)
        if best is None or not shared[best]:
            gone.append(one)
        else:
            pairs.append((one, waiting.pop(best)))
    return pairs, gone, list(waiting.values())


def _shared(some: list[Place], others: list[Place]) -> int:
    """Return how many code points two sets of places have in common."""
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in some for b in others)


def _first(places: list[Place]) -> int:
    return min((start for start, _ in places), default=0)


def _differs(was: Any, now: Any) -> bool:
    if isinstance(was, float) and isinstance(now, float):
        return abs(was - now) >= STEP
    return bool(was != now)


def _quote_id(quote: Quote) -> str:
    return quote.quote_id


def _quote_places(quote: Quote) -> list[Place]:
    return [(span.start, span.end) for span in quote.spans]


def _quote_fields(quote: Quote) -> dict[str, Any]:
    return {
        "text": quote.text,
        "speaker": quote.speaker.name,
        "speaker kind": quote.speaker.kind.value,
        "role": quote.speaker.role,
        "type": quote.type.value,
        "cue": quote.cue.lemma if quote.cue else None,
        "addressee": quote.addressee,
        "confidence": quote.confidence,
    }


def _quote_name(quote: Quote) -> dict[str, Any]:
    return {"quote_id": quote.quote_id, "text": quote.text, "speaker": quote.speaker.name}


def _entity_id(entity: Entity) -> str:
    return entity.entity_id


def _entity_places(entity: Entity) -> list[Place]:
    return [(mention.start, mention.end) for mention in entity.mentions]


def _entity_fields(entity: Entity) -> dict[str, Any]:
    return {
        "name": entity.name,
        "label": entity.label,
        "aliases": sorted(entity.aliases),
        "roles": sorted(entity.roles),
        "affiliations": sorted(entity.affiliations),
        "mentions": len(entity.mentions),
        "country": entity.country,
        "geonames_id": entity.geonames_id,
        "kb_uri": entity.kb_uri,
        "salience": entity.salience,
    }


def _entity_name(entity: Entity) -> dict[str, Any]:
    return {"entity_id": entity.entity_id, "name": entity.name, "label": entity.label}


def _as_object(change: Change) -> dict[str, Any]:
    fields = {field: {"before": was, "after": now} for field, (was, now) in change.fields.items()}
    return {"kind": change.kind.value, "before": change.before, "after": change.after, "fields": fields}
