"""How much an article is about an entity, 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from schemas.enriched import Entity
from workers.annotate.entities.names import PERSON, key_of

# The parts of salience; they sum to 1. Position and frequency are the strongest signals in the news that Dunietz and
# Gillick studied (A new entity salience task, EACL 2014); a headline and a quotation are an editor's choices.
FREQUENCY, POSITION, HEADLINE, QUOTED = 0.35, 0.30, 0.25, 0.10
_HALF_WAY_CHARS: Final = 600  # about 100 words in, the position is worth half: what comes later is background


class Scale:
    """The salience of the entities of one article.

    frequency: log(1 + mentions) over that of the most mentioned entity, pronouns and nominals counted;
    position: 1 at the first character, halved every 600; headline: 1 where it names the entity;
    quoted: 1 where the article quotes it. Without a headline the other parts are scaled up.
    """

    def __init__(self, most_mentions: int, headline: str | None) -> None:
        self._most = math.log1p(max(1, most_mentions))
        self._whole = 1.0 if headline else 1.0 - HEADLINE
        self._title = f" {key_of(headline)} " if headline else ""

    def weigh(self, label: str, spellings: Iterable[str], mentions: int, first_char: int) -> float:
        """Return the salience of an entity that is mentioned so often, first at that code point, and not quoted."""
        parts = FREQUENCY * math.log1p(mentions) / self._most
        parts += POSITION * math.exp2(-first_char / _HALF_WAY_CHARS)
        if self._title and _is_in(label, spellings, self._title):
            parts += HEADLINE
        return round(parts / self._whole, 3)


def with_quoted(entities: Sequence[Entity], speakers: Collection[str], headline: str | None) -> tuple[Entity, ...]:
    """Return the entities, those whose ids are among the `speakers` of quotes more salient by that."""
    whole = 1.0 if headline else 1.0 - HEADLINE
    return tuple(
        entity.model_copy(update={"salience": round(min(1.0, entity.salience + QUOTED / whole), 3)})
        if entity.entity_id in speakers
        else entity
        for entity in entities
    )


def _is_in(label: str, spellings: Iterable[str], title: str) -> bool:
    """Tell whether a headline, as a key between blanks, names an entity in one of the article's ways."""
    keys = {key_of(name) for name in spellings}
    if label == PERSON:
        keys |= {key.rsplit(" ", 1)[-1] for key in keys}
    return any(_has_word(title, key) for key in keys)


def _has_word(title: str, key: str) -> bool:
    at = title.find(key)
    while at >= 0:
        if not title[at - 1].isalnum() and not title[at + len(key)].isalnum():
            return True
        at = title.find(key, at + 1)
    return False
